import type { Clock } from '#clock';
import { defaultPriorityClass, givePriority, SYSTEM_PRIORITY_CLASSES } from '#objects';
import type { KubeObject, Pod, PriorityClass } from '#objects';
import type { Store } from '#store';
import { forbidden } from '../errors/status.js';
import { KINDS } from '../kinds/table.js';

/** For how long it is believed which class is the default for all: one made by another api process is seen by then. */
const BELIEVED_MS = 1_000;

type Class = Parameters<typeof givePriority>[1];

/** The admission plug-in Priority: pods get their priority by their PriorityClass. */
export class Priorities {
  private forAll: { found: PriorityClass | undefined; until: number } | undefined;

  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
  ) {}

  /** In place; what is no pod stays as it is. @throws ApiError 403 */
  async give(object: KubeObject): Promise<void> {
    if (object.kind !== 'Pod') return;
    const { metadata, spec } = object as Pod;
    const { priorityClassName: wanted } = spec;
    const found: Class = wanted ? await this.named(wanted) : await this.default();
    const refused = wanted && !found ? `no PriorityClass with name ${wanted} was found` : givePriority(spec, found);
    if (refused) throw forbidden(KINDS.Pod, metadata.name ?? '', refused);
  }

  /** A class has been written. */
  forget(): void {
    this.forAll = undefined;
  }

  private async named(name: string): Promise<Class> {
    const system = SYSTEM_PRIORITY_CLASSES.find(({ metadata }) => metadata.name === name);
    const stored = await this.store.get({ kind: 'PriorityClass', namespace: '', name });
    return (stored as unknown as PriorityClass | undefined) ?? (system && { ...system, preemptionPolicy: 'PreemptLowerPriority' });
  }

  private async default(): Promise<Class> {
    const now = this.clock.now();
    if (this.forAll && this.forAll.until > now) return this.forAll.found;
    const { items } = await this.store.list({ kind: 'PriorityClass' });
    const found = defaultPriorityClass(items as unknown as PriorityClass[]);
    this.forAll = { found, until: now + BELIEVED_MS };
    return found;
  }
}
