import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '#clock';
import { listVolumeFiles, readVolumeFile, volumeFile, type VolumeContent } from './volume-file.js';
import { VolumeKeeper } from './volume-keeper.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podbox-volumes-'));
});
afterEach(() => rm(folder, { recursive: true }));

function keeper(contents: Record<string, VolumeContent>) {
  const clock = new ManualClock(1000);
  const told: string[] = [];
  const reads: string[] = [];
  const made = new VolumeKeeper({
    clock,
    persistAfterMs: 3000,
    read: (id) => {
      reads.push(id);
      return contents[id] ?? {};
    },
    persisted: (id) => told.push(id),
    warn: (message) => told.push(message),
  });
  const settled = () => new Promise<void>((resolve) => made.persistAll(resolve));
  return { clock, told, reads, keeper: made, settled };
}
const file = (content: string): VolumeContent => ({ '/file': { type: 'file', mode: 0o644, content } });

describe('volumes on disk', () => {
  it('are written some time after the first change, once for all changes', async () => {
    const contents = { 'a/v': file('one') };
    const { keeper: kept, clock, reads, told, settled } = keeper(contents);
    const path = volumeFile(folder, 'a', 'v');
    kept.add('a/v', path, false);
    kept.changed(['a/v', 'unknown/v']);
    clock.advance(2999);
    expect(reads).toEqual([]);
    contents['a/v'] = file('two');
    kept.changed(['a/v']);
    clock.advance(1);
    await settled();
    expect([reads, told, await readVolumeFile(path), await listVolumeFiles(folder)]).toEqual([
      ['a/v'],
      ['a/v'],
      file('two'),
      new Map([['a', new Set(['v'])]]),
    ]);
  });

  it('are not there for a volume without files, or that was removed', async () => {
    const { keeper: kept, settled } = keeper({ 'b/v': file('x') });
    for (const pod of ['a', 'b']) kept.add(`${pod}/v`, volumeFile(folder, pod, 'v'), false);
    kept.changed(['a/v', 'b/v']);
    kept.remove('b/v');
    await settled();
    expect(await listVolumeFiles(folder)).toEqual(new Map());
  });

  it('go with their pod', async () => {
    const { keeper: kept, settled } = keeper({ 'a/v': file('x') });
    kept.add('a/v', volumeFile(folder, 'a', 'v'), false);
    kept.changed(['a/v']);
    await settled();
    kept.remove('a/v');
    await settled();
    await expect(access(join(folder, 'volumes', 'a'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that cannot be written are told of, and tried again', async () => {
    await writeFile(join(folder, 'volumes'), 'in the way');
    const { keeper: kept, clock, told, settled } = keeper({ 'a/v': file('x') });
    kept.add('a/v', volumeFile(folder, 'a', 'v'), false);
    kept.changed(['a/v']);
    await settled();
    expect(told.join()).toContain('cannot keep the volume');
    await rm(join(folder, 'volumes'));
    clock.advance(3000);
    clock.advance(3000);
    await settled();
    expect(await readVolumeFile(volumeFile(folder, 'a', 'v'))).toEqual(file('x'));
  });
});
