/** Annotations that mean something to the API server. Source: ValidatePodSpecificAnnotations, validateSeccompAnnotationsAndFields in pkg/apis/core/validation. */
import { containersOf } from '../containers.js';
import type { Pod } from '../types.js';
import type { FieldCause } from './causes.js';
import { forbidden, invalid } from './causes.js';
import { descendingPathCauses } from './paths.js';

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';

export function podAnnotationCauses({ metadata, spec }: Pod): FieldCause[] {
  const causes: FieldCause[] = [];
  const names = new Set([...containersOf(spec)].map(({ container }) => container.name));
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    const at = `metadata.annotations[${key}]`;
    if (key === SECCOMP_POD || key.startsWith(SECCOMP)) causes.push(...seccompCauses(value, `metadata.annotations.${key}`));
    if (key.startsWith(APP_ARMOR)) {
      const name = key.slice(APP_ARMOR.length);
      if (!names.has(name)) causes.push(invalid(at, name, 'container not found'));
      const known = value === '' || value === 'runtime/default' || value === 'unconfined' || value.startsWith('localhost/');
      if (!known) causes.push(invalid(at, value, `invalid AppArmor profile name: ${JSON.stringify(value)}`));
    }
    if (key === DELETION_COST && !/^(0|-?[1-9]\d*)$/.test(value)) causes.push(invalid(at, value, 'must be a 32bit integer'));
  }
  return causes;
}

function seccompCauses(profile: string, at: string): FieldCause[] {
  if (profile === 'runtime/default' || profile === 'docker/default' || profile === 'unconfined') return [];
  if (profile.startsWith('localhost/')) return descendingPathCauses(profile.slice('localhost/'.length), at);
  return [invalid(at, profile, 'must be a valid seccomp profile')];
}

/** Where both the annotation and the field are given they must say the same. */
export function podAnnotationCreateCauses({ metadata, spec }: Pod): FieldCause[] {
  const { annotations = {} } = metadata;
  const ofPod = spec.securityContext as Profiles | undefined;
  const causes = matchCauses('seccomp', annotations[SECCOMP_POD], ofPod?.seccompProfile, 'spec.securityContext.seccompProfile');
  for (const { container, path } of containersOf(spec)) {
    const own = container.securityContext as Profiles | undefined;
    causes.push(...matchCauses('seccomp', annotations[SECCOMP + container.name], own?.seccompProfile, `${path}.securityContext.seccompProfile`));
    const appArmor = own?.appArmorProfile ?? ofPod?.appArmorProfile;
    if (spec.os?.name !== 'windows') causes.push(...matchCauses('apparmor', annotations[APP_ARMOR + container.name], appArmor, `${path}.securityContext.appArmorProfile`));
  }
  return causes;
}

interface Profile {
  type: string;
  localhostProfile?: string;
}
interface Profiles {
  seccompProfile?: Profile;
  appArmorProfile?: Profile;
}

function matchCauses(what: string, annotation: string | undefined, profile: Profile | undefined, at: string): FieldCause[] {
  if (annotation === undefined || !profile) return [];
  const wrongType = [forbidden(`${at}.type`, `${what} type in annotation and field must match`)];
  if (profile.type === 'Unconfined') return annotation === 'unconfined' ? [] : wrongType;
  if (profile.type === 'RuntimeDefault') return annotation === 'runtime/default' || (what === 'seccomp' && annotation === 'docker/default') ? [] : wrongType;
  if (!annotation.startsWith('localhost/')) return wrongType;
  return annotation.slice('localhost/'.length) === profile.localhostProfile ? [] : [forbidden(`${at}.localhostProfile`, `${what} profile in annotation and field must match`)];
}
