import { containersOf } from '#objects';
import type { Container, Pod } from '#objects';
import type { Volume, VolumeMount } from '../generated/types.js';

/** The volumes in the order of the manifest, each with who sees it. */
export function podVolumes({ spec }: Pod): Volume[] {
  const mounts = [...containersOf(spec)].flatMap(({ container }) => volumeMounts(container));
  return (spec.volumes ?? []).map(({ name, ...sources }) => {
    // One of the sources is set: validation sees to it; none means emptyDir.
    const [type, source] = Object.entries(sources)[0] ?? ['emptyDir', {}];
    return { name, type, source, mounts: mounts.filter((mount) => mount.name === name) };
  });
}

export const volumeMounts = ({ name: container, volumeMounts: mounts = [] }: Pick<Container, 'name' | 'volumeMounts'>): VolumeMount[] =>
  mounts.map(({ name, mountPath, subPath, subPathExpr, readOnly }) => ({ container, name, mountPath, subPath: subPath ?? subPathExpr, readOnly: readOnly ?? false }));
