import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RE2JS } from 're2js';
import { parse } from 'yaml';
import type { ImageFile, ImageLayer } from '../kernel/machine.js';
import { checkEntries, ImageCatalogueError } from './entry.js';
import type { CatalogueEntry } from './entry.js';
import type { ImageReference } from './reference.js';

/** An image that the catalogue offers under a name. */
export interface CatalogueImage {
  /** sha256:.., made from the name. */
  id: string;
  reference: ImageReference;
  size: number;
  failures: CatalogueEntry['failures'];
  uid: number;
  gid: number;
  username: string;
  layer: ImageLayer;
}

/** What the files of the catalogue describe. `{tag}` in a value of env or files is the tag that was asked for. */
export class Catalogue {
  private readonly entries: CatalogueEntry[] = [];
  private readonly byName = new Map<string, CatalogueEntry>();
  private readonly hosts = new Set<string>();

  /**
   * @param paths files, or folders of *.yaml and *.yml; an entry found earlier wins.
   * @param programs names of the programs that an image may have.
   * @throws ImageCatalogueError
   */
  constructor(paths: string[], programs: Iterable<string>) {
    const known = new Set(programs);
    const origins = new Map<CatalogueEntry, string>();
    for (const file of paths.flatMap(filesAt)) {
      for (const entry of checkEntries(readYaml(file), file, known)) {
        this.add(entry);
        origins.set(entry, file);
      }
    }
    for (const entry of this.entries) this.lineage(entry, origins.get(entry)!);
  }

  /** Whether a registry of that name answers. */
  hasHost(host: string): boolean {
    return this.hosts.has(host);
  }

  hasRepository(repository: string): boolean {
    return this.entries.some((entry) => entry.repositories?.includes(repository));
  }

  find(reference: ImageReference): CatalogueImage | undefined {
    const entry = this.entries.find(
      (candidate) => candidate.repositories?.includes(reference.repository) && RE2JS.compile(candidate.tags ?? '.*').matches(reference.tag),
    );
    if (!entry || !reference.tag) return undefined;
    const id = `sha256:${createHash('sha256').update(`${reference.repository}:${reference.tag}`).digest('hex')}`;
    if (reference.digest && reference.digest !== id) return undefined;
    const [uid = 0, gid = 0] = (entry.user ?? '0').split(':').map(Number);
    return { id, reference, size: entry.size, failures: entry.failures, uid, gid, username: entry.username ?? '', layer: this.layer(id, entry, reference.tag) };
  }

  private add(entry: CatalogueEntry): void {
    this.entries.push(entry);
    if (!this.byName.has(entry.name)) this.byName.set(entry.name, entry);
    for (const repository of entry.repositories ?? []) this.hosts.add(repository.slice(0, repository.indexOf('/')));
  }

  private layer(id: string, entry: CatalogueEntry, tag: string): ImageLayer {
    const layer: ImageLayer = {
      id,
      entrypoint: entry.entrypoint ?? [],
      cmd: entry.cmd ?? [],
      env: {},
      workingDir: entry.workingDir ?? '/',
      user: entry.user ?? '',
      files: {},
    };
    for (const part of this.lineage(entry)) addTo(layer, part, tag);
    return layer;
  }

  /** The entry's bases, the lowest first, and itself. */
  private lineage(entry: CatalogueEntry, file = '', above: CatalogueEntry[] = []): CatalogueEntry[] {
    if (entry.base === undefined) return [entry];
    const base = this.byName.get(entry.base);
    if (!base) throw new ImageCatalogueError(`${file}: ${entry.name}.base: there is no image "${entry.base}"`);
    if (base === entry || above.includes(base)) throw new ImageCatalogueError(`${file}: ${entry.name}.base: "${entry.base}" leads back to itself`);
    return [...this.lineage(base, file, [...above, entry]), entry];
  }
}

function filesAt(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path).filter((name) => /\.ya?ml$/.test(name)).sort().map((name) => join(path, name));
  } catch (error) {
    throw new ImageCatalogueError(`${path}: cannot be read: ${(error as Error).message}`);
  }
}

function readYaml(file: string): unknown {
  try {
    return parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ImageCatalogueError(`${file}: not YAML: ${(error as Error).message.split('\n')[0]}`);
  }
}

function addTo(layer: ImageLayer, entry: CatalogueEntry, tag: string): void {
  const fill = (text: string) => text.replaceAll('{tag}', tag);
  const files: Record<string, ImageFile> = layer.files;
  for (const [key, value] of Object.entries(entry.env ?? {})) layer.env[key] = fill(value);
  for (const [path, mode] of Object.entries(entry.dirs ?? {})) files[path] = { type: 'dir', mode };
  for (const [path, target] of Object.entries(entry.links ?? {})) files[path] = { type: 'link', target };
  for (const [path, file] of Object.entries(entry.files ?? {})) {
    const { mode, content } = typeof file === 'string' ? { mode: 0o644, content: file } : file;
    files[path] = { type: 'file', mode, content: Buffer.from(fill(content), 'utf8').toString('latin1') };
  }
  for (const [folder, names] of Object.entries(entry.programs ?? {})) {
    for (const name of names) {
      const [file = name, program = name] = name.split('=');
      files[join(folder, file)] = { type: 'program', program, mode: 0o755 };
    }
  }
}
