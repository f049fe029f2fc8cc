/**
 * The layout in which the kubelet writes files that change as one: `name -> ..data/name`, `..data -> ..<time>`, and the files below that.
 * Source: AtomicWriter in pkg/volume/util/atomic_writer.go.
 */
import type { VolumeSource } from '#runtime';
import type { ImageFile } from '../kernel/machine.js';

type FilesSource = VolumeSource & { kind: 'files' };

/** `now`: epoch ms; two contents of one volume made at different times have different folders. */
export function atomicLayout({ files, gid }: FilesSource, now: number): Record<string, ImageFile> {
  const folder = folderName(now);
  const owner = gid === undefined ? {} : { gid };
  const more = gid === undefined ? 0 : 0o440;
  const layout: Record<string, ImageFile> = {
    [folder]: { type: 'dir', mode: gid === undefined ? 0o755 : 0o2775, ...owner },
    '..data': { type: 'link', target: folder, ...owner },
  };
  for (const [path, { content, mode }] of Object.entries(files)) {
    const parts = path.split('/').filter(Boolean);
    const [top = ''] = parts;
    layout[top] = { type: 'link', target: `..data/${top}`, ...owner };
    layout[`${folder}/${parts.join('/')}`] = { type: 'file', mode: mode | more, content: content.toString('latin1'), ...owner };
  }
  return layout;
}

/** Nothing is written where nothing changes: who watches `..data` is not woken. */
export function sameFiles(a: FilesSource, b: FilesSource): boolean {
  const names = Object.keys(a.files);
  if (names.length !== Object.keys(b.files).length) return false;
  return names.every((name) => {
    const [one, other] = [a.files[name]!, Object.hasOwn(b.files, name) ? b.files[name] : undefined];
    return other !== undefined && one.mode === other.mode && one.content.equals(other.content);
  });
}

/** ..2006_01_02_15_04_05.1234567890: the kubelet draws the last part; here it is the time's fraction. */
function folderName(now: number): string {
  const [date = '', time = ''] = new Date(now).toISOString().split(/[T.Z]/);
  return `..${date.replaceAll('-', '_')}_${time.replaceAll(':', '_')}.${String(Math.floor(now) % 1000).padStart(3, '0')}0000000`;
}
