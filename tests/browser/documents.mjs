// Runs the examples of the documents, each as it stands, against a running server, and compares what they print.
//
//   TIDINGS_URL=… TOKEN=… CLIENT_TOKEN=… node documents.mjs
//
// An example is a block marked `js`; when a block marked `text` follows it, that is what it prints.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import WebSocket from 'ws';

// The clients are made for browsers; Node has this one from version 22 on.
globalThis.WebSocket ??= WebSocket;

const here = dirname(fileURLToPath(import.meta.url));
const documents = ['queries', 'subscriptions', 'errors', 'uploads', 'export'];
/** Below this folder, so that the examples find the packages that they import. */
const folder = join(here, 'node_modules', '.documents');

/** The blocks of a document, in order. */
function blocks(text) {
  const found = text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...found].map(([, kind, body]) => ({ kind, body }));
}

/** What a module prints while it is loaded. */
async function printed(file) {
  const lines = [];
  const log = console.log;
  console.log = (...words) => lines.push(format(...words));
  try {
    await import(pathToFileURL(file));
  } finally {
    console.log = log;
  }
  return `${lines.join('\n')}\n`;
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const wrong = [];
let run = 0;
for (const name of documents) {
  const text = readFileSync(join(here, '../../docs', `${name}.md`), 'utf8');
  const found = blocks(text);
  for (const [at, { kind, body }] of found.entries()) {
    if (kind !== 'js') continue;
    const file = join(folder, `${name}-${at}.mjs`);
    writeFileSync(file, body);
    try {
      const output = await printed(file);
      const next = found[at + 1];
      if (next?.kind === 'text') assert.equal(output, next.body);
    } catch (error) {
      wrong.push(`docs/${name}.md, block ${at + 1}: ${error.stack}\n${body}`);
    }
    run += 1;
    process.stdout.write(`${JSON.stringify(`docs/${name}.md, block ${at + 1}`)}\n`);
  }
}
assert.deepEqual(wrong, []);
assert(run >= 8, `only ${run} examples were found`);
process.stdout.write(`${JSON.stringify('the documents hold')}\n`);
// What an example has left open (a socket that would try again) ends with it.
process.exit(0);
