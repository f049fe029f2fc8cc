/** Which credentials of a pod's imagePullSecrets are for an image. Source: pkg/credentialprovider (config.go, keyring.go). */
import { parseImageReference } from '#objects';
import type { Secret } from '#objects';

export interface Credentials {
  username: string;
  password: string;
}

interface Entry {
  username?: string;
  password?: string;
  /** base64 of username:password */
  auth?: string;
}

/** The registry of images without one goes by this name in credentials. */
const DEFAULT_REGISTRY = 'index.docker.io';

/** Those that match, the most specific first: a pull tries one after the other. What cannot be read in a Secret is as good as not there. */
export function credentialsFor(image: string, secrets: readonly Secret[]): Credentials[] {
  const { registry, repository } = parseImageReference(image);
  const [host, path] = [registry === 'docker.io' ? DEFAULT_REGISTRY : registry, `/${repository}`];
  const found: { key: string; credentials: Credentials }[] = [];
  for (const secret of secrets) {
    for (const [server, entry] of Object.entries(entriesOf(secret))) {
      const credentials = read(entry);
      const key = keyOf(server);
      if (credentials && matches(key, host, path)) found.push({ key, credentials });
    }
  }
  // A stable sort: of one key, what stands first in the pod.
  return found.sort((a, b) => (a.key < b.key ? 1 : a.key > b.key ? -1 : 0)).map(({ credentials }) => credentials);
}

function entriesOf({ type, data = {} }: Secret): Record<string, Entry> {
  const config = type === 'kubernetes.io/dockerconfigjson' ? data['.dockerconfigjson'] : undefined;
  const old = type === 'kubernetes.io/dockercfg' ? data['.dockercfg'] : undefined;
  if (config !== undefined) return (json(config) as { auths?: Record<string, Entry> }).auths ?? {};
  return old === undefined ? {} : (json(old) as Record<string, Entry>);
}

function json(base64: string): object {
  try {
    const value: unknown = JSON.parse(Buffer.from(base64, 'base64').toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {}; // The API server checks these Secrets; what was stored otherwise has no credentials in it.
  }
}

function read({ username, password, auth }: Entry): Credentials | undefined {
  if (auth === undefined) return username === undefined ? undefined : { username, password: password ?? '' };
  const text = Buffer.from(auth, 'base64').toString();
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}

/** https://index.docker.io/v1/ is index.docker.io; registry.example/team stays as it is. */
function keyOf(server: string): string {
  const bare = server.replace(/^https?:\/\//, '');
  const slash = bare.indexOf('/');
  if (slash < 0) return bare;
  const path = bare.slice(slash).replace(/^\/v[12]\//, '/');
  return path === '/' ? bare.slice(0, slash) : bare.slice(0, slash) + path;
}

/** `*` stands for one part of a host's name, or a part of it. */
function matches(key: string, host: string, path: string): boolean {
  const slash = key.indexOf('/');
  const [pattern, prefix] = slash < 0 ? [key, ''] : [key.slice(0, slash), key.slice(slash)];
  const [wanted, given] = [pattern.split('.'), host.split('.')];
  if (wanted.length !== given.length || !path.startsWith(prefix)) return false;
  return wanted.every((part, index) => new RegExp(`^${part.split('*').map(escape).join('[^.:]*')}$`).test(given[index]!));
}

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
