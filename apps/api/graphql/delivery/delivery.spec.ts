import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '#clock';
import { Delivery } from './delivery.js';
import { Feed, type Deliverable, type Listener } from './feed.js';
import { Outlet, type Data, type Sink } from './outlet.js';
import { SharedTexts } from './shared-texts.js';
import { SharedResult, Splicer } from './spliced.js';
import { textFrame } from './text-frame.js';

interface Told {
  cursor: string;
  live: boolean;
}

const LIMITS = { slowClientBytes: 1000, stallMs: 5000 };
/** Lets everything that can go on go on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** `text`: what each message is as text. */
function world(messages: Told[], text = (cursor: string) => cursor) {
  const clock = new ManualClock();
  let read = 0;
  let closed = 0;
  let end: (() => void) | undefined;
  const source: AsyncIterator<Told> = {
    next: () => {
      const value = messages[read++];
      if (value) return Promise.resolve({ done: false, value });
      return new Promise((resolve) => (end = () => resolve({ done: true, value: undefined })));
    },
    return: () => {
      closed++;
      end?.();
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  let ended = 0;
  const delivery = new Delivery(source, ({ cursor }) => text(cursor), LIMITS, clock, () => ended++);
  const take = async () => ((await delivery.next()).value as SharedResult | undefined)?.cursor;
  return { clock, delivery, take, read: () => read, closed: () => closed, ended: () => ended };
}
const live = (count: number): Told[] => Array.from({ length: count }, (_, n) => ({ cursor: String(n + 1), live: true }));
const past = (count: number): Told[] => live(count).map((one) => ({ ...one, live: false }));

describe('what is delivered to a subscriber', () => {
  it('comes in order', async () => {
    const { take } = world([...past(2), { cursor: '3', live: true }]);
    expect([await take(), await take(), await take()]).toEqual(['1', '2', '3']);
  });

  it('of the state is made ready no faster than it is taken', async () => {
    const { take, read } = world(past(100), () => 'x'.repeat(100_000));
    await take();
    await settled();
    expect(read()).toBeLessThan(6);
    for (let n = 1; n < 100; n++) await take();
    expect(read()).toBe(101);
  });

  it('a client for which too much waits is closed with the cursor of what it took last, and what waited is not sent', async () => {
    const { delivery, take, closed, ended } = world(live(12), () => 'x'.repeat(100));
    expect(await take()).toBe('1');
    await settled();
    await expect(delivery.next()).rejects.toMatchObject({ extensions: { code: 'SLOW_CLIENT', cursor: '1' } });
    expect(await delivery.next()).toEqual({ done: true, value: undefined });
    expect([closed(), ended()]).toEqual([1, 1]);
  });

  it('one change larger than all that may wait is delivered all the same', async () => {
    const { take } = world(live(1), () => 'x'.repeat(5000));
    expect(await take()).toBe('1');
  });

  it('a client that takes nothing of the state for too long is closed', async () => {
    const { delivery, clock, take } = world(past(10), () => 'x'.repeat(200_000));
    await take();
    await settled();
    clock.advance(LIMITS.stallMs);
    await settled();
    await expect(delivery.next()).rejects.toMatchObject({ extensions: { code: 'SLOW_CLIENT', cursor: '1' } });
  });

  it('a client that takes the state slowly, but takes it, is waited for', async () => {
    const { clock, take } = world(past(10), () => 'x'.repeat(200_000));
    for (let n = 1; n <= 10; n++) {
      await settled();
      clock.advance(LIMITS.stallMs - 1);
      expect(await take()).toBe(String(n));
    }
  });

  it('leaving ends it at once, also while it waits', async () => {
    const { delivery, closed, ended } = world([]);
    const waiting = delivery.next();
    await delivery.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect([closed(), ended()]).toEqual([1, 1]);
  });

  it('what goes wrong in the source comes after what was there before it', async () => {
    const source = (async function* () {
      yield { cursor: '1', live: true };
      throw new Error('broken');
    })();
    const delivery = new Delivery(source, () => 'x', LIMITS, new ManualClock(), () => undefined);
    expect((await delivery.next()).done).toBe(false);
    await expect(delivery.next()).rejects.toThrow('broken');
  });
});

describe('texts for many', () => {
  it('are made once for all members of a group, and anew after a while', async () => {
    const clock = new ManualClock(1000);
    const texts = new SharedTexts(clock);
    const [one, two] = [texts.join('key'), texts.join('key')];
    const made: string[] = [];
    const make = (name: string) => () => {
      made.push(name);
      return name;
    };
    for (const name of ['ADDED 1', 'MODIFIED 2']) for (const group of [one, two]) expect(await group.text(name, make(name))).toBe(name);
    expect(made).toEqual(['ADDED 1', 'MODIFIED 2']);
    clock.advance(600);
    await one.text('MODIFIED 2', make('kept'));
    clock.advance(600);
    await one.text('MODIFIED 3', make('MODIFIED 3'));
    await one.text('MODIFIED 2', make('again'));
    expect(made).toEqual(['ADDED 1', 'MODIFIED 2', 'MODIFIED 3', 'again']);
    texts.leave('key');
    expect(texts.size).toBe(1);
    texts.leave('key');
    expect(texts.size).toBe(0);
  });

  it('take the place of their marks in what a library writes', () => {
    const splicer = new Splicer();
    const write = (text: string) => JSON.stringify({ id: '"\\u0001"', type: 'next', payload: splicer.mark(new SharedResult(text, '1')) });
    expect(JSON.parse(splicer.apply(write('{"data":{"a":"$&\\u0001"}}')))).toEqual({ id: '"\\u0001"', type: 'next', payload: { data: { a: '$&\u0001' } } });
    expect(splicer.apply('{"type":"pong"}')).toBe('{"type":"pong"}');
    const [first, second] = [write('1'), write('2')];
    expect([first, second].map((one) => (JSON.parse(splicer.apply(one)) as { payload: number }).payload)).toEqual([1, 2]);
  });
});

describe('a connection', () => {
  class TestSink implements Sink {
    open = true;
    buffered = 0;
    readonly written: string[] = [];
    write(data: Data) {
      const text = String(data);
      this.written.push(text);
      this.buffered += text.length;
    }
    cork() {}
    uncork() {}
  }

  it('takes what there is room for; operations that wait take turns', async () => {
    const sink = new TestSink();
    const outlet = new Outlet(sink);
    const big = 'b'.repeat(200_000);
    const sent: string[] = [];
    const say = async (name: string, texts: string[]) => {
      for (const text of texts) {
        await outlet.send(text);
        sent.push(name);
      }
    };
    const all = Promise.all([say('big', [big, big, big]), say('a', ['1', '2']), say('b', ['3', '4'])]);
    for (let n = 0; n < 12; n++) {
      await settled();
      sink.buffered = 0;
      outlet.drained();
    }
    await all;
    expect(sent).toHaveLength(7);
    expect(sink.written.map((text) => text[0])).toEqual(['b', '1', '3', 'b', '2', '4', 'b']);
  });

  it('that is closed lets go of everybody who waits', async () => {
    const sink = new TestSink();
    const outlet = new Outlet(sink);
    sink.buffered = 1_000_000;
    const waiting = Promise.all([outlet.send('a'), outlet.room()]);
    sink.open = false;
    outlet.drained();
    await waiting;
    expect(sink.written).toEqual([]);
  });
});

describe('a feed', () => {
  /** A source that says what it is told to, once for each cursor that it is begun from. */
  function source() {
    const begun: string[] = [];
    const waiting: Deliverable[] = [];
    let wake: () => void = () => undefined;
    let over = false;
    let closed = 0;
    const from = (cursor: string): AsyncGenerator<Deliverable> => {
      begun.push(cursor);
      over = false;
      return (async function* () {
        try {
          while (!over) {
            while (waiting.length > 0) yield waiting.shift()!;
            await new Promise<void>((resolve) => (wake = resolve));
          }
        } finally {
          closed++;
        }
      })();
    };
    const say = async (...cursors: string[]) => {
      waiting.push(...cursors.map((cursor) => ({ cursor, live: true, caughtUp: true })));
      wake();
      await settled();
    };
    const end = async () => {
      over = true;
      wake();
      await settled();
    };
    return { from, begun, say, end, closed: () => closed };
  }
  class Hearer implements Listener {
    readonly heard: string[] = [];
    stopped = false;
    push({ cursor }: SharedResult) {
      this.heard.push(cursor);
    }
    stop() {
      this.stopped = true;
    }
  }

  it('tells each listener what follows its cursor, once, and is read once for all', async () => {
    const { from, begun, say } = source();
    let made = 0;
    const feed = new Feed(from, ({ cursor }) => `${cursor} ${++made}`);
    const [early, ahead, late] = [new Hearer(), new Hearer(), new Hearer()];
    expect([feed.join(early, '5'), feed.join(ahead, '7')]).toEqual([true, true]);
    await settled();
    await say('6', '7', '8');
    expect([early.heard, ahead.heard]).toEqual([['6', '7', '8'], ['8']]);
    expect(feed.join(late, '7')).toBe(false);
    expect(feed.join(late, '8')).toBe(true);
    await say('8', '9');
    // The second 8 is a heartbeat.
    expect([early.heard.slice(3), ahead.heard.slice(1), late.heard]).toEqual([['8', '9'], ['8', '9'], ['8', '9']]);
    expect([begun, made]).toEqual([['5'], 5]);
  });

  it('runs while somebody hears it, and begins anew where the next one stands', async () => {
    const { from, begun, say, end, closed } = source();
    const feed = new Feed(from, ({ cursor }) => cursor);
    const [first, second] = [new Hearer(), new Hearer()];
    feed.join(first, '1');
    await settled();
    feed.leave(first);
    await say('2');
    await end();
    expect([first.heard, closed()]).toEqual([[], 1]);
    feed.join(second, '9');
    await settled();
    expect(begun).toEqual(['1', '9']);
    await end();
    expect(second.stopped).toBe(true);
  });
});

describe('a frame', () => {
  it.each([0, 1, 100, 125, 126, 65_535, 65_536, 100_000])('of %i bytes is what RFC 6455 wants', (size) => {
    const bytes = Buffer.from('é'.repeat(size / 2) + 'x'.repeat(size % 2));
    const frame = textFrame('"ü', bytes, '}');
    const length = size + 4;
    const head = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length >> shift) & 255)];
    expect([...frame.subarray(0, 1 + head.length)]).toEqual([0x81, ...head]);
    expect(frame.subarray(1 + head.length).toString()).toBe(`"ü${bytes.toString()}}`);
  });
});
