// The playground in a real browser: somebody signs in, asks, listens, and hears what somebody else says.
//
//   TIDINGS_URL=http://127.0.0.1:8080 node playground.mjs [FOLDER FOR PICTURES]
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { open } from './chromium.mjs';

const base = process.env.TIDINGS_URL;
assert(base, 'TIDINGS_URL names the server');
const pictures = process.argv[2];
/** Says where we are: whoever waits for the end knows that something goes on. */
const at = (step) => console.log(JSON.stringify(step));

const { page, faults, sockets, close } = await open(base);

const picture = async (name) => pictures && page.screenshot({ path: join(pictures, `${name}.png`) });
/** What an editor shows; Monaco draws spaces as no-break ones. */
const shown = async (selector) =>
  (await page.locator(`${selector} .view-lines`).first().innerText()).replaceAll('\u00a0', ' ');
/** Waits until a condition holds: looks again at each frame that the browser draws. */
async function until(what, holds) {
  const end = Date.now() + 50_000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > end) {
      const kept = await page.evaluate(() => sessionStorage.getItem('graphiql:tabState'));
      throw new Error(`never came: ${what}\n${await shown('.graphiql-query-editor')}\n${kept}\n${faults.join('\n')}`);
    }
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}
const tab = (title) => page.getByRole('tab', { name: title, exact: true });
const run = () => page.locator('.graphiql-execute-button').click();
const stream = page.locator('[data-stream="MessageAdded"]');
const heard = stream.locator('ol > li');
const person = page.getByTestId('person');
/** The picker follows the text of the tab. */
const isFor = (name) => until(name, async () => (await person.innerText()) === name);
async function askAs(name) {
  await page.locator('.picker-button').click();
  await page.locator(`[data-person="${name}"]`).click();
}

try {
  // The page loads, the schema too, and the first tab is for a clinician.
  await page.goto(base);
  await until('the first operation', async () => (await shown('.graphiql-query-editor')).includes('# as: clinician'));
  await isFor('Amina Farouk');
  await until('the schema', () => page.evaluate(() => !document.querySelector('.graphiql-doc-explorer-error, .graphiql-spinner')));
  await picture('first');
  at('the page is there');

  // One click signs in as somebody else, and the tab remembers it in its text.
  await page.locator('.picker-button').click();
  await picture('people');
  await page.locator('[data-person="client"]').click();
  await until('the name in the text', async () => (await shown('.graphiql-query-editor')).includes('# as: client'));
  await isFor('Elena Marchetti');
  await run();
  await until('an answer', async () => (await shown('.graphiql-response')).includes('"displayName": "Elena Marchetti"'));
  await picture('answer');
  at('somebody has signed in');

  // Another tab is for whom it was for.
  await tab('StaffInbox').click();
  await isFor('Amina Farouk');
  await run();
  await until('an inbox', async () => (await shown('.graphiql-response')).includes('"unreadCounts"'));
  at('an inbox is there');

  // A client listens; its clinician writes from another tab, and the message arrives.
  await tab('MessageAdded').click();
  await isFor('Elena Marchetti');
  await run();
  await until('the stream', async () => (await stream.getAttribute('data-state')) === 'listening');
  await until('the cursor', async () => (await stream.locator('p.cursor code').innerText()).length > 10);
  await tab('SendMessage').click();
  await askAs('clinician');
  await run();
  await until('the message', async () => (await heard.count()) === 1);
  assert.match(await heard.first().innerText(), /Thank you, that helps\./);
  await heard.first().locator('summary').click();
  await picture('heard');
  at('a message has arrived');

  // The same key again is the same message; a new key is a new one. What is sent while nobody listens is not lost.
  await stream.getByRole('button', { name: 'Stop' }).click();
  await until('the end', async () => (await stream.getAttribute('data-state')) === 'stopped');
  await page.getByRole('button', { name: /New idempotency key/ }).click();
  await run();
  await until('the second answer', async () => /"seq": \d+/.test(await shown('.graphiql-response')));
  await stream.getByRole('button', { name: 'Resume', exact: true }).click();
  await until('the missed message', async () => (await heard.count()) === 2);

  // From an older event on, what came after it comes again.
  const oldest = heard.last();
  await oldest.getByRole('button', { name: 'Resume from here' }).click();
  await until('the repetition', async () => (await heard.count()) === 3);
  const cursors = await heard.locator('details .cursor code').allTextContents();
  assert.equal(cursors[0], cursors[1]);
  assert.notEqual(cursors[1], cursors[2]);
  at('a stream was resumed');

  // Every operation of the list opens in a tab of its own.
  await page.locator('[data-operation="set-client-status"]').click();
  await until('the operation', async () => (await shown('.graphiql-query-editor')).includes('as: scheduler'));
  await isFor('Lucía Benítez');
  at('an operation was opened');

  // Dark, and narrow.
  await page.getByRole('button', { name: 'Change to the dark theme' }).click();
  assert(await page.evaluate(() => document.body.classList.contains('graphiql-dark')));
  await tab('SendMessage').click();
  await picture('dark');
  await page.setViewportSize({ width: 420, height: 850 });
  // GraphiQL writes its tabs down some moments after they change: what is kept must know of the newest one, too.
  await until('the tab is kept', () => page.evaluate(() => {
    const kept = JSON.parse(sessionStorage.getItem('graphiql:tabState') ?? '{}');
    const tab = kept.tabs?.[kept.activeTabIndex];
    const newest = kept.tabs?.some(({ query }) => query?.includes('mutation SetClientStatus'));
    return newest && tab?.query?.includes('mutation SendMessage') && tab.variables?.includes('threadId');
  }));
  await page.reload();
  await until('the text after a reload', async () => (await shown('.graphiql-query-editor')).includes('mutation SendMessage'));
  await isFor('Amina Farouk');
  assert(await page.evaluate(() => document.body.classList.contains('graphiql-dark')));
  await picture('narrow');
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert(wide <= 420, `the page is ${wide} pixels wide on a screen of 420`);
  await until('the variables after a reload', async () =>
    (await page.locator('.graphiql-editor-tool .view-lines').first().innerText()).includes('idempotencyKey'));
  await page.locator('.graphiql-execute-button').click();
  await until('an answer on a narrow screen', async () => (await shown('.graphiql-response')).includes('"sendMessage"'));
  await picture('narrow-answer');
  at('it works on a narrow screen');

  // Tokens are in no store, and nothing went wrong on the way.
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert(!/eyJ[\w-]{10,}/.test(kept), 'a token is kept');
  assert(sockets.length >= 1, 'no socket was opened');
  assert.deepEqual(faults, []);
  console.log(JSON.stringify('the playground works'));
} catch (error) {
  await picture('failed');
  throw error;
} finally {
  await close();
}
