/** printf's formats as C has them. */

const MAX_WIDTH = 65_536;

/** @param args what the conversions take, in order; a missing one is empty. */
export function formatAwk(format: string, args: (number | string)[], text: (value: number | string) => string = String): string {
  let next = 0;
  return format.replace(/%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d*))?[hlLqjzt]*([a-zA-Z%])|%/g, (all, flags: string | undefined, width?: string, precision?: string, letter?: string) => {
    if (letter === undefined || flags === undefined) return all;
    if (letter === '%') return '%';
    const number = (value: number | string | undefined) => (typeof value === 'number' ? value : parseFloat(value ?? '') || 0);
    const size = (given: string | undefined) => (given === '*' ? number(args[next++]) : Number(given));
    let columns = width === undefined ? 0 : size(width);
    const left = flags.includes('-') || columns < 0;
    columns = Math.min(Math.abs(columns), MAX_WIDTH);
    const digits = precision === undefined ? undefined : Math.min(size(precision || '0'), 1000);
    const value = args[next++];
    let body: string;
    if (letter === 's') body = (value === undefined ? '' : text(value)).slice(0, digits);
    else if (letter === 'c') body = typeof value === 'number' ? String.fromCharCode(value & 255) : String(value ?? '').slice(0, 1);
    else if ('diouxX'.includes(letter)) body = integer(number(value), letter, digits, flags);
    else if ('eEfFgGaA'.includes(letter)) body = floating(number(value), letter, digits, flags);
    else return all;
    if (body.length >= columns) return body;
    const zeros = flags.includes('0') && !left && !'sc'.includes(letter) && !(digits !== undefined && 'diouxX'.includes(letter)) && /\d/.test(body);
    if (!zeros) return left ? body.padEnd(columns) : body.padStart(columns);
    const sign = /^([-+ ]?(?:0[xX])?)(.*)$/.exec(body)!;
    return sign[1]! + sign[2]!.padStart(columns - sign[1]!.length, '0');
  });
}

const signed = (negative: boolean, flags: string) => (negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '');

function integer(value: number, letter: string, digits: number | undefined, flags: string): string {
  if (!Number.isFinite(value)) return String(value).replace('Infinity', 'inf').replace('NaN', 'nan');
  const whole = BigInt(Math.trunc(value));
  const positive = whole < 0n ? -whole : whole;
  let body = { o: 8, x: 16, X: 16 }[letter] ? BigInt.asUintN(64, whole).toString(letter === 'o' ? 8 : 16) : letter === 'u' ? BigInt.asUintN(64, whole).toString() : positive.toString();
  if (digits !== undefined) body = digits === 0 && whole === 0n ? '' : body.padStart(digits, '0');
  if (flags.includes('#') && whole !== 0n) body = letter === 'o' ? `0${body}` : letter === 'x' || letter === 'X' ? `0x${body}` : body;
  if (letter === 'X') body = body.toUpperCase();
  return 'di'.includes(letter) ? signed(whole < 0n, flags) + body : body;
}

function floating(value: number, letter: string, digits: number | undefined, flags: string): string {
  const upper = letter === letter.toUpperCase();
  const positive = Math.abs(value);
  const precision = Math.min(digits ?? 6, 100);
  let body: string;
  if (!Number.isFinite(value)) body = Number.isNaN(value) ? 'nan' : 'inf';
  else if ('fF'.includes(letter)) body = fixed(positive, precision);
  else if ('eE'.includes(letter)) body = exponent(positive.toExponential(precision));
  else {
    const significant = precision === 0 ? 1 : precision;
    const at = positive === 0 ? 0 : Number(positive.toExponential(significant - 1).split('e')[1]);
    body = at < -4 || at >= significant ? exponent(positive.toExponential(significant - 1)) : fixed(positive, significant - 1 - at);
    if (!flags.includes('#') && body.includes('.')) body = body.replace(/\.?0+(?=e|$)/, '');
  }
  const negative = value < 0 || Object.is(value, -0);
  return signed(negative, flags) + (upper ? body.toUpperCase() : body);
}

const exponent = (text: string) => text.replace(/e([-+])(\d)$/, 'e$10$2');
/** toFixed gives up above 1e21. */
const fixed = (value: number, digits: number) => (value < 1e21 ? value.toFixed(digits) : `${BigInt(value)}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`);
