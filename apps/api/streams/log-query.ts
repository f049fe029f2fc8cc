import { KINDS, statuses } from '#apiserver';
import { causes as faults } from '#objects';
import type { FieldCause } from '#objects';

/** PodLogOptions as asked for in a URL. */
export interface LogQuery {
  container?: string;
  previous: boolean;
  /** What the node's streaming server is asked, container and run aside. */
  forNode: URLSearchParams;
}

const STREAMS = ['All', 'Stderr', 'Stdout'];
const NUMBERS: Record<string, { least: number; problem: string }> = {
  tailLines: { least: 0, problem: 'must be greater than or equal to 0' },
  sinceSeconds: { least: 1, problem: 'must be greater than 0' },
  limitBytes: { least: 1, problem: 'must be greater than 0' },
};

/** @throws ApiError BadRequest for what cannot be read, Invalid for what makes no sense. Source: ValidatePodLogOptions. */
export function readLogQuery(query: URLSearchParams, pod: string): LogQuery {
  const causes: FieldCause[] = [];
  const forNode = new URLSearchParams();
  for (const [name, { least, problem }] of Object.entries(NUMBERS)) {
    const text = query.get(name);
    if (!text) continue;
    if (!/^[+-]?\d+$/.test(text)) throw statuses.badRequest(`${name}: ${JSON.stringify(text)} is not a whole number`);
    if (Number(text) < least) causes.push(faults.invalid(name, Number(text), problem));
    forNode.set(name, String(Number(text)));
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime) {
    if (Number.isNaN(Date.parse(sinceTime))) throw statuses.badRequest(`sinceTime: ${JSON.stringify(sinceTime)} is not a time in RFC 3339`);
    if (forNode.has('sinceSeconds')) {
      causes.push(faults.forbidden('', 'at most one of `sinceTime` or `sinceSeconds` may be specified'));
    }
    forNode.set('sinceTime', sinceTime);
  }
  const stream = query.get('stream') || 'All';
  if (!STREAMS.includes(stream)) causes.push(faults.notSupported('stream', stream, STREAMS));
  if (stream !== 'All') {
    if (forNode.has('tailLines')) causes.push(faults.forbidden('', '`tailLines` and specific `stream` are mutually exclusive for now'));
    forNode.set('stream', stream);
  }
  if (causes.length > 0) throw statuses.invalid({ ...KINDS.Pod, kind: 'PodLogOptions' }, pod, causes);
  for (const name of ['follow', 'timestamps']) if (isTrue(query, name)) forNode.set(name, 'true');
  return { container: query.get('container') ?? undefined, previous: isTrue(query, 'previous'), forNode };
}

const isTrue = (query: URLSearchParams, name: string): boolean => ['true', '1', 't', 'T', 'TRUE', 'True'].includes(query.get(name) ?? '');
