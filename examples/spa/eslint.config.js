// The schema, judged by the rules that other schemas are judged by. `npm run check` runs it from the repository's root.
import { readFileSync } from 'node:fs';
import graphql from '@graphql-eslint/eslint-plugin';
import { buildSchema, getNamedType, isObjectType } from 'graphql';

const recommended = graphql.configs['flat/schema-recommended'].rules;
const relay = graphql.configs['flat/schema-relay'].rules;

/** What is no `Node` has no identity of its own: a payload, an edge, an event, a part of what it stands in. */
const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const values = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && !type.getInterfaces().some(({ name }) => name === 'Node'))
  .map(({ name }) => name);

/** Entries that are found by their place in a list alone, and have no id to be asked for: of the audit log, of what was deleted, of what
 * a search found, of contacts, of the versions of a policy, of notes. */
const numbered = ['AuditEntry', 'Contact', 'DeletedMessage', 'PolicyVersion', 'SearchHit', 'ThreadNote'];
/** The rule knows no exceptions, so that every other edge's node has an identity is asked here. */
for (const edge of Object.values(schema.getTypeMap()).filter(({ name }) => name.endsWith('Edge'))) {
  const node = getNamedType(edge.getFields().node.type);
  if (isObjectType(node) && values.includes(node.name) && !numbered.includes(node.name)) {
    throw new Error(`${node.name} stands in ${edge.name} and is no Node`);
  }
}

export default [
  {
    files: ['**/*.graphql'],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema.graphql' } },
    },
    plugins: { '@graphql-eslint': graphql },
    rules: {
      ...recommended,
      ...relay,
      '@graphql-eslint/strict-id-in-types': [
        'error',
        {
          acceptedIdNames: ['id'],
          acceptedIdTypes: ['ID'],
          exceptions: { types: values },
        },
      ],
      // Lists that are short by nature are plain lists, with their bound in the description.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // An inbox and a directory are read in one direction; messages in both.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
];
