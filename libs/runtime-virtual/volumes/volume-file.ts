/**
 * An emptyDir on disk: one file a volume, dataDir/volumes/<pod uid>/<volume name>.volume, replaced as a whole: a line of JSON that says what
 * there is, then the files' bytes one after the other.
 */
import { mkdir, open, readFile, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageFile } from '../kernel/machine.js';

export type VolumeContent = Record<string, ImageFile>;

const ENDING = '.volume';
/** Bytes written at once. */
const PIECE = 1024 * 1024;

export const volumeFile = (dataDir: string, podUid: string, volumeName: string): string => join(dataDir, 'volumes', podUid, `${volumeName}${ENDING}`);

export async function writeVolume(file: string, content: VolumeContent): Promise<void> {
  const draft = `${file}.new`;
  try {
    await write(draft, content);
  } catch (error) {
    if (!missing(error)) throw error;
    await mkdir(dirname(file), { recursive: true });
    await write(draft, content);
  }
  await rename(draft, file);
}

async function write(file: string, content: VolumeContent): Promise<void> {
  const header = Object.entries(content).map(([path, one]) => [path, one.type === 'file' ? { ...one, content: one.content.length } : one]);
  const handle = await open(file, 'w');
  try {
    await handle.write(`${JSON.stringify(header)}\n`);
    for (const one of Object.values(content)) {
      if (one.type !== 'file') continue;
      for (let at = 0; at < one.content.length; at += PIECE) await handle.write(Buffer.from(one.content.slice(at, at + PIECE), 'latin1'));
    }
  } finally {
    await handle.close();
  }
}

/** undefined: there is none. */
export async function readVolumeFile(file: string): Promise<VolumeContent | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (missing(error)) return undefined;
    throw error;
  }
  let at = bytes.indexOf('\n') + 1;
  const header = JSON.parse(bytes.toString('utf8', 0, at)) as [string, Exclude<ImageFile, { type: 'file' }> | { type: 'file'; mode: number; content: number }][];
  const content: VolumeContent = {};
  for (const [path, one] of header) {
    content[path] = one.type === 'file' ? { ...one, content: bytes.toString('latin1', at, at + one.content) } : one;
    if (one.type === 'file') at += one.content;
  }
  return content;
}

/** Removes the file, and the pod's folder when nothing else is in it. */
export async function removeVolumeFile(file: string): Promise<void> {
  await rm(file, { force: true });
  try {
    await rmdir(dirname(file));
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** The names of the volumes that are on disk, by pod uid. */
export async function listVolumeFiles(dataDir: string): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const root = join(dataDir, 'volumes');
  for (const podUid of await entries(root)) {
    const files = (await entries(join(root, podUid))).filter((file) => file.endsWith(ENDING));
    if (files.length > 0) found.set(podUid, new Set(files.map((file) => file.slice(0, -ENDING.length))));
  }
  return found;
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (missing(error) || (error as NodeJS.ErrnoException).code === 'ENOTDIR') return [];
    throw error;
  }
}

const missing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';
