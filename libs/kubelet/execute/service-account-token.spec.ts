import { describe, expect, it } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Pod } from '#objects';
import { podTokens } from './service-account-token.js';
import type { TokenSource } from './service-account-token.js';

const NOW = Date.parse('2026-01-01T00:00:00.500Z');
const pod = (...sources: TokenSource[]): Pod =>
  ({
    metadata: { name: 'web', namespace: 'shop', uid: 'u1' },
    spec: { nodeName: 'node-a', serviceAccountName: 'robot', containers: [], volumes: [{ name: 'v', projected: { sources: sources.map((serviceAccountToken) => ({ serviceAccountToken })) } }] },
  }) as unknown as Pod;

describe('the tokens of a pod', () => {
  it('say who it is, for whom they are, and until when, and are signed', async () => {
    const token = (await podTokens(pod({ audience: 'vault', expirationSeconds: 600 }), NOW)).of({ audience: 'vault', expirationSeconds: 600 });
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'ES256', kid: expect.any(String) });
    expect(token.split('.')[2]!.length).toBe(86);
    expect(decodeJwt(token)).toEqual({
      aud: ['vault'],
      exp: NOW / 1000 - 0.5 + 600,
      iat: NOW / 1000 - 0.5,
      nbf: NOW / 1000 - 0.5,
      iss: 'https://kubernetes.default.svc.cluster.local',
      jti: expect.any(String),
      sub: 'system:serviceaccount:shop:robot',
      'kubernetes.io': { namespace: 'shop', node: { name: 'node-a' }, pod: { name: 'web', uid: 'u1' }, serviceaccount: { name: 'robot' } },
    });
  });

  it('are for the API and an hour where nothing else is said', async () => {
    const { exp, iat, aud } = decodeJwt((await podTokens(pod({}), NOW)).of({}));
    expect([exp! - iat!, aud]).toEqual([3600, ['https://kubernetes.default.svc.cluster.local']]);
  });

  it.each<[string, TokenSource[], number | undefined]>([
    ['when four fifths of the shortest are over', [{ expirationSeconds: 3600 }, { expirationSeconds: 1000 }], 800_000],
    ['never, where there are none', [], undefined],
  ])('are renewed %s', async (_when, sources, after) => {
    const { renewAt } = await podTokens(pod(...sources), NOW);
    expect(renewAt).toBe(after === undefined ? undefined : NOW + after);
  });
});
