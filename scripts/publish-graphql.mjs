// Publishes apps/api/graphql/schema.graphql: from now on clients rely on it, and `npm test` fails where it breaks what they rely on. Says what breaks now.
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges } from 'graphql';

const SCHEMA = 'apps/api/graphql/schema.graphql';
const PUBLISHED = 'apps/api/graphql/published.graphql';

const read = (file) => buildSchema(readFileSync(file, 'utf8'));
const broken = existsSync(PUBLISHED) ? findBreakingChanges(read(PUBLISHED), read(SCHEMA)) : [];
copyFileSync(SCHEMA, PUBLISHED);
console.log(`podbox: ${PUBLISHED} is now ${SCHEMA} as it stands`);
for (const { description } of broken) console.log(`podbox: this breaks clients: ${description}`);
