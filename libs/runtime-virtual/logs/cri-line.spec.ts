import { describe, expect, it } from '@jest/globals';
import { criLines, lastEntry, logTime, LONGEST_ENTRY } from './cri-line.js';

const AT = Date.UTC(2024, 0, 2, 3, 4, 5, 67);
const TIME = '2024-01-02T03:04:05.067000000Z';

describe('log lines', () => {
  it('are stamped with RFC3339Nano', () => {
    expect(logTime(AT)).toBe(TIME);
  });

  it.each([
    ['one line', '', 'hello\n', `${TIME} stdout F hello\n`, ''],
    ['two lines and the begin of a third', '', 'a\nb\nc', `${TIME} stdout F a\n${TIME} stdout F b\n`, 'c'],
    ['the end of a line that was begun before', 'hel', 'lo\n', `${TIME} stdout F hello\n`, ''],
    ['an empty line', '', '\n', `${TIME} stdout F \n`, ''],
    ['nothing whole', 'a', 'b', '', 'ab'],
  ])('%s', (_what, rest, data, text, left) => {
    expect(criLines(rest, data, 'stdout', AT)).toEqual({ text, rest: left });
  });

  it('longer than 16 KiB are cut into partial entries', () => {
    const long = 'x'.repeat(LONGEST_ENTRY);
    expect(criLines('', `${long}${long}yz\n`, 'stderr', AT).text).toBe(`${TIME} stderr P ${long}\n${TIME} stderr P ${long}\n${TIME} stderr F yz\n`);
    expect(criLines('', `${long}\n`, 'stderr', AT).text).toBe(`${TIME} stderr F ${long}\n`);
  });

  it('never leave more than 16 KiB unwritten', () => {
    expect(criLines('', 'x'.repeat(LONGEST_ENTRY), 'stdout', AT).rest).toBe('');
  });

  it('that a container did not finish are partial', () => {
    expect(lastEntry('abc', 'stdout', AT)).toBe(`${TIME} stdout P abc\n`);
    expect(lastEntry('', 'stdout', AT)).toBe('');
  });
});
