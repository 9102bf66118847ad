/**
 * Sums as Redis computes them for INCRBYFLOAT: in the 80-bit numbers of its machine, whose mantissa has 64 bits, and written with at
 * most 17 digits after the point. A sum of JavaScript's own numbers would answer 0.30000000000000004 where Redis answers 0.3.
 */
import { parseFloatStrict, parseHexadecimal } from './numbers.js';

/** mantissa × 2^exponent, the mantissa of at most 64 bits. */
export interface LongDouble {
  readonly mantissa: bigint;
  readonly exponent: number;
}

const MANTISSA_BITS = 64;
/** Powers of ten that fit, and are worth writing. */
const DECIMAL_EXPONENT_MAX = 4932;
const BINARY_EXPONENT_MAX = 16384;
/** Half of the smallest number there is is 2 to the minus this. */
const BINARY_EXPONENT_MIN = 16446;
const DIGITS = 17;
const TEXT_MAX = 5119;
const ZERO: LongDouble = { mantissa: 0n, exponent: 0 };

const bits = (value: bigint): number => value.toString(2).length;

/** numerator / denominator to the nearest number of 64 bits, ties to even. */
function round(numerator: bigint, denominator: bigint): LongDouble {
  if (numerator === 0n) return ZERO;
  const size = numerator < 0n ? -numerator : numerator;
  let exponent = bits(size) - bits(denominator) - MANTISSA_BITS;
  const scaled = (at: number): bigint => (at < 0 ? (size << BigInt(-at)) / denominator : size / (denominator << BigInt(at)));
  if (bits(scaled(exponent)) > MANTISSA_BITS) exponent++;
  const [top, bottom] = exponent < 0 ? [size << BigInt(-exponent), denominator] : [size, denominator << BigInt(exponent)];
  const mantissa = nearest(top, bottom);
  return { mantissa: numerator < 0n ? -mantissa : mantissa, exponent };
}

/** A quotient of positive numbers to the nearest integer, ties to even. */
function nearest(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  return twice > denominator || (twice === denominator && quotient % 2n === 1n) ? quotient + 1n : quotient;
}

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/** Text as strtold reads it when nothing may be left over; Infinity for an infinite one, null for anything else. */
export function parseLongDouble(text: string): LongDouble | number | null {
  if (text.length > TEXT_MAX) return null;
  const hexadecimal = parseHexadecimal(text);
  if (hexadecimal !== null) return inRange(shift(round(hexadecimal.mantissa, 1n), hexadecimal.exponent));
  const parts = DECIMAL.exec(text);
  if (!parts || parts[2].length + parts[3].length === 0) {
    const value = parseFloatStrict(text);
    return Number.isNaN(value) ? null : value;
  }
  const [, sign, whole, fraction, power] = parts;
  const digits = BigInt(sign + whole + fraction);
  const exponent = Number(power ?? 0) - fraction.length;
  if (digits === 0n) return ZERO;
  if (Math.abs(exponent) > DECIMAL_EXPONENT_MAX + TEXT_MAX) return null;
  return inRange(exponent < 0 ? round(digits, 10n ** BigInt(-exponent)) : round(digits * 10n ** BigInt(exponent), 1n));
}

function shift({ mantissa, exponent }: LongDouble, by: number): LongDouble {
  return mantissa === 0n ? ZERO : { mantissa, exponent: exponent + by };
}

/** Null for what is infinite in 80 bits, and for what is not zero and becomes it. */
function inRange(value: LongDouble): LongDouble | null {
  return overflows(value) || (value.mantissa !== 0n && value.exponent + MANTISSA_BITS <= -BINARY_EXPONENT_MIN) ? null : value;
}

function overflows({ mantissa, exponent }: LongDouble): boolean {
  return mantissa !== 0n && exponent + MANTISSA_BITS > BINARY_EXPONENT_MAX;
}

/** The sum, or null when it is beyond the numbers there are. */
export function add(a: LongDouble, b: LongDouble): LongDouble | null {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.mantissa << BigInt(a.exponent - exponent)) + (b.mantissa << BigInt(b.exponent - exponent));
  const rounded = round(sum, 1n);
  const value = shift(rounded, exponent);
  return overflows(value) ? null : value;
}

/** Without an exponent, with at most 17 digits after the point and no zeros behind them. */
export function formatLongDouble({ mantissa, exponent }: LongDouble): string {
  const size = (mantissa < 0n ? -mantissa : mantissa) * 10n ** BigInt(DIGITS);
  const scaled = exponent < 0 ? nearest(size, 1n << BigInt(-exponent)) : size << BigInt(exponent);
  if (scaled === 0n) return '0';
  const digits = scaled.toString().padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '');
  return `${mantissa < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}${fraction === '' ? '' : `.${fraction}`}`;
}
