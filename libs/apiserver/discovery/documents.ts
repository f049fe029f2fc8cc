/** Discovery: /api, /apis, /api/v1, /apis/<group>/<version>, plain and aggregated. Source: apiserver's endpoints/discovery. */
import { served } from './resources.js';
import type { Served, ServedGroupVersion } from './resources.js';

const groupVersion = ({ group, version }: ServedGroupVersion): string => (group ? `${group}/${version}` : version);

export const apiVersions = (address: string): object => ({
  kind: 'APIVersions',
  versions: ['v1'],
  serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
});

export const apiGroupList = (): object => ({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(groupDocument) });

/** `/apis/<group>`; undefined: not served. */
export function apiGroup(name: string): object | undefined {
  const found = groups().find(([group]) => group === name);
  return found && { kind: 'APIGroup', apiVersion: 'v1', ...groupDocument(found) };
}

function groups(): [string, ServedGroupVersion[]][] {
  const byGroup = new Map<string, ServedGroupVersion[]>();
  for (const version of served()) if (version.group) byGroup.set(version.group, [...(byGroup.get(version.group) ?? []), version]);
  return [...byGroup];
}

function groupDocument([name, versions]: [string, ServedGroupVersion[]]): object {
  const entries = versions.map((version) => ({ groupVersion: groupVersion(version), version: version.version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1` (group ''), `/apis/<group>/<version>`; undefined: not served. */
export function apiResourceList(group: string, version: string): object | undefined {
  const found = served().find((entry) => entry.group === group && entry.version === version);
  if (!found) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: groupVersion(found), resources: found.resources.map(resource) };
}

function resource({ name, singular, namespaced, kind, verbs, shortNames, categories, responseGroup, responseVersion }: Served): object {
  return {
    name,
    singularName: singular,
    namespaced,
    ...(responseGroup !== undefined && { group: responseGroup, version: responseVersion }),
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
}

/** The aggregated form of /api and /apis, in the version (v2, v2beta1) of apidiscovery.k8s.io that was asked for. */
export function aggregated(root: 'api' | 'apis', version: string): object {
  const versions: [string, ServedGroupVersion[]][] = root === 'api' ? [['', served().filter(({ group }) => group === '')]] : groups();
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: versions.map(([name, entries]) => ({
      metadata: { ...(name && { name }), creationTimestamp: null },
      versions: entries.map((entry) => ({ version: entry.version, resources: aggregatedResources(entry), freshness: 'Current' })),
    })),
  };
}

function aggregatedResources(entry: ServedGroupVersion): object[] {
  const main = entry.resources.filter(({ name }) => !name.includes('/'));
  return main.map((item) => ({
    resource: item.name,
    responseKind: responseKind(entry, item),
    scope: item.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: item.singular,
    verbs: item.verbs,
    ...(item.shortNames.length > 0 && { shortNames: item.shortNames }),
    ...(item.categories.length > 0 && { categories: item.categories }),
    ...subresources(entry, item),
  }));
}

function subresources(entry: ServedGroupVersion, main: Served): object {
  const parts = entry.resources.filter(({ name }) => name.startsWith(`${main.name}/`));
  if (parts.length === 0) return {};
  return {
    subresources: parts.map((part) => ({
      subresource: part.name.slice(main.name.length + 1),
      responseKind: responseKind(entry, part),
      verbs: part.verbs,
    })),
  };
}

const responseKind = (entry: ServedGroupVersion, { kind, responseGroup, responseVersion }: Served): object => ({
  group: responseGroup ?? entry.group,
  version: responseVersion ?? entry.version,
  kind,
});

/** /version: the Kubernetes whose API this is. */
export const versionInfo = (): object => ({
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.0+podbox',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
});

/** The version of the aggregated form that a client wants; undefined: the plain form. */
export function aggregatedVersion(accept: string | undefined): string | undefined {
  for (const range of (accept ?? '').split(',')) {
    if (range.includes('as=APIGroupDiscoveryList') && range.includes('g=apidiscovery.k8s.io')) {
      const version = /v=(v2|v2beta1)\b/.exec(range)?.[1];
      if (version) return version;
    } else if (range.trim().startsWith('application/json')) return undefined;
  }
  return undefined;
}

/** `/`. */
export const rootPaths = (): object => ({
  paths: [
    '/api',
    '/api/v1',
    '/apis',
    ...groups().flatMap(([name, versions]) => [`/apis/${name}`, ...versions.map((version) => `/apis/${groupVersion(version)}`)]),
    '/graphql',
    '/healthz',
    '/livez',
    '/openapi/v3',
    '/readyz',
    '/version',
  ],
});
