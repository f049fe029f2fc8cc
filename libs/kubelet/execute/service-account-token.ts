/**
 * The tokens of projected volumes: they have the shape, the claims and a signature like a service account's, so that programs that look at them
 * start. They are signed with a key that this process has made up: nothing accepts them, as pods cannot reach the API.
 * Source: pkg/serviceaccount/claims.go, pkg/kubelet/token/token_manager.go.
 */
import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { CryptoKey } from 'jose';
import type { Pod } from '#objects';

const ISSUER = 'https://kubernetes.default.svc.cluster.local';
const ALGORITHM = 'ES256';
const DEFAULT_SECONDS = 3600;
/** The kubelet renews a token when so much of its life is over. */
const RENEWED_AFTER = 0.8;

export interface TokenSource {
  audience?: string;
  expirationSeconds?: number;
}

/** The tokens of a pod's volumes, by what they were asked with; and when the first of them is to be renewed (epoch ms). */
export interface PodTokens {
  of(source: TokenSource): string;
  renewAt: number | undefined;
}

let key: Promise<{ privateKey: CryptoKey; kid: string }> | undefined;

async function makeKey(): Promise<{ privateKey: CryptoKey; kid: string }> {
  const { privateKey, publicKey } = await generateKeyPair(ALGORITHM);
  return { privateKey, kid: await calculateJwkThumbprint(await exportJWK(publicKey)) };
}

const nameOf = ({ audience = ISSUER, expirationSeconds = DEFAULT_SECONDS }: TokenSource): string => `${expirationSeconds} ${audience}`;

/** `now`: pod clock, epoch ms. */
export async function podTokens(pod: Pod, now: number): Promise<PodTokens> {
  const sources = (pod.spec.volumes ?? []).flatMap((volume) => (volume.projected?.sources ?? []).flatMap(({ serviceAccountToken: source }) => source ?? []));
  const tokens = new Map<string, string>();
  for (const source of sources) if (!tokens.has(nameOf(source))) tokens.set(nameOf(source), await sign(pod, source, now));
  const shortest = Math.min(...sources.map(({ expirationSeconds = DEFAULT_SECONDS }) => expirationSeconds));
  return {
    of: (source) => tokens.get(nameOf(source)) ?? '',
    renewAt: sources.length === 0 ? undefined : now + shortest * RENEWED_AFTER * 1000,
  };
}

async function sign({ metadata, spec }: Pod, { audience = ISSUER, expirationSeconds = DEFAULT_SECONDS }: TokenSource, now: number): Promise<string> {
  const { privateKey, kid } = await (key ??= makeKey());
  const { namespace, name, uid } = metadata;
  const account = spec.serviceAccountName ?? 'default';
  const issuedAt = Math.floor(now / 1000);
  const bound = { namespace, ...(spec.nodeName && { node: { name: spec.nodeName } }), pod: { name, uid }, serviceaccount: { name: account } };
  return new SignJWT({ 'kubernetes.io': bound })
    .setProtectedHeader({ alg: ALGORITHM, kid })
    .setAudience([audience])
    .setIssuer(ISSUER)
    .setSubject(`system:serviceaccount:${namespace}:${account}`)
    .setJti(randomUUID())
    .setIssuedAt(issuedAt)
    .setNotBefore(issuedAt)
    .setExpirationTime(issuedAt + expirationSeconds)
    .sign(privateKey);
}
