import { describe, expect, it } from '@jest/globals';
import { PullTurns } from './pull-turns.js';

/** What happened when `count` pulls were asked for at once, and each was let go on as soon as it had begun. */
async function pulls(most: number, count: number): Promise<string[]> {
  const turns = new PullTurns(most);
  const seen: string[] = [];
  const ends: (() => void)[] = [];
  const all = Array.from({ length: count }, async (_, index) => {
    const leave = await turns.enter();
    seen.push(`begin ${index}`);
    await new Promise<void>((resolve) => ends.push(resolve));
    seen.push(`end ${index}`);
    leave();
  });
  for (let ended = 0; ended < count; ) {
    await new Promise((resolve) => setImmediate(resolve));
    if (ends[ended]) ends[ended++]!();
  }
  await Promise.all(all);
  return seen;
}

describe('pulls', () => {
  it.each<[string, number, string[]]>([
    ['one at a time', 1, ['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']],
    ['two at a time', 2, ['begin 0', 'begin 1', 'end 0', 'begin 2', 'end 1', 'end 2']],
    ['all at once', 0, ['begin 0', 'begin 1', 'begin 2', 'end 0', 'end 1', 'end 2']],
  ])('%s', async (_sentence, most, expected) => {
    expect(await pulls(most, 3)).toEqual(expected);
  });
});
