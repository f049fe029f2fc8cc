import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { KINDS, statuses } from '#apiserver';
import { StoreError } from '#store';
import { formatError } from './errors.js';

const wrapped = (originalError: Error) => new GraphQLError(originalError.message, { originalError, path: ['pod'] });

function format(error: GraphQLError) {
  const reported: unknown[] = [];
  return { answer: formatError(error.toJSON(), error, (one) => reported.push(one)), reported };
}

describe('errors over GraphQL', () => {
  const causes = [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers' }];
  const { Pod } = KINDS;
  it.each<[string, Error, string, number, object[] | undefined]>([
    ['an object that is not there', statuses.notFound(Pod, 'p'), 'NOT_FOUND', 404, undefined],
    ['a path that is none', statuses.unknownPath(), 'NOT_FOUND', 404, undefined],
    ['a name that is taken', statuses.alreadyExists(Pod, 'p'), 'ALREADY_EXISTS', 409, undefined],
    ['a made-up name that is taken', statuses.generateNameConflict(Pod, 'p'), 'ALREADY_EXISTS', 409, undefined],
    ['somebody else was faster', statuses.conflict(Pod, 'p'), 'CONFLICT', 409, undefined],
    ['somebody else applies the field', statuses.applyConflict('conflict', causes), 'CONFLICT', 409, causes],
    ['fields that are wrong', statuses.invalid(Pod, 'p', causes), 'INVALID', 422, causes],
    ['a patch that does not fit', statuses.patchFailed('no such path'), 'INVALID', 422, undefined],
    ['a request that makes no sense', statuses.badRequest('no'), 'BAD_REQUEST', 400, undefined],
    ['what a policy forbids', statuses.forbidden(Pod, 'p', 'exceeded quota', causes), 'FORBIDDEN', 403, causes],
    ['a client that may not', statuses.refused('no'), 'FORBIDDEN', 403, undefined],
    ['a verb that the kind has not', statuses.methodNotAllowed(Pod, 'create'), 'METHOD_NOT_ALLOWED', 405, undefined],
    ['another verb that it has not', statuses.wrongMethod(), 'METHOD_NOT_ALLOWED', 405, undefined],
    ['a form of answer that there is not', statuses.notAcceptable(['application/json']), 'NOT_ACCEPTABLE', 406, undefined],
    ['a form of body that is not read', statuses.unsupportedMediaType(['application/json']), 'UNSUPPORTED_MEDIA_TYPE', 415, undefined],
    ['too much at once', statuses.tooLarge(1), 'REQUEST_ENTITY_TOO_LARGE', 413, undefined],
    ['a position that is no longer kept', statuses.expired(), 'EXPIRED', 410, undefined],
    ['a position that is yet to come', statuses.futureVersion(), 'TIMEOUT', 504, [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version', field: '' }]],
    ['what takes too long', statuses.timedOut('no rest'), 'TIMEOUT', 504, undefined],
    ['a node that is away', statuses.unavailable('away'), 'SERVICE_UNAVAILABLE', 503, undefined],
    ['a fault of ours', statuses.internal('broken'), 'INTERNAL_ERROR', 500, [{ reason: '', message: 'broken', field: '' }]],
    ['a database that is away', new StoreError('UNAVAILABLE', 'the database cannot be reached'), 'SERVICE_UNAVAILABLE', 503, undefined],
    ['data that cannot be stored', new StoreError('INVALID', 'too long'), 'BAD_REQUEST', 400, undefined],
  ])('%s', (_what, error, code, status, expected) => {
    const { answer, reported } = format(wrapped(error));
    expect(answer.extensions).toMatchObject({ code, status });
    expect(answer.extensions!['causes']).toEqual(expected);
    expect(reported).toEqual([]);
  });

  it.each([
    ['Syntax Error: Expected Name, found <EOF>.', 'GRAPHQL_PARSE_FAILED'],
    ['Cannot query field "x" on type "Pod".', 'GRAPHQL_VALIDATION_FAILED'],
    ['Variable "$name" of required type "String!" was not provided.', 'BAD_USER_INPUT'],
    ['Variable "$first" got invalid value "x"; Int cannot represent non-integer value: "x"', 'BAD_USER_INPUT'],
  ])('what GraphQL itself finds wrong has a code: %s', (message, code) => {
    expect(format(new GraphQLError(message)).answer).toMatchObject({ message, extensions: { code } });
  });

  it('a Status keeps its message, its causes and where it happened', () => {
    const { answer, reported } = format(wrapped(wrapped(statuses.invalid(KINDS.Pod, 'p', causes))));
    expect(answer).toMatchObject({ path: ['pod'], message: expect.stringContaining('spec.containers: Required value'), extensions: { code: 'INVALID', causes, status: 422 } });
    expect(reported).toEqual([]);
  });

  it('a position that is no longer kept says what to do', () => {
    expect(format(wrapped(statuses.expired('too old resource version: 5'))).answer).toMatchObject({ message: expect.stringMatching(/^too old.*begin again without a cursor$/), extensions: { code: 'EXPIRED' } });
  });

  it('what GraphQL finds wrong by itself stays as it is', () => {
    expect(format(new GraphQLError('Cannot query field')).answer).toMatchObject({ message: 'Cannot query field', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
  });

  it('what nobody foresaw is reported whole, and told without its details', () => {
    const bug = new TypeError('password is undefined');
    const { answer, reported } = format(wrapped(bug));
    expect(answer).toMatchObject({ message: 'Internal error occurred', extensions: { code: 'INTERNAL_ERROR' } });
    expect(reported).toEqual([bug]);
  });
});
