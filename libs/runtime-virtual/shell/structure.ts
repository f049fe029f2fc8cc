/** Compound commands: one step of their frames. */

import type { Kernel } from '../kernel/kernel.js';
import { RAN } from '../kernel/program.js';
import type { Process } from '../kernel/state.js';
import { background, foreground, forkShell, pipeline } from './children.js';
import { stepCommand, stepRedirected } from './command.js';
import { expanding } from './expanding.js';

import { matches } from './pattern.js';
import { MAX_NODES, nodeAt, push, pushNode, ShellError } from './state.js';
import type { Frame, Shell } from './state.js';
import { isName, setVar } from './variables.js';

type Structural = Extract<Frame, { s: number }>;

/** Does what a node says, or puts its frame up. */
export function enter(k: Kernel, p: Process, sh: Shell, s: number, n: number): number {
  if (n < 0) {
    sh.status = 0;
    return RAN;
  }
  const node = nodeAt(sh, s, n);
  // set -n: commands are read and not run.
  if (sh.options.includes('n') && !sh.interactive) return RAN;
  switch (node.t) {
    case 'command': {
      const frame: Frame = { t: 'command', s, n, i: 0, subs: [] };
      push(sh, frame);
      return stepCommand(k, p, sh, frame, node);
    }
    case 'list':
      if (node.items.length === 0) sh.status = 0;
      else push(sh, { t: 'list', s, n, i: 0 });
      return RAN;
    case 'andor':
    case 'not':
    case 'if':
      push(sh, { t: node.t, s, n, i: 0 });
      return RAN;
    case 'while':
      push(sh, { t: 'while', s, n, i: 0, status: 0 });
      return RAN;
    case 'for':
      push(sh, { t: 'for', s, n, i: 0, subs: [], items: null });
      return RAN;
    case 'case':
      push(sh, { t: 'case', s, n, i: 0, subs: [] });
      return RAN;
    case 'redirected':
      push(sh, { t: 'redirected', s, n, i: 0, subs: [] });
      return RAN;
    case 'function':
      if (node.name === '__proto__' || (!isName(node.name) && (!sh.bash || /[=$`"'\\]/.test(node.name)))) throw new ShellError('syntax error: bad function name');
      sh.functions = { ...sh.functions, [node.name]: s * MAX_NODES + node.body };
      sh.status = 0;
      return RAN;
    case 'subshell':
      foreground(k, p, sh, [forkShell(k, p, sh, s, node.body)], [node.text]);
      return RAN;
    case 'pipeline':
      foreground(k, p, sh, pipeline(k, p, sh, s, node.items), node.texts);
      return RAN;
    case 'background':
      background(k, p, sh, s, node.body, node.text);
      sh.status = 0;
      return RAN;
    case 'error':
      if (sh.within !== 'eval') sh.line = node.line;
      throw new ShellError(node.message, 2);
  }
}

export function stepStructure(k: Kernel, p: Process, sh: Shell, f: Structural): number {
  const node = nodeAt(sh, f.s, f.n);
  switch (f.t) {
    case 'node':
      sh.frames.pop();
      return enter(k, p, sh, f.s, f.n);
    case 'list': {
      if (node.t !== 'list') break;
      const next = node.items[f.i++]!;
      // The last one takes the list's place: nothing is left to come back to.
      if (f.i >= node.items.length) sh.frames.pop();
      return enter(k, p, sh, f.s, next);
    }
    case 'andor': {
      if (node.t !== 'andor') break;
      while (f.i > 0 && f.i < node.items.length && (node.operators[f.i - 1] === '&&') !== (sh.status === 0)) f.i++;
      if (f.i >= node.items.length) {
        sh.frames.pop();
        return RAN;
      }
      const next = node.items[f.i++]!;
      if (f.i >= node.items.length) sh.frames.pop();
      return enter(k, p, sh, f.s, next);
    }
    case 'not':
      if (node.t !== 'not') break;
      if (f.i++ === 0) return enter(k, p, sh, f.s, node.body);
      sh.frames.pop();
      sh.status = sh.status === 0 ? 1 : 0;
      return RAN;
    case 'if':
      if (node.t !== 'if') break;
      // Odd: a condition has just run.
      if (f.i % 2 === 1) {
        const arm = (f.i - 1) / 2;
        f.i++;
        if (sh.status === 0 || arm + 1 >= node.conditions.length) {
          sh.frames.pop();
          return enter(k, p, sh, f.s, sh.status === 0 ? node.bodies[arm]! : node.otherwise);
        }
      }
      return enter(k, p, sh, f.s, node.conditions[f.i++ / 2]!);
    case 'while':
      if (node.t !== 'while') break;
      if (f.i === 1) {
        if ((sh.status === 0) === node.until) {
          sh.status = f.status;
          sh.frames.pop();
          return RAN;
        }
        f.i = 2;
        return enter(k, p, sh, f.s, node.body);
      }
      if (f.i === 2) f.status = sh.status;
      f.i = 1;
      return enter(k, p, sh, f.s, node.condition);
    case 'for':
      return node.t === 'for' ? stepFor(k, p, sh, f, node) : RAN;
    case 'case':
      return node.t === 'case' ? stepCase(k, p, sh, f, node) : RAN;
    case 'command':
      if (node.t !== 'command') break;
      return stepCommand(k, p, sh, f, node);
    case 'redirected':
      if (node.t !== 'redirected') break;
      return stepRedirected(k, p, sh, f, node);
  }
  throw new ShellError(`a frame of ${f.t} over a node of ${node.t}`);
}

function stepFor(k: Kernel, p: Process, sh: Shell, f: Extract<Frame, { t: 'for' }>, node: Extract<ReturnType<typeof nodeAt>, { t: 'for' }>): number {
  if (!f.items) {
    const { words } = node;
    const items = expanding(k, p, sh, f, (expander) => {
      if (!words) return sh.params.slice();
      const fields: string[] = [];
      for (const word of words) expander.fields(word, fields);
      return fields;
    });
    if (!items) return RAN;
    f.items = items;
    if (items.length === 0) sh.status = 0;
  }
  const value = f.items[f.i++];
  if (value === undefined) {
    sh.frames.pop();
    return RAN;
  }
  setVar(sh, node.name, value);
  return enter(k, p, sh, f.s, node.body);
}

function stepCase(k: Kernel, p: Process, sh: Shell, f: Extract<Frame, { t: 'case' }>, node: Extract<ReturnType<typeof nodeAt>, { t: 'case' }>): number {
  const chosen = expanding(k, p, sh, f, (expander) => {
    const value = expander.text(node.word);
    return node.items.findIndex((item) => item.patterns.some((pattern) => matches(expander.pattern(pattern), value)));
  });
  if (chosen === undefined) return RAN;
  sh.frames.pop();
  sh.status = 0;
  if (chosen < 0) return RAN;
  let last = chosen;
  while (node.items[last]!.through && last + 1 < node.items.length) last++;
  for (let i = last; i >= chosen; i--) if (node.items[i]!.body >= 0) pushNode(sh, f.s, node.items[i]!.body);
  return RAN;
}
