// Makes examples/graphql/generated.ts: the types of the examples' operations (examples/graphql/operations.graphql), by GraphQL Code Generator, as a client's author would.
// With --check: says whether the file is what it would make, and changes nothing.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { parse, visit } from 'graphql';

const SCHEMA = 'apps/api/graphql/schema.graphql';
const DOCUMENTS = 'examples/graphql/operations.graphql';
const FILE = 'examples/graphql/generated.ts';

const document = parse(readFileSync(DOCUMENTS, 'utf8'));
const text = await codegen({
  filename: FILE,
  // Without its descriptions: what is said of a field does not change its type.
  schema: visit(parse(readFileSync(SCHEMA, 'utf8')), { enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined) }),
  documents: [{ location: DOCUMENTS, document }],
  config: { enumsAsTypes: true, useTypeImports: true, scalars: { JSON: 'unknown', StringMap: 'Record<string, string>', Time: 'string' } },
  plugins: [{ operations: {} }],
  pluginMap: { operations },
});
const file = `// Made from operations.graphql by scripts/graphql-examples.mjs.\n${text}`;
if (!process.argv.includes('--check')) writeFileSync(FILE, file);
else if (!existsSync(FILE) || readFileSync(FILE, 'utf8') !== file) {
  console.error(`podbox: ${FILE} is stale: npm run graphql:examples`);
  process.exit(1);
}
