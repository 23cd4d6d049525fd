// A headless Chromium that can reach one origin, and keeps a book of what it should not have done.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const EXECUTABLE = process.env.TIDINGS_TEST_CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Nothing has an address but this machine: what slips past the routes below reaches nobody either.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Opens a browser with an empty profile. `faults` fills while it is used; `close` takes the profile away. */
export async function open(base, options = {}) {
  const origin = new URL(base).origin;
  const profile = mkdtempSync(join(tmpdir(), 'tidings-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    headless: true,
    args: FLAGS,
    viewport: { width: 1280, height: 800 },
    ...options,
  });
  const faults = [];
  const sockets = [];
  context.setDefaultTimeout(50_000);
  await context.route('**/*', (route) => {
    const url = new URL(route.request().url());
    if (url.origin === origin || url.protocol === 'data:' || url.protocol === 'blob:') {
      return route.continue();
    }
    faults.push(`another origin was asked: ${url}`);
    return route.abort();
  });
  context.on('request', (request) => {
    if (/eyJ[\w-]{10,}/.test(request.url())) faults.push(`a token stands in a URL: ${request.url()}`);
  });
  await context.exposeFunction('tidingsViolation', (what) => faults.push(`CSP: ${what}`));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      window.tidingsViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
    });
  });
  context.on('console', (message) => {
    if (message.type() === 'error') faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => faults.push(`page: ${error.error()}`));
  const watch = (page) =>
    page.on('websocket', (socket) => {
      sockets.push(socket.url());
      if (new URL(socket.url()).host !== new URL(base).host || socket.url().includes('eyJ')) {
        faults.push(`a socket to ${socket.url()}`);
      }
    });
  context.on('page', watch);
  const [page = await context.newPage()] = context.pages();
  watch(page);
  const close = async () => {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  };
  return { page, faults, sockets, close };
}
