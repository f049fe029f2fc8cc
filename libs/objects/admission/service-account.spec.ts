import { describe, expect, it } from '@jest/globals';
import type { Pod, ServiceAccount } from '../types.js';
import { giveServiceAccount } from './service-account.js';

const PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const pod = (spec: object = {}) => ({ spec: { initContainers: [{ name: 'i' }], containers: [{ name: 'c' }], ...spec } }) as unknown as Pod;
const account = (more: object = {}) => ({ metadata: { name: 'default' }, ...more }) as unknown as ServiceAccount;
const given = (made: Pod, from: ServiceAccount | undefined, automount: boolean) => {
  giveServiceAccount(made, from, automount, () => 0);
  return made.spec;
};
const mounted = ({ initContainers = [], containers }: Pod['spec']) => [...initContainers, ...containers].map(({ volumeMounts = [] }) => volumeMounts.map(({ name, mountPath }) => `${name} ${mountPath}`).join());

describe('the token of a service account', () => {
  it.each<[string, object, object, boolean, boolean]>([
    ['is mounted where that is usual', {}, {}, true, true],
    ['is not mounted where that is not usual', {}, {}, false, false],
    ['is mounted where the account says so', {}, { automountServiceAccountToken: true }, false, true],
    ['is not mounted where the account says so', {}, { automountServiceAccountToken: false }, true, false],
    ['is mounted where the pod says so, whatever the account says', { automountServiceAccountToken: true }, { automountServiceAccountToken: false }, false, true],
    ['is not mounted where the pod says so, whatever the account says', { automountServiceAccountToken: false }, { automountServiceAccountToken: true }, true, false],
  ])('%s', (_sentence, spec, of, usual, expected) => {
    const text = expected ? `kube-api-access-bbbbb ${PATH}` : '';
    expect(mounted(given(pod(spec), account(of), usual))).toEqual([text, text]);
  });

  it('comes with the CA and the namespace, as on a cluster', () => {
    expect(given(pod(), undefined, true).volumes).toEqual([
      {
        name: 'kube-api-access-bbbbb',
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
          ],
        },
      },
    ]);
  });

  it('leaves alone what has something mounted there, takes a volume of its kind that is there, and does nothing twice', () => {
    const own = { name: 'own', mountPath: PATH };
    const made = pod({ containers: [{ name: 'c', volumeMounts: [own] }, { name: 'd' }], volumes: [{ name: 'kube-api-access-x', emptyDir: {} }] });
    given(made, account(), true);
    const once = structuredClone(made);
    expect(mounted(given(made, account(), true))).toEqual([`kube-api-access-x ${PATH}`, `own ${PATH}`, `kube-api-access-x ${PATH}`]);
    expect([JSON.stringify(made), made.spec.volumes!.length]).toEqual([JSON.stringify(once), 1]);
  });

  it('can be taken back', () => {
    const made = pod();
    const before = structuredClone(made);
    giveServiceAccount(made, account({ imagePullSecrets: [{ name: 'a' }] }), true, () => 0)();
    expect(made).toEqual(before);
    expect(Object.keys(made.spec)).toEqual(Object.keys(before.spec));
  });
});

describe('the pull secrets of a service account', () => {
  it.each<[string, object, object[] | undefined]>([
    ['are those of a pod that names none', {}, [{ name: 'a' }, { name: 'b' }]],
    ['are not added to those that a pod names', { imagePullSecrets: [{ name: 'c' }] }, [{ name: 'c' }]],
  ])('%s', (_sentence, spec, expected) => {
    expect(given(pod(spec), account({ imagePullSecrets: [{ name: 'a' }, { name: 'b' }] }), false).imagePullSecrets).toEqual(expected);
  });
});
