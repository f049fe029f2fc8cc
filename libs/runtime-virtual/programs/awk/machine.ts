/** Takes one instruction at a time. */
import { BLOCKED } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { RAN } from '../../kernel/program.js';
import { reap } from '../../kernel/processes.js';
import type { Process } from '../../kernel/state.js';
import { compileRegex } from '../regex.js';
import { arrayOf, callBuiltin, formatValues, substitute, valueOf } from './builtins.js';
import type { Compiled, Instruction } from './compile.js';
import { AwkError } from './lexer.js';
import { CONVFMT, field, FNR, global, NR, OFMT, OFS, ORS, readRecord, recordOf, setField, setGlobal, setRecord, SUBSEP, text } from './record.js';
import { closeStream, inputFrom, outputTo, startShell } from './streams.js';
import { nextRecord } from './input.js';
import type { AwkState } from './state.js';
import { compare, keysInOrder, numberValue, toNumber, toText, truth } from './values.js';
import type { Slot, Value } from './values.js';

const MAX_STACK = 100_000;
const MAX_FRAMES = 10_000;
const MAX_TEXT = 64 * 1024 * 1024;

/** RAN: go on. BLOCKED: the same instruction again, later (also where what is pending must be written first). */
export function runInstruction(k: Kernel, p: Process, s: AwkState, program: Compiled): number {
  const instruction = program.code[s.at]!;
  const { stack } = s;
  if (stack.length > MAX_STACK) throw new AwkError('out of memory');
  const pop = (): Value => valueOf(stack.pop());
  const a = instruction[1]!;
  const number = a as number;
  s.at++;
  switch (instruction[0]) {
    case 'const': stack.push(a); break;
    case 'null': stack.push(null); break;
    case 'same': stack.push(s.code); break;
    case 'pop': stack.pop(); break;
    case 'global': stack.push(global(s, number)); break;
    case 'local': stack.push(s.frames[s.frames.length - 1]!.locals[number]!); break;
    case 'setglobal': setGlobal(s, number, valueOf(stack[stack.length - 1])); break;
    case 'setlocal': s.frames[s.frames.length - 1]!.locals[number] = valueOf(stack[stack.length - 1]); break;
    case 'array': stack.push({ array: (s.names[`$${a}`] ??= newArray(s)) }); break;
    case 'field': stack.push(field(s, Math.trunc(toNumber(pop())))); break;
    case 'item': {
      const key = `$${text(s, pop())}`;
      const array = arrayOf(s, stack.pop());
      stack.push((array[key] ??= null));
      break;
    }
    case 'setitem': {
      const value = pop();
      const key = `$${text(s, pop())}`;
      arrayOf(s, stack.pop())[key] = value;
      stack.push(value);
      break;
    }
    case 'setfield': {
      const value = pop();
      setField(s, Math.trunc(toNumber(pop())), value);
      stack.push(value);
      break;
    }
    case 'in': {
      const key = `$${text(s, pop())}`;
      stack.push(Object.hasOwn(arrayOf(s, stack.pop()), key) ? 1 : 0);
      break;
    }
    case 'delete': {
      const key = `$${text(s, pop())}`;
      delete arrayOf(s, stack.pop())[key];
      break;
    }
    case 'clear': {
      const array = arrayOf(s, stack.pop());
      for (const key of Object.keys(array)) delete array[key];
      break;
    }
    case 'subsep': stack.push(stack.splice(-number).map((key) => text(s, valueOf(key))).join(text(s, s.globals[SUBSEP]!))); break;
    case 'jmp': s.at = number; break;
    case 'jz': if (!truth(pop())) s.at = number; break;
    case 'jnz': if (truth(pop())) s.at = number; break;
    case 'jrange': if (s.ranges[number]) s.at = instruction[2] as number; break;
    case 'range': s.ranges[number] = instruction[2] === 1; break;
    case 'truth': stack.push(truth(pop()) ? 1 : 0); break;
    case 'unary': {
      const value = pop();
      stack.push(a === '!' ? (truth(value) ? 0 : 1) : numberValue(a === '-' ? -toNumber(value) : toNumber(value)));
      break;
    }
    case 'binary': {
      const right = pop();
      stack.push(binary(s, a as string, pop(), right));
      break;
    }
    case 'update': {
      const right = pop();
      const place = takePlace(stack, instruction[2] as string);
      const value = binary(s, a as string, get(s, place, instruction), right);
      set(s, place, instruction, value);
      stack.push(value);
      break;
    }
    case 'step': {
      const place = takePlace(stack, instruction[3] as string);
      const before = toNumber(get(s, place, instruction, 3));
      const after = numberValue(before + number);
      set(s, place, instruction, after, 3);
      stack.push(instruction[2] === 1 ? numberValue(before) : after);
      break;
    }
    case 'matchrecord': stack.push(compileRegex(a as string, { extended: true }).test(recordOf(s)) ? 1 : 0); break;
    case 'match': {
      const pattern = text(s, pop());
      stack.push(compileRegex(pattern, { extended: true }).test(text(s, pop())) === (a === 0) ? 1 : 0);
      break;
    }
    case 'keys': stack.push({ keys: keysInOrder(arrayOf(s, stack.pop())), at: 0 }); break;
    case 'nextkey': {
      const keys = stack[stack.length - 1] as { keys: string[]; at: number };
      if (keys.at < keys.keys.length) keys.at++;
      else s.at = number;
      break;
    }
    case 'iterkey': {
      const keys = stack[stack.length - number] as { keys: string[]; at: number };
      stack.push([keys.keys[keys.at - 1]!]);
      break;
    }
    case 'pick': stack.push(stack[stack.length - number]!); break;
    case 'jnoline': if (toNumber(valueOf(stack[stack.length - 1])) <= 0) s.at = number; break;
    case 'dropline': stack.splice(-2, 1); break;
    case 'builtin': stack.push(callBuiltin(k, s, a as string, stack.splice(stack.length - (instruction[2] as number)))); break;
    case 'sub':
    case 'gsub': {
      const target = a === 'none' ? pop() : null;
      const replacement = text(s, pop());
      const pattern = text(s, pop());
      const place = takePlace(stack, a as string);
      const done = substitute(text(s, a === 'none' ? target : get(s, place, instruction, 1)), pattern, replacement, instruction[0] === 'sub' ? 1 : 0, false);
      if (done.count > 0 && a !== 'none') set(s, place, instruction, done.text, 1);
      stack.push(done.count);
      break;
    }
    case 'call': call(s, program, a as string, instruction[2] as number); break;
    case 'return': {
      const value = pop();
      const frame = s.frames.pop()!;
      for (const id of frame.owned) delete s.arrays[id];
      stack.length = frame.stack;
      stack.push(value);
      s.at = frame.back;
      break;
    }
    default:
      return effect(k, p, s, instruction);
  }
  return RAN;
}

