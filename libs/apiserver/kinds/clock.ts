import { basesOf, CLOCK_NAME, podTime, rebased, rowOfClock } from '#clock';
import type { ClockSpec, ClockStatus } from '#clock';
import { causes } from '#objects';
import type { FieldCause, KubeObject } from '#objects';
import type { Store } from '#store';
import { invalid } from '../errors/status.js';
import type { KindRow } from './row.js';
import { undrivableNodes } from './undrivable.js';

const SLOWEST = 0.1;
const FASTEST = 1000;

/** The namespace's clock. See ARCHITECTURE.md, the namespace's clock. */
export const clock: KindRow = {
  kind: 'Clock',
  group: 'podbox.dev',
  version: 'v1',
  resource: 'clocks',
  singular: 'clock',
  shortNames: [],
  categories: [],
  namespaced: true,
  subresources: ['step'],
  definition: 'dev.podbox.v1.Clock',
  hasStatus: true,
  hasGeneration: true,
  returnsDeleted: true,
  defaults,
  prepareCreate(object, now) {
    defaults(object);
    // In whole seconds, so that what Kubernetes rounds to seconds (startTime, say) is the same on every run.
    const start = { realBase: now, virtualBase: Math.floor(now / 1000) * 1000, ...(object.spec as ClockSpec) };
    object.status = { observedGeneration: 1, ...basesOf(start) };
  },
  prepareUpdate(next, current, now) {
    defaults(next);
    const before = current.spec as ClockSpec;
    const after = next.spec as ClockSpec;
    if (before.rate === after.rate && before.paused === after.paused) return;
    const row = rebased(rowOfClock(current), now, after);
    next.status = { ...(current.status as ClockStatus), ...basesOf(row), observedGeneration: (current.metadata.generation ?? 0) + 1 };
  },
  shown: (object, now) => {
    const time = new Date(podTime(rowOfClock(object), now)).toISOString();
    return { ...object, status: { ...(object.status as ClockStatus), now: time } };
  },
  validate,
  admit,
};

function defaults(object: KubeObject): void {
  const { rate = 1, paused = false } = (object.spec ?? {}) as Partial<ClockSpec>;
  object.spec = { rate, paused };
}

function validate(object: KubeObject): FieldCause[] {
  const { name = '' } = object.metadata;
  const { rate } = object.spec as ClockSpec;
  const found: FieldCause[] = [];
  if (name === '') found.push(causes.required('metadata.name', `it is "${CLOCK_NAME}"`));
  else if (name !== CLOCK_NAME) found.push(causes.invalid('metadata.name', name, `must be "${CLOCK_NAME}": a namespace has one Clock`));
  if (!(rate >= SLOWEST && rate <= FASTEST)) found.push(causes.invalid('spec.rate', rate, `must be between ${SLOWEST} and ${FASTEST}`));
  return found;
}

/** Real containers cannot be made to live in another time. @throws ApiError 422 */
async function admit(store: Store, object: KubeObject): Promise<void> {
  const { namespace = '', name = '' } = object.metadata;
  const { items } = await store.list({ kind: 'Pod', namespace });
  const bound = items.map(({ metadata, spec }) => ({ pod: metadata.name, node: (spec as { nodeName?: string }).nodeName ?? '' }));
  const undrivable = await undrivableNodes(store, bound.map(({ node }) => node));
  const found = bound.find(({ node }) => undrivable.has(node));
  if (!found) return;
  const why = `time cannot be driven on node ${found.node}, whose runtime is cri, and pod ${found.pod} of the namespace runs there: use a namespace whose pods are on virtual nodes`;
  throw invalid(clock, name, [causes.invalid('metadata.namespace', namespace, why)]);
}
