import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const TOP = ['apps', 'libs', 'bench', 'docs', 'examples', 'scripts', 'prisma'];
const files = TOP.flatMap((top) => readdirSync(top, { recursive: true, encoding: 'utf8' }).map((path) => `/${top}/${path}`));
const known = new Set([...TOP.map((top) => `/${top}`), ...files, ...readdirSync('.').map((path) => `/${path}`)]);
const documents = ['ARCHITECTURE.md', 'README.md', ...readdirSync('docs').map((name) => `docs/${name}`)];

/** What a document names of this repository: a path from its top, with `*` and `**`, or the end of one. Kubernetes' own files are Go's. */
function named(text: string): string[] {
  const quoted = [...text.replaceAll(/```.*?```/gs, '').matchAll(/`([^`\s]+)`/g)].map(([, word]) => word!);
  const links = [...text.matchAll(/\]\(([^)#:\s]+)\)/g)].map(([, path]) => path!);
  return [...quoted.filter((word) => TOP.includes(word.split('/')[0]!) && word.includes('/') || /^[\w./*-]+\.(ts|mjs|graphql|prisma)$/.test(word)), ...links];
}

function exists(path: string): boolean {
  const whole = `/${path.replace(/\/$/, '')}`;
  if (!whole.includes('*')) return known.has(whole) || files.some((file) => file.endsWith(whole));
  const pattern = whole.split(/(\*\*\/|\*)/).map((part) => ({ '**/': '(.*/)?', '*': '[^/]*' })[part] ?? part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const matches = new RegExp(`^${pattern.join('')}$`);
  return files.some((file) => matches.test(file));
}

describe('the documents', () => {
  it.each(documents)('%s names files and folders that exist', (document) => {
    const paths = named(readFileSync(document, 'utf8').replaceAll('](../', '](').replaceAll('](./', ']('));
    expect(paths.filter((path) => !exists(path))).toEqual([]);
    if (document === 'ARCHITECTURE.md') expect(paths.length).toBeGreaterThan(40);
  });

  it('a name of nothing is noticed', () => {
    expect(['libs/none/*.spec.ts', 'libs/none', 'none.ts'].filter(exists)).toEqual([]);
    expect(named('`libs/none` `pkg/kubelet/x.go` `none.ts` [there](docs/none.md) `spec.os.name` `apps`')).toEqual(['libs/none', 'none.ts', 'docs/none.md']);
  });
});