/** Instructions that reach beyond the script: they may have to wait, and are then taken again. */
function effect(k: Kernel, p: Process, s: AwkState, instruction: Instruction): number {
  const { stack } = s;
  const wait = () => {
    s.at--;
    return BLOCKED;
  };
  const top = (below = 0) => text(s, valueOf(stack[stack.length - 1 - below]));
  switch (instruction[0]) {
    case 'print':
    case 'printf': {
      const [name, count, redirect] = instruction as [string, number, string];
      // A command is started after what was printed before it has gone out.
      if (redirect === '|' && s.pending.length > 0 && !s.streams.some((stream) => stream.name === top())) return wait();
      const fd = redirect === '' ? 1 : outputTo(k, p, s, redirect, text(s, valueOf(stack.pop())));
      const values = stack.splice(stack.length - count).map(valueOf);
      const shown = (value: Value) => toText(value, s.globals[OFMT] as string);
      put(s, fd, name === 'printf' ? formatValues(s, values) : (count === 0 ? recordOf(s) : values.map(shown).join(text(s, s.globals[OFS]!))) + text(s, s.globals[ORS]!));
      return RAN;
    }
    case 'getline': {
      const [, from, into] = instruction as [string, 'input' | 'file' | 'command', number];
      const read = from === 'input' ? nextRecord(k, p, s) : readFrom(k, p, s, from, top());
      if (read === BLOCKED) return wait();
      if (from !== 'input') stack.pop();
      if (typeof read === 'string') {
        if (from !== 'file') s.globals[NR] = toNumber(s.globals[NR]!) + 1;
        if (from === 'input') s.globals[FNR] = toNumber(s.globals[FNR]!) + 1;
        if (into === 0) setRecord(s, read);
      }
      if (into === 1) stack.push(typeof read === 'string' ? [read] : null);
      stack.push(typeof read === 'string' ? 1 : read === null ? 0 : -1);
      return RAN;
    }
    case 'system': {
      if (s.child === 0) {
        if (s.pending.length > 0) return wait();
        s.child = startShell(k, p, top());
        if (s.child > 0) return wait();
        stack.pop();
        stack.push(127);
        return RAN;
      }
      const ended = reap(k, p, s.child);
      if (!ended) return wait();
      s.child = 0;
      stack.pop();
      stack.push(ended.signal ? 256 + ended.signal : ended.code);
      return RAN;
    }
    case 'close': {
      if (s.pending.length > 0) return wait();
      const code = closeStream(k, p, s, top());
      if (code === BLOCKED) return wait();
      stack.pop();
      stack.push(code);
      return RAN;
    }
    case 'fflush':
      if (s.pending.length > 0) return wait();
      stack.length -= instruction[1] as number;
      stack.push(0);
      return RAN;
    default:
      throw new AwkError(`no such instruction: ${instruction[0]}`);
  }
}

