import { describe, expect, it } from '@jest/globals';
import { LineSplitter, parseLogLine, tailStart } from './cri-log.js';
import { LogSelection, type LogOptions } from './log-selection.js';

const at = (second: number) => `2026-01-01T00:00:0${second}.000000001Z`;
const LINES = [`${at(1)} stdout F one`, `${at(2)} stderr P tw`, `${at(2)} stderr F o`, `${at(3)} stdout F `, `${at(4)} stdout F four words are here`];
const FILE = Buffer.from(LINES.join('\n') + '\n');

function text(lines: string[], options: Partial<LogOptions>): string {
  const selection = new LogSelection({ follow: false, timestamps: false, ...options });
  return Buffer.concat(lines.flatMap((line) => selection.take(parseLogLine(Buffer.from(line))!))).toString();
}

describe('CRI log lines', () => {
  it('a line is a time, a stream, a tag and text that may hold spaces or be empty', () => {
    expect(parseLogLine(Buffer.from(LINES[4]!))).toEqual({ timestamp: at(4), stream: 'stdout', partial: false, text: Buffer.from('four words are here') });
    expect(parseLogLine(Buffer.from(LINES[3]!))?.text).toHaveLength(0);
    expect(parseLogLine(Buffer.from(`${at(1)} stderr P`))).toMatchObject({ partial: true });
  });

  it.each([[''], ['2026'], ['2026 stdout'], ['2026 stdin F x'], ['2026 stdout X x']])('%j is no log line', (line) => {
    expect(parseLogLine(Buffer.from(line))).toBeUndefined();
  });

  it('lines are found wherever the blocks are cut', () => {
    for (let size = 1; size < 12; size++) {
      const splitter = new LineSplitter();
      const lines: string[] = [];
      for (let from = 0; from < FILE.length; from += size) lines.push(...splitter.push(FILE.subarray(from, from + size)).map(String));
      expect(lines).toEqual(LINES);
    }
  });
});

describe('what of a log is shown', () => {
  const cases: [string, Partial<LogOptions>, string][] = [
    ['everything, partial lines joined', {}, 'one\ntwo\n\nfour words are here\n'],
    ['with times, once a line', { timestamps: true }, `${at(1)} one\n${at(2)} two\n${at(3)} \n${at(4)} four words are here\n`],
    ['from a time on', { since: Date.parse(at(3)) }, '\nfour words are here\n'],
    ['up to a number of bytes', { limitBytes: 6 }, 'one\ntw'],
  ];
  it.each(cases)('%s', (_name, options, expected) => {
    expect(text(LINES, options)).toBe(expected);
  });
});

describe('the tail of a log', () => {
  const fromTail = (bytes: Buffer, wanted: number) => {
    const start = tailStart(bytes, wanted);
    return start === undefined ? undefined : bytes.subarray(start).toString();
  };
  const cases: [string, Buffer, number, string | undefined][] = [
    ['no line: the end', FILE, 0, ''],
    ['the last line', FILE, 1, `${LINES[4]}\n`],
    ['a line of two entries counts once, and begins with its first', FILE, 3, `${LINES.slice(1).join('\n')}\n`],
    ['more than is there: not found', FILE, 4, undefined],
    ['a line that is being written does not count yet', Buffer.concat([FILE, Buffer.from(`${at(5)} stdo`)]), 1, `${LINES[4]}\n${at(5)} stdo`],
    ['an empty file holds none', Buffer.alloc(0), 1, undefined],
  ];
  it.each(cases)('%s', (_name, bytes, wanted, expected) => {
    expect(fromTail(bytes, wanted)).toBe(expected);
  });
});
