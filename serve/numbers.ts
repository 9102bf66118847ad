/** Numbers in text, exactly as Redis reads and writes them. */

/**
 * Bytes as an integer in the strict notation of Redis: digits, an optional minus, no plus, no leading zeros.
 * @returns NaN when they are none; exact up to 2^53, beyond that only an approximation
 */
export function integerAt(bytes: Uint8Array, at: number, end: number): number {
  const negative = at < end && bytes[at] === 45;
  if (negative) at++;
  const digits = end - at;
  if (digits === 0 || digits > 19) return NaN;
  if (bytes[at] === 48) return digits === 1 && !negative ? 0 : NaN;
  let value = 0;
  for (; at < end; at++) {
    const digit = bytes[at] - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

export const INT64_MAX = 2n ** 63n - 1n;
export const INT64_MIN = -(2n ** 63n);

/** Text as a 64-bit integer in Redis's strict notation, or null. */
export function parseInteger(text: string): bigint | null {
  if (text.length > 20 || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) return null;
  const value = BigInt(text);
  return value > INT64_MAX || value < INT64_MIN ? null : value;
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
/** More would not fit a double before its exponent is applied. */
const HEXADECIMAL_DIGITS_MAX = 240;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]+))?$/;

/**
 * Text as strtod reads it when nothing may be left over and no blank may lead: decimal, hexadecimal, inf and infinity.
 * @returns NaN for anything else, for `nan`, and for what overflows or underflows a double
 */
export function parseFloatStrict(text: string): number {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    const lost = value === Infinity || value === -Infinity || (value === 0 && /[1-9]/.test(text.split(/[eE]/, 1)[0]));
    return lost ? NaN : value;
  }
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text[0] === '-' ? -Infinity : Infinity;
  const hex = HEXADECIMAL.exec(text);
  if (!hex || hex[2].length + hex[3].length === 0 || hex[2].length + hex[3].length > HEXADECIMAL_DIGITS_MAX) return NaN;
  const mantissa = Number(BigInt('0x' + hex[2] + hex[3]));
  if (mantissa === 0) return hex[1] === '-' ? -0 : 0;
  const value = mantissa * 2 ** (Number(hex[4] ?? 0) - 4 * hex[3].length);
  if (!Number.isFinite(value) || value === 0) return NaN;
  return hex[1] === '-' ? -value : value;
}

/**
 * Text as a 64-bit integer as the options of AI.MODELSTORE take it: in Redis's strict notation, or as a float without a fraction.
 * @returns NaN when it is none; rounded beyond 2^53
 */
export function parseLooseInteger(text: string): number {
  const strict = parseInteger(text);
  if (strict !== null) return Number(strict);
  const value = parseFloatStrict(text);
  return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63 ? value + 0 : NaN;
}

/** A double as printf("%.17g") writes it. @param negativeNaN the sign bit of a NaN, which printf shows */
export function formatDouble(value: number, negativeNaN = false): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return Object.is(value, -0) ? '-0' : String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? (negativeNaN ? '-nan' : 'nan') : value > 0 ? 'inf' : '-inf';
  const [mantissa, exponentText] = value.toExponential(16).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 17) {
    const size = Math.abs(exponent);
    return `${trimZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
  }
  const sign = mantissa[0] === '-' ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return trimZeros(`${sign}0.${'0'.repeat(-exponent - 1)}${digits}`);
  return trimZeros(`${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
