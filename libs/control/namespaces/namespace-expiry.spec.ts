import { describe, expect, it } from '@jest/globals';
import { NAMESPACE_TTL } from '#objects';
import { expired } from './namespace-expiry.js';

const CREATED = Date.parse('2026-01-01T00:00:00Z');
const namespace = (ttl: string | undefined, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'n', creationTimestamp: '2026-01-01T00:00:00Z', ...(ttl !== undefined && { annotations: { [NAMESPACE_TTL]: ttl } }), ...more },
  status: { phase: 'Active' },
});

describe('a namespace with a time to live', () => {
  it.each<[string, ReturnType<typeof namespace>, number, boolean]>([
    ['is deleted when it is over', namespace('60'), 60_000, true],
    ['is not deleted before', namespace('60'), 59_999, false],
    ['is not deleted twice', namespace('60', { deletionTimestamp: '2026-01-01T00:00:10Z' }), 90_000, false],
    ['of no number stays', namespace('soon'), 1e12, false],
    ['of nothing stays', namespace('0'), 1e12, false],
    ['that it does not have stays', namespace(undefined), 1e12, false],
    ['stays where it may not be deleted', namespace('1', { name: 'default' }), 1e12, false],
  ])('%s', (_sentence, object, after, gone) => {
    const next = expired(object, CREATED + after);
    expect(next?.status).toEqual(gone ? { phase: 'Terminating' } : undefined);
    expect(next?.metadata.deletionTimestamp).toBe(gone ? '2026-01-01T00:01:00Z' : undefined);
  });
});
