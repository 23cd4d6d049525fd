import type { CodegenConfig } from '@graphql-codegen/cli';

const config: CodegenConfig = {
  schema: '../../schema.graphql',
  documents: 'src/**/*.ts',
  ignoreNoDocuments: false,
  generates: {
    'src/gql/': {
      preset: 'client',
      presetConfig: {
        // `src/gql/persisted-documents.json`: what a server that takes trusted documents only has to know.
        persistedDocuments: { hashAlgorithm: 'sha256' },
      },
      config: {
        documentMode: 'string',
        // Only what the documents use: a change of the schema elsewhere changes nothing here.
        onlyOperationTypes: true,
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: {
          Date: 'string',
          DateTime: 'string',
          EventCursor: 'string',
          HTML: 'string',
          ID: 'string',
          Upload: 'File',
        },
      },
    },
  },
};

export default config;
