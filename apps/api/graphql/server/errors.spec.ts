import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { KINDS, statuses } from '#apiserver';
import { codeOf, formatError } from './errors.js';

const wrapped = (originalError: Error) => new GraphQLError(originalError.message, { originalError, path: ['pod'] });

function format(error: GraphQLError) {
  const reported: unknown[] = [];
  return { answer: formatError(error.toJSON(), error, (one) => reported.push(one)), reported };
}

describe('errors over GraphQL', () => {
  it.each([
    ['NotFound', 'NOT_FOUND'],
    ['AlreadyExists', 'ALREADY_EXISTS'],
    ['Conflict', 'CONFLICT'],
    ['Invalid', 'INVALID'],
    ['BadRequest', 'BAD_REQUEST'],
    ['Forbidden', 'FORBIDDEN'],
    ['Expired', 'EXPIRED'],
    ['ServiceUnavailable', 'SERVICE_UNAVAILABLE'],
  ])('the reason %s is the code %s', (reason, code) => {
    expect(codeOf({ reason })).toBe(code);
  });

  it('a Status keeps its message, its causes and where it happened', () => {
    const causes = [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers' }];
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
