/** The registry: programs by name. An image's file of type "program" names one of these. */
import type { Program } from '../kernel/program.js';
import { sh } from '../shell/program.js';
import { echo } from './echo.js';
import { nslookup, oldNslookup } from './nslookup.js';
import { pause } from './pause.js';
import { printf } from './printf.js';
import { simple } from './simple.js';
import { sleep } from './sleep.js';
import { test } from './test.js';

export const programs: Record<string, Program> = {
  '[': simple(test),
  echo: simple(echo),
  false: simple(() => 1),
  nslookup: simple(nslookup),
  'nslookup-1.28': simple(oldNslookup),
  pause,
  printf: simple(printf),
  sh,
  sleep,
  test: simple(test),
  true: simple(() => 0),
};
