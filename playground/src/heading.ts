// The comments at the head of a document. `# as: NAME` is how a tab remembers whom it is for: it stands in the text, so
// it is seen, edited, copied and kept in the history with the operation that it belongs to.

const AS = /^#[ \t]*as:[ \t]*([\w-]*)[ \t]*$/m;
const GROUP = /^#[ \t]*group:[ \t]*(.+?)[ \t]*$/m;
const FIRST_OPERATION = /^[^#\s]/m;

/** The comments before the first line of GraphQL. */
function head(query: string): string {
  const end = query.search(FIRST_OPERATION);
  return end < 0 ? query : query.slice(0, end);
}

/** The person whom a document is for, or none. */
export function personOf(query: string): string | null {
  return AS.exec(head(query))?.[1] || null;
}

/** The document for another person. */
export function withPerson(query: string, name: string): string {
  const line = `# as: ${name}`;
  return AS.test(head(query)) ? query.replace(AS, line) : `${line}\n${query}`;
}

/** The group under which an operation is listed. */
export function groupOf(query: string): string {
  const said = GROUP.exec(head(query))?.[1];
  if (said) return said;
  if (/^subscription\b/m.test(query)) return 'Live';
  return /^mutation\b/m.test(query) ? 'Changes' : 'Questions';
}

/** The document without its group, which is of use in the list only. */
export function withoutGroup(query: string): string {
  return GROUP.test(head(query)) ? query.replace(/^#[ \t]*group:.*\n/m, '') : query;
}

/** What the head says to a reader. */
export function aboutOf(query: string): string {
  const lines = head(query).split('\n');
  return lines
    .filter((line) => line.startsWith('#') && !AS.test(line) && !GROUP.test(line))
    .map((line) => line.replace(/^#\s*/, ''))
    .join(' ');
}
