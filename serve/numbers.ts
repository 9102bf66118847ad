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
/** Characters of the longest 64-bit integer. */
export const INTEGER_TEXT_MAX = 20;

/** Text as a 64-bit integer in Redis's strict notation, or null. */
export function parseInteger(text: string): bigint | null {
  if (text.length > INTEGER_TEXT_MAX || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) return null;
  const value = BigInt(text);
  return value > INT64_MAX || value < INT64_MIN ? null : value;
}

const DECIMAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]{1,15}))?$/;

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
  const { mantissa, exponent } = parseHexadecimal(text) ?? { mantissa: null, exponent: 0 };
  if (mantissa === null) return NaN;
  if (mantissa === 0n) return text[0] === '-' ? -0 : 0;
  // In two steps, for each half of the power is a number where the whole is not.
  const half = Math.trunc(exponent / 2);
  const value = Number(mantissa) * 2 ** half * 2 ** (exponent - half);
  return Number.isFinite(value) && value !== 0 ? value : NaN;
}

/** Of longer mantissas only so many bits are looked at, and whether anything is set behind them. */
const HEXADECIMAL_BITS_MAX = 80;

/** `0x1.8p3` as mantissa × 2^exponent, which rounds as the text does; null when it is none. */
export function parseHexadecimal(text: string): { mantissa: bigint; exponent: number } | null {
  const [matched, sign, whole, fraction, power = '0'] = HEXADECIMAL.exec(text) ?? [];
  if (matched === undefined || whole.length + fraction.length === 0) return null;
  const digits = BigInt(`0x${whole}${fraction}`);
  const surplus = BigInt(Math.max(0, digits.toString(16).length * 4 - HEXADECIMAL_BITS_MAX));
  const top = digits >> surplus;
  const size = top << surplus === digits ? top : top | 1n;
  return { mantissa: sign === '-' ? -size : size, exponent: Number(power) - 4 * fraction.length + Number(surplus) };
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
  const [mantissa, exponentText] = seventeenDigits(value).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 17) {
    const size = Math.abs(exponent);
    return `${trimZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${size < 10 ? '0' : ''}${size}`;
  }
  const sign = mantissa[0] === '-' ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return trimZeros(`${sign}0.${'0'.repeat(-exponent - 1)}${digits}`);
  return trimZeros(`${sign}${digits.slice(0, exponent + 1)}${exponent < 16 ? '.' : ''}${digits.slice(exponent + 1)}`);
}

/** A number with more binary places than this lies never just between two numbers of seventeen digits. */
const TIE_SCALE = 2 ** 25;

/** As toExponential writes it, save that printf rounds what lies just between two numbers to the even one, and toExponential up. */
function seventeenDigits(value: number): string {
  const text = value.toExponential(16);
  if (!Number.isInteger(value * TIE_SCALE) || !/^50*e/.test(value.toExponential(50).slice(value < 0 ? 19 : 18))) return text;
  const [mantissa, exponent] = text.split('e');
  const last = mantissa.charCodeAt(mantissa.length - 1) - 48;
  return last % 2 === 0 ? text : `${mantissa.slice(0, -1)}${last - 1}e${exponent}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
