import { appendFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '#clock';
import type { LogOptions } from './log-selection.js';
import { readLog } from './read-log.js';

const clock = new SystemClock();
const line = (text: string) => `2026-01-01T00:00:00Z stdout F ${text}\n`;

describe('reading a log file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podbox-log-'));
    path = join(folder, 'app', '0.log');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(...texts: string[]): Promise<void> {
    await mkdir(join(folder, 'app'), { recursive: true });
    await appendFile(path, texts.map(line).join(''));
  }

  function reader(options: Partial<LogOptions>, running: () => boolean = () => false) {
    const signal = new AbortController();
    const source = { path, running: () => Promise.resolve(running()) };
    return { signal, text: readLog(source, { follow: false, timestamps: false, ...options }, clock, signal.signal) };
  }

  async function all(text: AsyncIterable<Buffer>): Promise<string> {
    let whole = '';
    for await (const piece of text) whole += piece.toString();
    return whole;
  }

  it('a file that is not there is empty', async () => {
    expect(await all(reader({}).text)).toBe('');
    expect(await all(reader({ tailLines: 5 }).text)).toBe('');
  });

  it('the tail of a file that is larger than a block is right at every size', async () => {
    const texts = Array.from({ length: 5000 }, (_, n) => `line ${n} ${'x'.repeat(n % 97)}`);
    await write(...texts);
    for (const tailLines of [0, 1, 10, 1500, 4999, 5000, 6000]) {
      const expected = texts.slice(Math.max(0, texts.length - tailLines)).map((text) => `${text}\n`).join('');
      expect(await all(reader({ tailLines }).text)).toBe(expected);
    }
  });

  it('a followed log that is not there yet shows what is written later, and ends with its container', async () => {
    let running = true;
    const { text } = reader({ follow: true }, () => running);
    const first = text.next();
    await write('one');
    expect(String((await first).value)).toBe('one\n');
    const second = text.next();
    await write('two');
    expect(String((await second).value)).toBe('two\n');
    await write('last');
    running = false;
    expect(await all(text)).toBe('last\n');
  });

  it('a rotated log is read out before the new file begins', async () => {
    let running = true;
    await write('one');
    const { text } = reader({ follow: true }, () => running);
    expect(String((await text.next()).value)).toBe('one\n');
    await write('two');
    await rename(path, `${path}.old`);
    await writeFile(path, line('three'));
    running = false;
    expect(await all(text)).toBe('two\nthree\n');
  });

  it('following ends at once when the client goes', async () => {
    const { text, signal } = reader({ follow: true }, () => true);
    const next = text.next();
    signal.abort();
    expect((await next).done).toBe(true);
  });

  it('following ends when limitBytes is used up', async () => {
    await write('one', 'two');
    expect(await all(reader({ follow: true, limitBytes: 5 }, () => true).text)).toBe('one\nt');
  });
});
