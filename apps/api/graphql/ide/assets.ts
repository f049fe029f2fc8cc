import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { START_SCRIPT } from './start.js';

const require = createRequire(import.meta.url);

/** Where each file of the IDE comes from: packages that are installed with the service, so that the page needs no network. */
const FILES: Record<string, { package: string; path: string }> = {
  'react.production.min.js': { package: 'react', path: 'umd/react.production.min.js' },
  'react-dom.production.min.js': { package: 'react-dom', path: 'umd/react-dom.production.min.js' },
  'graphql-ws.min.js': { package: 'graphql-ws', path: 'umd/graphql-ws.min.js' },
  'graphiql.min.js': { package: 'graphiql', path: 'graphiql.min.js' },
  'graphiql.min.css': { package: 'graphiql', path: 'graphiql.min.css' },
};
const START = 'start.js';

export interface Asset {
  type: string;
  bytes: Buffer;
}

const read = new Map<string, Asset>();

/** A file of the IDE; undefined: there is none of that name. */
export function asset(name: string): Asset | undefined {
  const known = read.get(name);
  if (known) return known;
  const source = Object.hasOwn(FILES, name) ? FILES[name] : undefined;
  if (!source && name !== START) return undefined;
  const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
  const made = { type, bytes: source ? readFileSync(join(folderOf(source.package), source.path)) : Buffer.from(START_SCRIPT) };
  read.set(name, made);
  return made;
}

/** What a browser gets at /graphql. */
export const page = (): string => readFileSync(new URL('page.html', import.meta.url), 'utf8');

/** Where a package is installed. Not all of them let their package.json be resolved. */
function folderOf(name: string): string {
  let folder = dirname(require.resolve(name));
  while (!existsSync(join(folder, 'package.json')) || !folder.endsWith(name)) folder = dirname(folder);
  return folder;
}
