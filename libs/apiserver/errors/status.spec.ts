import { describe, expect, it } from '@jest/globals';
import { KINDS } from '../kinds/table.js';
import { invalid } from './status.js';

const cause = (field: string, message: string) => ({ reason: 'FieldValueInvalid', message, field });

describe('the message of what is invalid', () => {
  it.each([
    ['one cause alone', [cause('spec.a', 'x')], 'Pod "p" is invalid: spec.a: x'],
    ['several in brackets', [cause('spec.a', 'x'), cause('', 'y')], 'Pod "p" is invalid: [spec.a: x, y]'],
    ['each once', [cause('spec.a', 'x'), cause('spec.b', 'y'), cause('spec.a', 'x')], 'Pod "p" is invalid: [spec.a: x, spec.b: y]'],
    ['one that was found twice without brackets', [cause('spec.a', 'x'), cause('spec.a', 'x')], 'Pod "p" is invalid: spec.a: x'],
  ])('names %s', (_what, causes, message) => {
    const { status } = invalid(KINDS.Pod, 'p', causes);
    expect(status.message).toBe(message);
    expect(status.details?.causes).toEqual(causes);
  });
});
