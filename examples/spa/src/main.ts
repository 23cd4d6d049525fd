import { ask } from './api';
import { Send } from './documents';
import { follow, listed, type State } from './inbox';

const form = document.querySelector('form') as HTMLFormElement;
const name = document.querySelector('#name') as HTMLElement;
const list = document.querySelector('ol') as HTMLOListElement;

let token = '';
let stop = new AbortController();

function show(state: State): void {
  name.textContent = state.name;
  list.replaceChildren(
    ...listed(state).map((thread) => {
      const item = document.createElement('li');
      // As text, never as HTML: people wrote it.
      item.textContent = `${thread.subject} (${thread.viewerUnreadCount} unread): ${thread.lastMessage?.bodyText ?? ''}`;
      item.addEventListener('click', () => void answer(thread.id));
      return item;
    }),
  );
}

async function answer(threadId: string): Promise<void> {
  const body = prompt('Your answer');
  if (!body) return;
  // One key for one answer: trying again with it cannot send twice.
  const input = { idempotencyKey: crypto.randomUUID(), threadId, body, markThreadRead: true };
  const { sendMessage } = await ask(token, Send, { input });
  const [refusal] = sendMessage.userErrors;
  if (refusal) alert(refusal.message);
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  stop.abort();
  stop = new AbortController();
  token = String(new FormData(form).get('token'));
  follow(token, show, stop.signal).catch((error: unknown) => alert(String(error)));
});
