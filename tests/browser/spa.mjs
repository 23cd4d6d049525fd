// The example application in a real browser, served from its sources, against a server that can be cut off.
//
//   TIDINGS_URL=… TOKEN=… node spa.mjs        says `"open"`, then each line of the list that it is asked to wait for
//
// What to wait for comes by standard input, one JSON text a line.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { open } from './chromium.mjs';

const { TOKEN } = process.env;
const root = join(dirname(fileURLToPath(import.meta.url)), '../../examples/spa');
// The application's own Vite, with its own configuration.
const vite = createRequire(join(root, 'package.json')).resolve('vite');
const { createServer } = await import(pathToFileURL(vite));
const server = await createServer({
  root,
  server: { host: '127.0.0.1', port: 0, hmr: false },
  logLevel: 'silent',
});
await server.listen();
const { port } = server.httpServer.address();

const { page, faults, close } = await open(`http://127.0.0.1:${port}`);
const say = (text) => console.log(JSON.stringify(text));
try {
  await page.goto(`http://127.0.0.1:${port}`);
  await page.locator('input[name=token]').fill(TOKEN);
  await page.locator('button').click();
  await page.locator('ol li').first().waitFor();
  say(await page.locator('#name').innerText());
  for await (const line of createInterface({ input: process.stdin })) {
    await page.locator('ol li', { hasText: JSON.parse(line) }).waitFor();
    say(JSON.parse(line));
  }
  // While it is cut off a browser complains of the socket, and of nothing else.
  assert.deepEqual(faults.filter((fault) => !/WebSocket connection to/.test(fault)), []);
} finally {
  await close();
  await server.close();
}
process.exit(0);
