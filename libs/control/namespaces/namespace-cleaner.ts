/** Empties a namespace that is being deleted, then lets it go. Source: pkg/controller/namespace/deletion. */
import { toTime } from '#objects';
import type { Clock } from '#clock';
import { keyOf } from '#objects';
import type { Key, KubeObject, Namespace, Pod, Service } from '#objects';
import { StoreError } from '#store';
import type { Cause, Store, Write } from '#store';

const FINALIZER = 'kubernetes';
const PAGE = 200;

export class NamespaceCleaner {
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** Goes as far as it can: pods that end, and objects with finalizers, are waited for (each that goes makes another job). */
  async clean(name: string): Promise<void> {
    const key = { kind: 'Namespace', namespace: '', name };
    const namespace = (await this.store.get(key)) as unknown as Namespace | undefined;
    if (!namespace?.metadata.deletionTimestamp) return;
    const kinds = await this.store.kindsIn(name);
    // Events go last: whatever goes before them may still have something to tell.
    let left = false;
    for (const kind of kinds.filter((kind) => kind !== 'Event')) left = (await this.removeAll(kind, name)) || left;
    if (left) return;
    if (kinds.includes('Event')) await this.removeAll('Event', name);
    await this.finish(namespace);
  }

  /** Whether some are still there. */
  private async removeAll(kind: string, namespace: string): Promise<boolean> {
    let left = false;
    let next: string | undefined;
    do {
      const page = await this.store.list({ kind, namespace }, { limit: PAGE, continue: next });
      const now = this.clock.now();
      const steps = page.items.map((object) => ({ object, step: removalOf(object, now) }));
      left ||= steps.some(({ step }) => step !== 'delete');
      await Promise.all(steps.map(({ object, step }) => this.carryOut(object, step)));
      next = page.continue;
    } while (next);
    return left;
  }

  private async carryOut(object: KubeObject, step: ReturnType<typeof removalOf>): Promise<void> {
    if (step === 'wait') return;
    const expect = object.metadata.resourceVersion;
    const writes: Write[] = step === 'delete' ? [{ op: 'delete', key: keyOf(object), expect, cause: CAUSE }, ...(await this.claimsOf(object))] : [{ op: 'update', object: step, expect, cause: CAUSE }];
    await this.store.commit({ writes }).catch((error: unknown) => {
      // Gone already, as was to be.
      if (!(error instanceof StoreError && error.code === 'NOT_FOUND')) throw error;
    });
  }

  /** A Service gives back its addresses and node ports, which are objects of their own. */
  private async claimsOf(object: KubeObject): Promise<Write[]> {
    if (object.kind !== 'Service') return [];
    const { clusterIP, ports = [], healthCheckNodePort } = (object as unknown as Service).spec;
    const numbers = new Set([...ports.map(({ nodePort }) => nodePort), healthCheckNodePort]);
    const keys: Key[] = [...numbers].filter(Boolean).map((number) => ({ kind: 'NodePort', namespace: '', name: String(number) }));
    if (clusterIP && clusterIP !== 'None') keys.push({ kind: 'IPAddress', namespace: '', name: clusterIP });
    const claims = await this.store.getMany(keys);
    return claims.map((claim) => ({ op: 'delete', key: keyOf(claim), expect: claim.metadata.resourceVersion, cause: CAUSE }));
  }

  private async finish(namespace: Namespace): Promise<void> {
    const expect = namespace.metadata.resourceVersion;
    const finalizers = (namespace.spec?.finalizers ?? []).filter((one) => one !== FINALIZER);
    const object = { ...namespace, spec: { ...namespace.spec, finalizers } } as unknown as KubeObject;
    const others = finalizers.length + (namespace.metadata.finalizers?.length ?? 0);
    const write: Write = others === 0 ? { op: 'delete', key: keyOf(object), expect, object, cause: CAUSE } : { op: 'update', object, expect, cause: CAUSE };
    if (others === 0 || namespace.spec?.finalizers?.includes(FINALIZER)) await this.store.commit({ writes: [write] });
  }
}

const CAUSE: Cause = { by: 'namespaces', what: 'decision', detail: 'the namespace is being deleted' };

/** How one object is brought to its end: at once, by marking it, or by whoever has it in hand. Pure; `now`: epoch ms. */
export function removalOf(object: KubeObject, now: number): 'delete' | 'wait' | KubeObject {
  const { metadata } = object;
  if (metadata.deletionTimestamp) return 'wait';
  const graceSeconds = object.kind === 'Pod' ? podGrace(object as unknown as Pod) : 0;
  if (graceSeconds === 0 && !metadata.finalizers?.length) return 'delete';
  return {
    ...object,
    metadata: {
      ...metadata,
      ...(metadata.generation && { generation: metadata.generation + 1 }),
      deletionTimestamp: toTime(now + graceSeconds * 1000),
      deletionGracePeriodSeconds: graceSeconds,
    },
  };
}

/** Nothing of a pod runs that has no node or has ended. */
function podGrace({ spec, status }: Pod): number {
  if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return spec.terminationGracePeriodSeconds ?? 30;
}
