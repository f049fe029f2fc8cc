import { kindRows } from '../kinds/table.js';
import { apiVersionOf } from '../kinds/row.js';
import type { KindRow } from '../kinds/row.js';

/** One resource or subresource as discovery tells it. */
export interface Served {
  /** `pods`, `pods/log`. */
  name: string;
  singular: string;
  namespaced: boolean;
  kind: string;
  /** The kind's own group and version, where they differ from where it is served. */
  responseGroup?: string;
  responseVersion?: string;
  verbs: string[];
  shortNames: string[];
  categories: string[];
}

export interface ServedGroupVersion {
  group: string;
  version: string;
  resources: Served[];
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const VIEW_VERBS = ['get', 'list'];
const SUBRESOURCES: Record<string, { kind?: string; verbs: string[]; group?: string; version?: string }> = {
  status: { verbs: ['get', 'patch', 'update'] },
  finalize: { verbs: ['update'] },
  ephemeralcontainers: { verbs: ['get', 'patch', 'update'] },
  resize: { verbs: ['get', 'patch', 'update'] },
  log: { verbs: ['get'] },
  exec: { kind: 'PodExecOptions', verbs: ['create', 'get'] },
  attach: { kind: 'PodAttachOptions', verbs: ['create', 'get'] },
  portforward: { kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
  binding: { kind: 'Binding', verbs: ['create'] },
  step: { kind: 'ClockStep', verbs: ['create'] },
  eviction: { kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
};

/** Kinds that are asked, not stored. */
const REVIEWS: ServedGroupVersion = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resources: [
    {
      name: 'selfsubjectaccessreviews',
      singular: 'selfsubjectaccessreview',
      namespaced: false,
      kind: 'SelfSubjectAccessReview',
      verbs: ['create'],
      shortNames: [],
      categories: [],
    },
  ],
};

/** Everything that is served, the core group first. */
export function served(): ServedGroupVersion[] {
  const byVersion = new Map<string, ServedGroupVersion>();
  for (const row of kindRows()) {
    const { group, version } = row;
    const entry = byVersion.get(apiVersionOf(row)) ?? { group, version, resources: [] };
    byVersion.set(apiVersionOf(row), entry);
    entry.resources.push(...servedBy(row));
  }
  const versions = [...byVersion.values(), REVIEWS].sort((a, b) => a.group.localeCompare(b.group));
  for (const version of versions) version.resources.sort((a, b) => (a.name < b.name ? -1 : 1));
  return versions;
}

function servedBy(row: KindRow): Served[] {
  const main: Served = {
    name: row.resource,
    singular: row.singular,
    namespaced: row.namespaced,
    kind: row.kind,
    verbs: row.view ? VIEW_VERBS : VERBS,
    shortNames: row.shortNames,
    categories: row.categories,
  };
  const parts = row.subresources.map((name): Served => {
    const { kind = row.kind, verbs, group, version } = SUBRESOURCES[name] ?? { verbs: ['get'] };
    return {
      name: `${row.resource}/${name}`,
      singular: '',
      namespaced: row.namespaced,
      kind,
      ...(group !== undefined && { responseGroup: group, responseVersion: version }),
      verbs,
      shortNames: [],
      categories: [],
    };
  });
  return [main, ...parts];
}
