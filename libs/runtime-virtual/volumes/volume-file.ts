/** An emptyDir on disk: one JSON file a volume, dataDir/volumes/<pod uid>/<volume name>.json, replaced as a whole. */
import { mkdir, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ImageFile } from '../kernel/machine.js';

export type VolumeContent = Record<string, ImageFile>;

export const volumeFile = (dataDir: string, podUid: string, volumeName: string): string => join(dataDir, 'volumes', podUid, `${volumeName}.json`);

export async function writeVolume(file: string, content: VolumeContent): Promise<void> {
  const text = JSON.stringify(content);
  const draft = `${file}.new`;
  try {
    await writeFile(draft, text);
  } catch (error) {
    if (!missing(error)) throw error;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(draft, text);
  }
  await rename(draft, file);
}

/** undefined: there is none. */
export async function readVolumeFile(file: string): Promise<VolumeContent | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as VolumeContent;
  } catch (error) {
    if (missing(error)) return undefined;
    throw error;
  }
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
    const files = (await entries(join(root, podUid))).filter((file) => file.endsWith('.json'));
    if (files.length > 0) found.set(podUid, new Set(files.map((file) => file.slice(0, -'.json'.length))));
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
