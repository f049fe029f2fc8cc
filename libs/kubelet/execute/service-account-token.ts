/**
 * The token of a projected volume: it has the shape and the claims of a service account's, so that programs that only look at it start. It is
 * not signed and never renewed, and nothing accepts it: pods cannot reach the API.
 */
import type { Pod } from '#objects';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export function serviceAccountToken({ metadata, spec }: Pod, { audience, expirationSeconds = 3600 }: { audience?: string; expirationSeconds?: number }): string {
  const issuedAt = Math.floor(Date.parse(metadata.creationTimestamp ?? '1970-01-01T00:00:00Z') / 1000);
  const account = spec.serviceAccountName ?? 'default';
  const claims = {
    aud: [audience ?? ISSUER],
    exp: issuedAt + expirationSeconds,
    iat: issuedAt,
    iss: ISSUER,
    'kubernetes.io': { namespace: metadata.namespace, pod: { name: metadata.name, uid: metadata.uid }, serviceaccount: { name: account } },
    nbf: issuedAt,
    sub: `system:serviceaccount:${metadata.namespace}:${account}`,
  };
  return `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`;
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
