/**
 * The Pod Security Standards, asked for by a namespace's labels. Source: staging/src/k8s.io/pod-security-admission (policy/check_*.go, api/helpers.go).
 * Every check names the minor version of Kubernetes that brought it; a namespace may pin an older one.
 */
import type { FieldCause } from '../validation/causes.js';
import { invalid } from '../validation/causes.js';
import type { Pod } from '../types.js';
import { BASELINE, RESTRICTED } from './pod-security-checks.js';
import type { Check, Violation } from './pod-security-checks.js';

type Labels = Readonly<Record<string, string>> | undefined;

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
const MODES = ['enforce', 'audit', 'warn'] as const;
const VERSION = /^v1\.(0|[1-9]\d*)$/;

type Mode = (typeof MODES)[number];
interface Policy {
  level: (typeof LEVELS)[number];
  /** As it stands in messages: latest, v1.30. */
  version: string;
}

/** What is wrong with a namespace's labels. */
export function podSecurityLabelCauses(labels: Labels): FieldCause[] {
  return MODES.flatMap((mode) => {
    const [level, version] = [labels?.[PREFIX + mode], labels?.[`${PREFIX}${mode}-version`]];
    const at = (name: string) => `metadata.labels[${PREFIX}${name}]`;
    return [
      ...(level === undefined || isLevel(level) ? [] : [invalid(at(mode), level, `must be one of ${LEVELS.join(', ')}`)]),
      ...(version === undefined || isVersion(version) ? [] : [invalid(at(`${mode}-version`), version, 'must be "latest" or "v1.x"')]),
    ];
  });
}

const isLevel = (text: string): text is Policy['level'] => (LEVELS as readonly string[]).includes(text);
const isVersion = (text: string): boolean => text === 'latest' || VERSION.test(text);

/** A label that makes no sense asks for the strictest, as far as refusing goes; warnings are then left out. */
function policyOf(labels: Labels, mode: Mode): Policy {
  const level = labels?.[PREFIX + mode];
  const version = labels?.[`${PREFIX}${mode}-version`];
  const fallback = mode === 'enforce' ? 'restricted' : 'privileged';
  return { level: level === undefined ? 'privileged' : isLevel(level) ? level : fallback, version: version && isVersion(version) ? version : 'latest' };
}

export interface PodSecurityVerdict {
  /** Why the pod is refused: follows `pods "x" is forbidden: `. */
  refused?: string;
  warning?: string;
}

/** Nothing where the namespace has none of the labels. */
export function podSecurity(labels: Labels, pod: Pod): PodSecurityVerdict {
  const refused = violation(policyOf(labels, 'enforce'), pod);
  if (refused) return { refused: `violates PodSecurity ${refused}` };
  const warning = violation(policyOf(labels, 'warn'), pod);
  return warning ? { warning: `would violate PodSecurity ${warning}` } : {};
}

/** What pods that are there break of a namespace's new labels: a warning for whoever sets them. Source: EvaluatePodsInNamespace. */
export function podSecurityChangeWarnings(namespace: string, next: Labels, current: Labels, pods: Pod[]): string[] {
  const [policy, before] = [policyOf(next, 'enforce'), policyOf(current, 'enforce')];
  const stricter = LEVELS.indexOf(policy.level) > LEVELS.indexOf(before.level) || (policy.level === before.level && policy.version !== before.version);
  if (!stricter) return [];
  const names = new Map<string, string[]>();
  for (const pod of pods) {
    const reasons = violations(policy, pod).map(({ reason }) => reason).join(', ');
    if (reasons) names.set(reasons, [...(names.get(reasons) ?? []), pod.metadata.name].sort());
  }
  if (names.size === 0) return [];
  const others = (count: number) => (count === 0 ? '' : count === 1 ? ' (and 1 other pod)' : ` (and ${count} other pods)`);
  return [
    `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${policy.level}:${policy.version}"`,
    ...[...names].map(([reasons, [first, ...more]]) => `${first}${others(more.length)}: ${reasons}`).sort(),
  ];
}

/** `"restricted:latest": runAsNonRoot != true (pod or container "a" must ..), ..`; undefined: none. */
function violation(policy: Policy, pod: Pod): string | undefined {
  const found = violations(policy, pod).map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason));
  return found.length > 0 ? `"${policy.level}:${policy.version}": ${found.join(', ')}` : undefined;
}

function violations({ level, version }: Policy, pod: Pod): Violation[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? Infinity : Number(VERSION.exec(version)![1]);
  const applies = ({ since, until }: Check) => since <= minor && (until === undefined || minor < until);
  // A restricted check stands in for the baseline one that it covers.
  const restricted = level === 'restricted' ? RESTRICTED.filter(applies) : [];
  const covered = new Set(restricted.flatMap((check) => check.covers ?? []));
  const checks = [...BASELINE.filter((check) => applies(check) && !covered.has(check.id)), ...restricted];
  return checks.flatMap((check) => check.look(pod) ?? []);
}
