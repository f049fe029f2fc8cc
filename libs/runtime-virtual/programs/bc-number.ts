/** Decimal numbers of any length, as bc has them: an integer, and how many of its digits stand behind the point. */
import { BcError } from './bc-parse.js';

export interface Decimal {
  value: bigint;
  scale: number;
}

/** Beyond it a step would take too long. */
const MAX_DIGITS = 3000;
const pow10 = (digits: number): bigint => 10n ** BigInt(digits);
export const decimal = (value: number | bigint): Decimal => ({ value: BigInt(value), scale: 0 });

/** Cut, not rounded. */
export function withScale({ value, scale }: Decimal, wanted: number): Decimal {
  return { value: wanted >= scale ? value * pow10(wanted - scale) : value / pow10(scale - wanted), scale: wanted };
}

function checked(number: Decimal): Decimal {
  // Sixteen bits are more than four digits: cheap, and near enough.
  if (number.scale > MAX_DIGITS || (number.value >> BigInt(MAX_DIGITS * 4)) > 0n) throw new BcError('number too long');
  return number;
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [withScale(a, scale).value, withScale(b, scale).value, scale];
}

export function compare(a: Decimal, b: Decimal): number {
  const [left, right] = aligned(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** @param scale bc's variable of that name. @throws BcError */
export function calculate(op: string, a: Decimal, b: Decimal, scale: number): Decimal {
  const [left, right, both] = aligned(a, b);
  switch (op) {
    case '+':
      return { value: left + right, scale: both };
    case '-':
      return { value: left - right, scale: both };
    case '*':
      return checked(withScale({ value: a.value * b.value, scale: a.scale + b.scale }, Math.min(a.scale + b.scale, Math.max(scale, a.scale, b.scale))));
    case '/':
      return divide(a, b, scale);
    case '%': {
      const quotient = divide(a, b, scale);
      const wanted = Math.max(scale + b.scale, a.scale);
      const product = { value: quotient.value * b.value, scale: quotient.scale + b.scale };
      return withScale(calculate('-', a, product, scale), wanted);
    }
    default:
      return power(a, b, scale);
  }
}

function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  if (b.value === 0n) throw new BcError('divide by zero');
  return checked({ value: (a.value * pow10(scale + b.scale)) / (b.value * pow10(a.scale)), scale });
}

function power(a: Decimal, b: Decimal, scale: number): Decimal {
  const exponent = withScale(b, 0).value;
  if (withScale(b, b.scale).value !== exponent * pow10(b.scale)) throw new BcError('not an integer');
  const times = exponent < 0n ? -exponent : exponent;
  const digits = BigInt((a.value < 0n ? -a.value : a.value).toString().length);
  if (times * digits > BigInt(MAX_DIGITS)) throw new BcError('number too long');
  const whole = { value: a.value ** times, scale: a.scale * Number(times) };
  if (exponent < 0n) return divide(decimal(1), whole, scale);
  return withScale(whole, Math.min(whole.scale, Math.max(scale, a.scale)));
}

export function squareRoot(a: Decimal, scale: number): Decimal {
  if (a.value < 0n) throw new BcError('negative number');
  const wanted = Math.max(scale, a.scale);
  return { value: integerRoot(withScale(a, wanted * 2).value), scale: wanted };
}

function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** A number as it is written, in a base from 2 to 16. */
export function parseNumber(text: string, base: number): Decimal {
  const [whole = '', fraction = ''] = text.split('.');
  if (base === 10 && !/[A-F]/.test(text)) return { value: BigInt(`${whole}${fraction}` || '0'), scale: fraction.length };
  // A digit that the base has not counts as its greatest, unless it stands alone.
  const digit = (char: string) => (text.length === 1 ? parseInt(char, 16) : Math.min(base - 1, parseInt(char, 16)));
  let value = 0n;
  for (const char of whole + fraction) value = value * BigInt(base) + BigInt(digit(char));
  return divide(decimal(value), decimal(BigInt(base) ** BigInt(fraction.length)), fraction.length);
}

const LINE = 69;

/** As bc prints it: no 0 before the point, long ones on several lines. */
export function formatNumber({ value, scale }: Decimal, base: number): string {
  const negative = value < 0n;
  const size = negative ? -value : value;
  const whole = size / pow10(scale);
  let text = whole === 0n && (scale > 0 && size !== 0n) ? '' : inBase(whole, base);
  if (scale > 0 && size !== 0n) {
    if (base === 10) text += `.${(size % pow10(scale)).toString().padStart(scale, '0')}`;
    else {
      let rest = size % pow10(scale);
      text += '.';
      for (let shown = 1n; shown < pow10(scale); shown *= BigInt(base)) {
        rest *= BigInt(base);
        text += inBase(rest / pow10(scale), base, true);
        rest %= pow10(scale);
      }
    }
  }
  const all = `${negative && size !== 0n ? '-' : ''}${text}`;
  if (all.length <= LINE) return all;
  return all.match(new RegExp(`.{1,${LINE - 1}}`, 'g'))!.join('\\\n');
}

/** Above 16 each digit is a number of its own. */
function inBase(value: bigint, base: number, digit = false): string {
  if (base <= 16) return value.toString(base).toUpperCase();
  const width = String(base - 1).length;
  const shown = (one: bigint) => ` ${one.toString().padStart(width, '0')}`;
  if (digit) return shown(value);
  let text = '';
  for (let rest = value; rest > 0n || text === ''; rest /= BigInt(base)) text = shown(rest % BigInt(base)) + text;
  return text;
}

const MAX_SCALE = 500;

/** The library's functions s, c, a, l, e: series on numbers with some digits more than are wanted. @throws BcError */
export function mathematics(name: string, x: Decimal, scale: number): Decimal {
  if (scale > MAX_SCALE) throw new BcError(`scale above ${MAX_SCALE} in ${name}()`);
  const digits = scale + 15;
  const one = pow10(digits);
  const value = withScale(x, digits).value;
  if ((value < 0n ? -value : value) > one * 100_000n) throw new BcError(`argument of ${name}() too large`);
  const found = name === 'a' ? arcTangent(value, one) : name === 'e' ? exponential(value, one) : name === 'l' ? logarithm(value, one) : sine(name === 'c' ? value + arcTangent(one, one) * 2n : value, one);
  return withScale({ value: found, scale: digits }, scale);
}

function arcTangent(value: bigint, one: bigint): bigint {
  let x = value;
  let doubled = 0n;
  for (; x > one / 5n || x < -one / 5n; doubled++) x = (x * one) / (one + integerRoot(one * one + x * x));
  let sum = 0n;
  let term = x;
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += n % 4n === 1n ? term / n : -term / n;
    term = (((term * x) / one) * x) / one;
  }
  return sum << doubled;
}

