import { describe, expect, it } from '@jest/globals';
import { STREAM_WINDOW } from '../kernel/machine.js';
import { Inflow, Outflow, stdinStream } from './flow.js';

describe('an Outflow', () => {
  it('sends no more than the window, and the rest with the credits', () => {
    const sent: string[] = [];
    const done: string[] = [];
    const outflow = new Outflow((data) => sent.push(data));
    outflow.write('x'.repeat(STREAM_WINDOW + 10), () => done.push('first'));
    outflow.write('second', () => done.push('second'));
    expect([sent.map((data) => data.length), done]).toEqual([[STREAM_WINDOW], []]);
    outflow.credit(12);
    expect([sent.slice(1), done]).toEqual([['x'.repeat(10), 'se'], ['first']]);
    outflow.credit(100);
    expect([sent.slice(3), done]).toEqual([['cond'], ['first', 'second']]);
  });

  it('lets nobody wait who waits for a process that is gone', () => {
    const done: unknown[] = [];
    const outflow = new Outflow(() => undefined);
    outflow.write('x'.repeat(STREAM_WINDOW + 1), (error) => done.push(error));
    outflow.close(null);
    expect(done).toEqual([null]);
  });

  it('holds back a stream before it', () => {
    let closed = false;
    const outflow = new Outflow(() => undefined);
    const stdin = stdinStream(outflow, () => (closed = true));
    expect(stdin.write(Buffer.alloc(2 * STREAM_WINDOW))).toBe(false);
    stdin.end();
    expect([stdin.writableLength, closed]).toEqual([2 * STREAM_WINDOW, false]);
    stdin.destroy();
  });
});

describe('an Inflow', () => {
  it('says that bytes were taken when the client has room for more', async () => {
    let taken = 0;
    const inflow = new Inflow();
    inflow.deliver('x'.repeat(10), () => taken++);
    expect(taken).toBe(1);
    inflow.deliver('x'.repeat(STREAM_WINDOW), () => taken++);
    inflow.deliver('x', () => taken++);
    expect(taken).toBe(1);
    const ended = new Promise<void>((resolve) => inflow.whenTaken(resolve));
    inflow.end();
    let length = 0;
    for await (const chunk of inflow) length += (chunk as Buffer).length;
    await ended;
    expect([taken, length]).toEqual([3, STREAM_WINDOW + 11]);
  });

  it('takes everything when its client has gone', () => {
    let taken = 0;
    const inflow = new Inflow();
    inflow.deliver('x'.repeat(2 * STREAM_WINDOW), () => taken++);
    inflow.destroy();
    inflow.deliver('y', () => taken++);
    expect(taken).toBe(2);
  });
});
