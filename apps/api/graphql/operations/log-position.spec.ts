import { describe, expect, it } from '@jest/globals';
import { beforeTail, behind, parseLine, Resumption, type LogLine, type LogPosition } from './log-position.js';

/** `5 a`: the line a, written at millisecond 5. */
const lines = (...short: string[]): LogLine[] => short.map((one) => ({ time: `1970-01-01T00:00:00.00${one[0]}123456Z`, text: one.slice(2) }));
const gone = () => new Error('gone');
const texts = (some: LogLine[]) => some.map(({ text }) => text);
const positionOf = (some: LogLine[]) => some.reduce<LogPosition | undefined>(behind, undefined);

describe('a position in a log', () => {
  it('a line is a time and a text, which may be empty or hold spaces', () => {
    expect(parseLine('2026-01-01T00:00:00.000000001Z a b ')).toEqual({ time: '2026-01-01T00:00:00.000000001Z', text: 'a b ' });
    expect(parseLine('2026-01-01T00:00:00Z ')).toEqual({ time: '2026-01-01T00:00:00Z', text: '' });
  });

  it.each<[string, string[], LogPosition | undefined]>([
    ['of nothing: none', [], undefined],
    ['is a millisecond and how many of its lines were read', ['1 a', '2 b', '2 c'], { ms: 2, count: 2 }],
    ['a time that goes back counts for the one before', ['2 a', '1 b'], { ms: 2, count: 2 }],
  ])('%s', (_name, read, expected) => {
    const position = positionOf(lines(...read));
    expect(position && { ms: position.ms, count: position.count }).toEqual(expected);
  });

  const log = lines('1 a', '1 b', '2 c', '3 d', '3 e', '3 f', '4 g');
  it('whatever was read, exactly the rest follows, however the pieces are cut', () => {
    for (let read = 0; read <= log.length; read++) {
      const from = positionOf(log.slice(0, read));
      const shown = log.filter(({ time }) => Date.parse(time) >= (from?.ms ?? 0));
      for (let cut = 0; cut <= shown.length; cut++) {
        const resumption = new Resumption(from);
        const rest = [...resumption.take(shown.slice(0, cut), gone), ...resumption.take(shown.slice(cut), gone)];
        expect(texts(rest)).toEqual(texts(log.slice(read)));
        expect(resumption.found).toBe(true);
      }
    }
  });

  it('what has been cut off at the front is noticed', () => {
    const from = positionOf(log.slice(0, 5));
    expect(() => new Resumption(from).take(log.slice(4), gone)).toThrow('gone');
    const ended = new Resumption(from);
    expect(ended.take([], gone)).toEqual([]);
    expect(ended.found).toBe(false);
  });

  it('a tail begins behind a position, also in the middle of a millisecond', () => {
    for (let wanted = 0; wanted <= 4; wanted++) {
      // As it is found: from the first millisecond of the tail on.
      const first = Date.parse(log[log.length - Math.max(wanted, 1)]!.time);
      const from = beforeTail(log.filter(({ time }) => Date.parse(time) >= first), wanted);
      const shown = log.filter(({ time }) => Date.parse(time) >= (from?.ms ?? first));
      expect(texts(new Resumption(from).take(shown, gone))).toEqual(texts(log.slice(log.length - wanted)));
    }
  });
});
