// The audit of the `graphql-http` package. Prints one JSON object: a row for each of its checks.
import { auditServer } from 'graphql-http';

const { URL: url, TOKEN } = process.env;

const fetchFn = (input, init = {}) =>
  fetch(input, { ...init, headers: { ...init.headers, authorization: `Bearer ${TOKEN}` } });

const rows = [];
for (const { id, name, status, reason } of await auditServer({ url, fetchFn })) {
  rows.push({ id, name, status, reason });
}
console.log(JSON.stringify({ rows }));
