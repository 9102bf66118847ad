/**
 * Decimal numbers from bytes, as `Number()` reads them, without making a text of each.
 *
 * Up to 18 significant digits are gathered in two small integers. Where they make a whole number up to 2^53 and there are at most 22
 * decimals, one division by an exact power of ten is rounded correctly, and the result is Number's. Kaggle's file often has
 * more digits than that. Then the quotient is off by at most three roundings, which cannot matter where both ends of a wider interval
 * narrow to the same float32; in the rare other case, and wherever a double is wanted, Number() itself decides.
 */

const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Three roundings are at most 3 * 2^-53 in all, and two more happen in the comparison. */
const MARGIN = 2 ** -50;
const EXACT_MAX = 2 ** 53;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** A longer field is not a number that anybody wrote. */
const TEXT_BYTES_MAX = 1024;

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const COMMA = 0x2c;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** The number that a text writes in decimal, blanks around it ignored; NaN for anything else, `nan`, `inf` and hexadecimal included. */
export function decimal(text: string): number {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return NaN;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : NaN;
}

/**
 * Reads the number at `at` into `values[slot]` and answers the offset of the byte after it, or -1 where there is no decimal number that
 * ends before a comma, a quote or a line's end. The bytes must hold a line feed at or after `at`.
 * @param exact a double is wanted; else the value is one that narrows to the same float32 as Number's does
 */
export function parseDecimal(bytes: Buffer, at: number, values: Float64Array, slot: number, exact: boolean): number {
  const start = at;
  let byte = bytes[at];
  const negative = byte === MINUS;
  if (negative || byte === PLUS) byte = bytes[++at];
  const first = at;
  let high = 0;
  let low = 0;
  let digits = 0;
  let point = -1;
  for (;;) {
    const digit = byte - 0x30;
    if (digit >>> 0 <= 9) {
      if (digits < 9) high = (Math.imul(high, 10) + digit) | 0;
      else if (digits < 18) low = (Math.imul(low, 10) + digit) | 0;
      if (digits !== 0 || digit !== 0) digits += 1;
    } else if (byte === POINT && point < 0) {
      point = at;
    } else {
      break;
    }
    byte = bytes[++at];
  }
  const decimals = point < 0 ? 0 : at - point - 1;
  const length = at - first - (point < 0 ? 0 : 1);
  const ended = byte === COMMA || byte === LINE_FEED || byte === 0x0d || byte === QUOTE;
  if (!ended || length === 0 || digits > 18 || decimals > 22) return parseSlowly(bytes, start, values, slot);
  const mantissa = digits <= 9 ? high : high * POWERS[digits - 9] + low;
  const value = mantissa / POWERS[decimals];
  if (mantissa > EXACT_MAX && (exact || Math.fround(value * (1 - MARGIN)) !== Math.fround(value * (1 + MARGIN)))) {
    return parseSlowly(bytes, start, values, slot);
  }
  values[slot] = negative ? -value : value;
  return at;
}

/** Exponents, blanks, very long numbers, and whatever is wrong. */
function parseSlowly(bytes: Buffer, start: number, values: Float64Array, slot: number): number {
  let end = start;
  while (bytes[end] !== COMMA && bytes[end] !== LINE_FEED && bytes[end] !== QUOTE) end += 1;
  if (end > start && bytes[end] === LINE_FEED && bytes[end - 1] === 0x0d) end -= 1;
  if (end - start > TEXT_BYTES_MAX) return -1;
  const value = decimal(bytes.toString('latin1', start, end));
  if (Number.isNaN(value)) return -1;
  values[slot] = value;
  return end;
}
