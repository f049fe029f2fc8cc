/**
 * Kubernetes' resource quantities ("1500m", "64Mi", "1e3"), exact: a whole number of nanos as a BigInt, never a float.
 * Source: k8s.io/apimachinery/pkg/api/resource/quantity.go.
 */
export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The amount in units of 10^-9. */
  nanos: bigint;
  format: QuantityFormat;
}

export const QUANTITY_PATTERN = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';

/** Thrown by parseQuantity: the text is not a quantity. The message is the API server's. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

const NANO = 1_000_000_000n;
const MILLI = 1_000_000n;
/** Kubernetes caps what is larger at 2^63 - 1. */
const LARGEST = ((1n << 63n) - 1n) * NANO;

const BINARY: Record<string, bigint> = { Ki: 1n << 10n, Mi: 1n << 20n, Gi: 1n << 30n, Ti: 1n << 40n, Pi: 1n << 50n, Ei: 1n << 60n };
/** Suffix to power of ten. */
const DECIMAL: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

const SHAPE = /^([+-]?)(\d*)(?:\.(\d*))?(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]|[eE][+-]?\d{1,9}|)$/;

const parsed = new Map<string, Quantity>();

/** @throws QuantityError */
export function parseQuantity(text: string | number): Quantity {
  const key = String(text);
  const known = parsed.get(key);
  if (known) return known;
  const quantity = parse(key);
  if (parsed.size > 10_000) parsed.clear();
  parsed.set(key, quantity);
  return quantity;
}

function parse(text: string): Quantity {
  const match = SHAPE.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (!match || whole + fraction === '') throw new QuantityError(`quantities must match the regular expression '${QUANTITY_PATTERN}'`);
  const suffix = match[4]!;
  const digits = BigInt(whole + fraction);
  const binary = BINARY[suffix];
  const exponent = /^[eE]./.test(suffix) ? Number(suffix.slice(1)) : (DECIMAL[suffix] ?? 0);
  const nanos = binary ? divideUp(digits * binary * NANO, 10n ** BigInt(fraction.length)) : scale(digits, exponent + 9 - fraction.length);
  const capped = nanos > LARGEST ? LARGEST : nanos;
  return { nanos: match[1] === '-' ? -capped : capped, format: binary ? 'BinarySI' : /^[eE]./.test(suffix) ? 'DecimalExponent' : 'DecimalSI' };
}

function scale(digits: bigint, power: number): bigint {
  if (digits === 0n) return 0n;
  if (power >= 0) return power > 40 ? LARGEST : digits * 10n ** BigInt(power);
  return divideUp(digits, 10n ** BigInt(Math.min(-power, 2_000)));
}

const divideUp = (value: bigint, by: bigint): bigint => (value + by - 1n) / by;

/** The canonical text: no fraction, the largest suffix that keeps it exact. */
export function formatQuantity({ nanos, format }: Quantity): string {
  const sign = nanos < 0n ? '-' : '';
  const amount = nanos < 0n ? -nanos : nanos;
  if (amount === 0n) return '0';
  if (format === 'BinarySI' && amount >= 1024n * NANO && amount % NANO === 0n) return sign + binaryText(amount / NANO);
  let value = amount;
  let power = -9;
  while (power < 18 && value % 1000n === 0n) {
    value /= 1000n;
    power += 3;
  }
  if (format === 'DecimalExponent') return `${sign}${value}${power === 0 ? '' : `e${power}`}`;
  return sign + value + Object.keys(DECIMAL).find((suffix) => DECIMAL[suffix] === power)!;
}

function binaryText(amount: bigint): string {
  const suffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
  let step = 0;
  while (step < 6 && amount % 1024n === 0n) {
    amount /= 1024n;
    step += 1;
  }
  return `${amount}${suffixes[step]}`;
}

/** The text in canonical form, as the API server stores it. @throws QuantityError */
export const canonicalQuantity = (text: string | number): string => formatQuantity(parseQuantity(text));

/** As the API server keeps the quantities of resource lists: whole thousandths, rounded up. @throws QuantityError */
export function canonicalResource(text: string | number): string {
  const { nanos, format } = parseQuantity(text);
  const millis = nanos < 0n ? nanos / MILLI : divideUp(nanos, MILLI);
  return formatQuantity({ nanos: millis * MILLI, format });
}

/** Negative, zero or positive as a is less than, equal to or greater than b. @throws QuantityError */
export function compareQuantities(a: string | number, b: string | number): number {
  const difference = parseQuantity(a).nanos - parseQuantity(b).nanos;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The sum has the format of the first that is not zero, as in Kubernetes. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos + b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

export function subtractQuantities(a: Quantity, b: Quantity): Quantity {
  return { nanos: a.nanos - b.nanos, format: a.nanos === 0n ? b.format : a.format };
}

export const maxQuantity = (a: Quantity, b: Quantity): Quantity => (b.nanos > a.nanos ? b : a);

/** Rounded up to a whole number: bytes, counts. @throws QuantityError */
export function quantityValue(text: string | number): number {
  const { nanos } = parseQuantity(text);
  return Number(nanos < 0n ? nanos / NANO : divideUp(nanos, NANO));
}

/** Rounded up to thousandths: millicores. @throws QuantityError */
export function quantityMillis(text: string | number): number {
  const { nanos } = parseQuantity(text);
  return Number(nanos < 0n ? nanos / MILLI : divideUp(nanos, MILLI));
}

export function isQuantity(text: string | number): boolean {
  try {
    parseQuantity(text);
    return true;
  } catch (error) {
    if (error instanceof QuantityError) return false;
    throw error;
  }
}
