import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ImageFile, ImageLayer } from '../kernel/machine.js';
import type { ImageReference } from './reference.js';

/** One entry of a catalogue file (images/catalogue/*.yaml: a list of these). `{tag}` in a value of env or files is the tag asked for. */
export interface CatalogueEntry {
  /** Several names for the same image: docker.io/library/busybox. Absent: only a base for others. */
  repositories?: string[];
  /** A regular expression that the whole tag must match. */
  tags?: string;
  /** The name that `base` of other entries refers to. */
  name: string;
  /** Files, programs and env that this image adds to; the rest is not inherited. */
  base?: string;
  /** Bytes, as pulled. */
  size: number;
  entrypoint?: string[];
  cmd?: string[];
  env?: Record<string, string>;
  workingDir?: string;
  /** uid[:gid]; default 0. */
  user?: string;
  username?: string;
  dirs?: Record<string, number>;
  /** Path -> text, or {mode, content}. */
  files?: Record<string, string | { mode: number; content: string }>;
  links?: Record<string, string>;
  /** Folder -> names of the kernel's programs that it has (`name`, or `file=program`). */
  programs?: Record<string, string[]>;
}

/** An image that the catalogue offers under a name. */
export interface CatalogueImage {
  /** sha256:.., made from the name. */
  id: string;
  reference: ImageReference;
  size: number;
  uid: number;
  gid: number;
  username: string;
  layer: ImageLayer;
}

export class Catalogue {
  private readonly entries: CatalogueEntry[] = [];
  private readonly byName = new Map<string, CatalogueEntry>();
  private readonly hosts = new Set<string>();

  /** @param folders with *.yaml; an entry found earlier wins. */
  constructor(folders: string[]) {
    for (const folder of folders) {
      const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
      for (const file of files.sort()) this.add(parse(readFileSync(join(folder, file), 'utf8')) as CatalogueEntry[]);
    }
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
      (candidate) => candidate.repositories?.includes(reference.repository) && new RegExp(`^(?:${candidate.tags ?? '.*'})$`).test(reference.tag),
    );
    if (!entry || !reference.tag) return undefined;
    const id = `sha256:${createHash('sha256').update(`${reference.repository}:${reference.tag}`).digest('hex')}`;
    if (reference.digest && reference.digest !== id) return undefined;
    const [uid = 0, gid = 0] = (entry.user ?? '0').split(':').map(Number);
    return { id, reference, size: entry.size, uid, gid, username: entry.username ?? '', layer: this.layer(id, entry, reference.tag) };
  }

  private add(entries: CatalogueEntry[]): void {
    for (const entry of entries) {
      this.entries.push(entry);
      if (!this.byName.has(entry.name)) this.byName.set(entry.name, entry);
      for (const repository of entry.repositories ?? []) this.hosts.add(repository.slice(0, repository.indexOf('/')));
    }
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
  private lineage(entry: CatalogueEntry): CatalogueEntry[] {
    if (entry.base === undefined) return [entry];
    const base = this.byName.get(entry.base);
    if (!base || base === entry) throw new Error(`image catalogue: ${entry.name} has the base ${entry.base}, which is not there`);
    return [...this.lineage(base), entry];
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
      if (typeof name !== 'string') throw new Error(`image catalogue: programs of ${entry.name}: ${name as string} is no text; put it in quotes`);
      const [file = name, program = name] = name.split('=');
      files[join(folder, file)] = { type: 'program', program, mode: 0o755 };
    }
  }
}
