import { KINDS, statuses } from '#apiserver';
import type { FieldCause } from '#objects';

/** PodLogOptions as asked for in a URL. */
export interface LogQuery {
  container?: string;
  previous: boolean;
  /** What the node's streaming server is asked, container and run aside. */
  forNode: URLSearchParams;
}

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
    if (Number(text) < least) causes.push({ reason: 'FieldValueInvalid', message: `Invalid value: ${Number(text)}: ${problem}`, field: name });
    forNode.set(name, String(Number(text)));
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime) {
    if (Number.isNaN(Date.parse(sinceTime))) throw statuses.badRequest(`sinceTime: ${JSON.stringify(sinceTime)} is not a time in RFC 3339`);
    if (forNode.has('sinceSeconds')) {
      causes.push({ reason: 'FieldValueForbidden', message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified', field: '' });
    }
    forNode.set('sinceTime', sinceTime);
  }
  if (causes.length > 0) throw statuses.invalid({ ...KINDS.Pod, kind: 'PodLogOptions' }, pod, causes);
  for (const name of ['follow', 'timestamps']) if (isTrue(query, name)) forNode.set(name, 'true');
  return { container: query.get('container') ?? undefined, previous: isTrue(query, 'previous'), forNode };
}

const isTrue = (query: URLSearchParams, name: string): boolean => ['true', '1', 't', 'T', 'TRUE', 'True'].includes(query.get(name) ?? '');