function exponential(value: bigint, one: bigint): bigint {
  let halved = 0n;
  // Digits are lost with each squaring: more are kept meanwhile.
  const more = 10n ** 20n;
  const unit = one * more;
  let x = value * more;
  for (; x > unit / 2n || x < -unit / 2n; halved++) x /= 2n;
  let sum = unit;
  let term = unit;
  for (let n = 1n; term !== 0n; n++) {
    term = (term * x) / unit / n;
    sum += term;
  }
  for (let i = 0n; i < halved; i++) sum = (sum * sum) / unit;
  return sum / more;
}

function logarithm(value: bigint, one: bigint): bigint {
  if (value <= 0n) throw new BcError('l() of what is not above 0');
  const near = (m: bigint) => {
    const x = ((m - one) * one) / (m + one);
    let sum = 0n;
    let term = x;
    for (let n = 1n; term !== 0n; n += 2n) {
      sum += term / n;
      term = (((term * x) / one) * x) / one;
    }
    return sum * 2n;
  };
  let m = value;
  let twos = 0n;
  for (; m > (one * 3n) / 2n; twos++) m /= 2n;
  for (; m < (one * 3n) / 4n; twos--) m *= 2n;
  return near(m) + twos * near(one * 2n);
}

function sine(value: bigint, one: bigint): bigint {
  const pi = arcTangent(one, one) * 4n;
  let x = value % (pi * 2n);
  if (x > pi) x -= pi * 2n;
  if (x < -pi) x += pi * 2n;
  let sum = 0n;
  let term = x;
  for (let n = 1n; term !== 0n; n += 2n) {
    sum += term;
    term = -(((term * x) / one) * x) / one / ((n + 1n) * (n + 2n));
  }
  return sum;
}