function readFrom(k: Kernel, p: Process, s: AwkState, from: 'file' | 'command', name: string): string | number | null {
  if (from === 'command' && s.pending.length > 0 && !s.streams.some((stream) => stream.name === name)) return BLOCKED;
  const stream = inputFrom(k, p, s, from, name);
  return stream ? readRecord(k, p, s, stream.lines!) : -1;
}

export function put(s: AwkState, fd: number, data: string): void {
  if (data === '') return;
  const last = s.pending[s.pending.length - 1];
  if (last && last[0] === fd) last[1] += data;
  else s.pending.push([fd, data]);
}

export function newArray(s: AwkState): number {
  s.arrays[++s.lastArray] = {};
  return s.lastArray;
}

type Place = { array: Slot | undefined; key: Value };

function takePlace(stack: Slot[], kind: string): Place {
  const key = kind === 'item' || kind === 'field' ? valueOf(stack.pop()) : null;
  return { key, array: kind === 'item' ? stack.pop() : undefined };
}

/** `kindAt`: where the instruction says what kind of place it is; its slot stands after that. */
function get(s: AwkState, place: Place, instruction: Instruction, kindAt = 2): Value {
  const slot = instruction[kindAt + 1] as number;
  switch (instruction[kindAt]) {
    case 'local': return valueOf(s.frames[s.frames.length - 1]!.locals[slot]);
    case 'global': return global(s, slot);
    case 'item': return arrayOf(s, place.array)[`$${text(s, place.key)}`] ?? null;
    default: return field(s, Math.trunc(toNumber(place.key)));
  }
}

function set(s: AwkState, place: Place, instruction: Instruction, value: Value, kindAt = 2): void {
  const slot = instruction[kindAt + 1] as number;
  switch (instruction[kindAt]) {
    case 'local':
      s.frames[s.frames.length - 1]!.locals[slot] = value;
      return;
    case 'global':
      return setGlobal(s, slot, value);
    case 'item':
      arrayOf(s, place.array)[`$${text(s, place.key)}`] = value;
      return;
    default:
      return setField(s, Math.trunc(toNumber(place.key)), value);
  }
}

function binary(s: AwkState, operator: string, left: Value, right: Value): Value {
  if (operator === '') {
    const joined = text(s, left) + text(s, right);
    if (joined.length > MAX_TEXT) throw new AwkError('out of memory');
    return joined;
  }
  if (/[<>=]/.test(operator)) {
    const order = compare(left, right, s.globals[CONVFMT] as string);
    const holds = { '<': order < 0, '<=': order <= 0, '==': order === 0, '!=': order !== 0, '>=': order >= 0, '>': order > 0 }[operator];
    return holds ? 1 : 0;
  }
  const [a, b] = [toNumber(left), toNumber(right)];
  switch (operator) {
    case '+': return numberValue(a + b);
    case '-': return numberValue(a - b);
    case '*': return numberValue(a * b);
    case '^': return numberValue(a ** b);
    default:
      if (b === 0) throw new AwkError('Division by zero');
      return numberValue(operator === '/' ? a / b : a % b);
  }
}

function call(s: AwkState, program: Compiled, name: string, count: number): void {
  if (s.frames.length >= MAX_FRAMES) throw new AwkError('out of memory');
  const def = program.functions[name]!;
  const locals = s.stack.splice(s.stack.length - count);
  const owned: number[] = [];
  for (let i = 0; i < def.params; i++) {
    const given = locals[i] ?? null;
    locals[i] = given;
    if (def.arrays[i] && (typeof given !== 'object' || given === null || !('array' in given))) {
      const id = newArray(s);
      owned.push(id);
      locals[i] = { array: id };
    }
  }
  s.frames.push({ back: s.at, stack: s.stack.length, locals, owned });
  s.at = def.at;
}
