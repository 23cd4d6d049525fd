// Every mutation carries an idempotency key, and a repeated one answers with the first outcome. So an operation gets a
// key of its own when it is opened, and another one on demand.

const KEY = /("idempotencyKey"\s*:\s*")([^"]*)(")/g;
const SUFFIX = /-[0-9a-f]{8}$/;

function fresh(): string {
  const [number = 0] = crypto.getRandomValues(new Uint32Array(1));
  return number.toString(16).padStart(8, '0');
}

/** The variables with fresh idempotency keys; other text is kept as it is, comments and mistakes included. */
export function withFreshKeys(variables: string): string {
  return variables.replace(
    KEY,
    (_all, before: string, key: string, after: string) =>
      `${before}${key.replace(SUFFIX, '')}-${fresh()}${after}`,
  );
}

/** Whether there is a key to renew. */
export function hasKey(variables: string): boolean {
  KEY.lastIndex = 0;
  return KEY.test(variables);
}
