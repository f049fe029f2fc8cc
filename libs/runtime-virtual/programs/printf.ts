import { unescape } from './echo.js';
import type { Io, Run } from './simple.js';

const DIRECTIVE = /%(?:%|([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?(?:[hlLqjzt]*)([a-zA-Z]))/g;
const MAX_WIDTH = 65_536;

export const printf: Run = (io) => {
  const [, format, ...args] = io.argv[1] === '--' ? io.argv.slice(1) : io.argv;
  if (format === undefined) {
    io.err += `${io.argv[0] === 'printf' ? 'printf' : 'sh'}: usage: printf FORMAT [ARGUMENT...]\n`;
    return io.argv[0] === 'printf' ? 1 : 2;
  }
  const work = new Formatter(io, args);
  do {
    const before = work.used;
    if (!work.pass(format)) break;
    if (work.used === before) break;
  } while (work.used < args.length);
  return work.status;
};

class Formatter {
  used = 0;
  status = 0;

  constructor(
    private readonly io: Io,
    private readonly args: string[],
  ) {}

  /** Formats once; false: \c ended it. */
  pass(format: string): boolean {
    let at = 0;
    for (const directive of format.matchAll(DIRECTIVE)) {
      if (!this.plain(format.slice(at, directive.index))) return false;
      at = directive.index + directive[0].length;
      if (directive[0] === '%%') this.io.out += '%';
      else if (!this.directive(directive[1] ?? '', directive[2], directive[3], directive[4]!)) return false;
    }
    return this.plain(format.slice(at));
  }

  private plain(text: string): boolean {
    if (/%/.test(text)) {
      this.io.err += `printf: %${text.slice(text.indexOf('%') + 1, text.indexOf('%') + 2)}: invalid format\n`;
      this.status = 1;
      return false;
    }
    const done = unescape(text, false);
    this.io.out += done.text;
    return !done.stop;
  }

  private next(): string | undefined {
    return this.args[this.used++];
  }

  private size(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    return Math.min(MAX_WIDTH, text === '*' ? Number(this.integer(this.next() ?? '0')) : Number(text));
  }

  private directive(flags: string, widthText: string | undefined, precisionText: string | undefined, kind: string): boolean {
    let width = this.size(widthText) ?? 0;
    const precision = this.size(precisionText);
    let left = flags.includes('-');
    if (width < 0) {
      left = true;
      width = -width;
    }
    const arg = this.next();
    let text: string;
    let numeric = false;
    switch (kind) {
      case 's':
        text = (arg ?? '').slice(0, precision);
        break;
      case 'c':
        text = (arg ?? '').slice(0, 1);
        break;
      case 'b': {
        const done = unescape(arg ?? '', true);
        this.io.out += pad(done.text.slice(0, precision), width, left, ' ');
        return !done.stop;
      }
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X':
        text = formatInteger(this.integer(arg ?? '0'), kind, flags, precision);
        numeric = precision === undefined;
        break;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        text = formatFloat(this.float(arg ?? '0'), kind, flags, precision ?? 6);
        numeric = true;
        break;
      default:
        this.io.err += `printf: %${kind}: invalid format\n`;
        this.status = 1;
        return false;
    }
    const zero = numeric && flags.includes('0') && !left;
    const sign = zero ? (/^([-+ ]|0[xX])/.exec(text)?.[0] ?? '') : '';
    this.io.out += sign + pad(text.slice(sign.length), width - sign.length, left, zero ? '0' : ' ');
    return true;
  }

  private integer(text: string): bigint {
    const quoted = /^["']([^])/.exec(text);
    if (quoted) return BigInt(quoted[1]!.charCodeAt(0));
    const found = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|0[0-7]+|\d+)(.*)$/s.exec(text);
    if (!found || found[3] !== '') {
      this.io.err += `${this.io.argv[0] === 'printf' ? 'printf' : 'sh'}: invalid number '${text}'\n`;
      this.status = 1;
    }
    if (!found || found[3] !== '') return 0n;
    const digits = found[2]!;
    const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return BigInt.asIntN(64, found[1] === '-' ? -value : value);
  }

  private float(text: string): number {
    const value = Number(text.trim() === '' ? '0' : text);
    if (!Number.isNaN(value)) return value;
    this.io.err += `${this.io.argv[0] === 'printf' ? 'printf' : 'sh'}: invalid number '${text}'\n`;
    this.status = 1;
    return 0;
  }
}

function pad(text: string, width: number, left: boolean, fill: string): string {
  return left ? text.padEnd(width) : text.padStart(width, fill);
}

function formatInteger(value: bigint, kind: string, flags: string, precision: number | undefined): string {
  const signed = kind === 'd' || kind === 'i';
  const plain = signed ? value : BigInt.asUintN(64, value);
  const negative = plain < 0n;
  const base = kind === 'o' ? 8 : kind === 'x' || kind === 'X' ? 16 : 10;
  let digits = (negative ? -plain : plain).toString(base).padStart(precision ?? 0, '0');
  if (flags.includes('#') && plain !== 0n && base !== 10) digits = (base === 16 ? '0x' : '0') + digits;
  if (kind === 'X') digits = digits.toUpperCase();
  return (negative ? '-' : signed && flags.includes('+') ? '+' : signed && flags.includes(' ') ? ' ' : '') + digits;
}

function formatFloat(value: number, kind: string, flags: string, precision: number): string {
  const lower = kind.toLowerCase();
  let text: string;
  const digits = Math.min(100, precision);
  if (!Number.isFinite(value)) text = String(value).toLowerCase().replace('infinity', 'inf');
  else if (lower === 'f') text = value.toFixed(digits);
  else if (lower === 'e') text = exponent(value.toExponential(digits));
  else {
    const significant = digits || 1;
    const power = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
    text = power < -4 || power >= significant ? exponent(value.toExponential(significant - 1)) : value.toFixed(Math.max(0, significant - 1 - power));
    if (text.includes('.') && !flags.includes('#')) text = text.replace(/\.?0+(e|$)/, '$1');
  }
  if (value >= 0 && flags.includes('+')) text = `+${text}`;
  else if (value >= 0 && flags.includes(' ')) text = ` ${text}`;
  return kind === lower ? text : text.toUpperCase();
}

const exponent = (text: string) => text.replace(/e([-+])(\d)$/, 'e$10$2');
