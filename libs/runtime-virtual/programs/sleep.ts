import { now, setTimer } from '../kernel/kernel.js';
import { BLOCKED } from '../kernel/program.js';
import type { Program } from '../kernel/program.js';
import { flush } from './simple.js';

interface SleepState {
  until: number;
  errors: [number, string][];
}
const UNITS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };
const FOREVER = 8_640_000_000_000_000;

/** Milliseconds of "5", "1.5m", "inf"; undefined: not a duration. */
export function duration(text: string): number | undefined {
  if (text === 'inf' || text === 'infinity') return FOREVER;
  const found = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(text);
  return found ? Number(found[1]) * UNITS[found[2]!]! * 1000 : undefined;
}

export const sleep: Program<SleepState> = {
  init(argv, _, k) {
    let ms = 0;
    if (argv.length < 2) return { until: 0, errors: [[2, 'BusyBox v1.36.1 multi-call binary.\n\nUsage: sleep [N]...\n']] };
    for (const arg of argv.slice(1)) {
      const more = duration(arg);
      if (more === undefined) return { until: 0, errors: [[2, `sleep: invalid number '${arg}'\n`]] };
      ms += more;
    }
    return { until: Math.min(FOREVER, Math.ceil(now(k) + ms)), errors: [] };
  },
  step(k, p, state) {
    if (state.until === 0) {
      const left = flush(k, p, state.errors);
      return left === 0 ? 1 : left;
    }
    if (now(k) >= state.until) return 0;
    setTimer(k, p, state.until);
    return BLOCKED;
  },
};

/** Microseconds; the kernel's timers are whole milliseconds. */
export const usleep: Program<SleepState> = {
  ...sleep,
  init(argv, _, k) {
    const [, text = ''] = argv;
    if (!/^\d+$/.test(text)) return { until: 0, errors: [[2, text === '' ? 'BusyBox v1.36.1 multi-call binary.\n\nUsage: usleep N\n' : `usleep: invalid number '${text}'\n`]] };
    return { until: Math.min(FOREVER, Math.ceil(now(k) + Number(text) / 1000)), errors: [] };
  },
};
