/**
 * Decimal numbers from bytes, as `Number()` reads them, without making a text of each.
 *
 * Up to 19 digits are gathered as a whole number in a double, those after the point four at a time, and divided by a power of ten.
 * Below 2^53 the whole number is exact, and so is the power, so that the division is the only rounding and the result is Number()'s.
 * Above 2^53 the result is off by a few roundings. That does not matter where both ends of a wider interval around it narrow to the
 * same float32. In the rare other case, and wherever a double is wanted, Number() itself decides.
 */

const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Sixteen roundings of 2^-53: beyond 2^53 at most four digits are added with two each, then there is a division, and the comparison. */
const MARGIN = 2 ** -49;
/** Below it whole numbers were added up without rounding. */
const EXACT_LIMIT = 2 ** 53;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** A longer field is not a number that anybody wrote. Blanks around it count. */
export const FIELD_BYTES_MAX = 1024;

/** More digits than any program writes for a double; a mantissa below 10^19 is off by few roundings. */
const DIGITS_MAX = 19;

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const COMMA = 0x2c;
const QUOTE = 0x22;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The number that a text writes in decimal, blanks around it ignored; NaN for anything else, `nan`, `inf` and hexadecimal included. */
export function decimal(text: string): number {
  const trimmed = text.trim();
  if (!DECIMAL.test(trimmed)) return NaN;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : NaN;
}

/** Bytes after the last line feed that may be looked at, though never used. */
export const SLACK_BYTES = 4;

/**
 * Reads the number at `at` into `values[slot]` and answers the offset of the byte after it, or -1 where there is no decimal number that
 * ends before a comma, a quote or a line's end. The bytes must hold a line feed at or after `at`, and SLACK_BYTES after it.
 * @param view of the same bytes
 * @param exact a double is wanted; else the value is one that narrows to the same float32 as Number's does
 */
export function parseDecimal(bytes: Buffer, view: DataView, at: number, values: Float64Array, slot: number, exact: boolean): number {
  const start = at;
  let byte = bytes[at];
  const negative = byte === MINUS;
  if (negative || byte === PLUS) byte = bytes[++at];
  const first = at;
  let whole = 0;
  while ((byte - ZERO) >>> 0 <= 9) {
    whole = whole * 10 + (byte - ZERO);
    byte = bytes[++at];
  }
  let digits = at - first;
  let mantissa = whole;
  let decimals = 0;
  if (byte === POINT) {
    const point = at++;
    for (let four = view.getInt32(at, true); isFourDigits(four); four = view.getInt32(at, true)) {
      // First neighbouring digits become two numbers up to 99, then these become one.
      const pairs = (Math.imul(four & 0x0f0f0f0f, 2561) >>> 8) & 0x00ff00ff;
      mantissa = mantissa * 10_000 + (Math.imul(pairs, 6_553_601) >>> 16);
      at += 4;
    }
    let rest = 0;
    const restAt = at;
    byte = bytes[at];
    while ((byte - ZERO) >>> 0 <= 9) {
      rest = rest * 10 + (byte - ZERO);
      byte = bytes[++at];
    }
    mantissa = mantissa * POWERS[at - restAt] + rest;
    decimals = at - point - 1;
    digits += decimals;
  }
  const ended = byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === QUOTE;
  if (!ended || digits === 0 || digits > DIGITS_MAX) return parseSlowly(bytes, start, values, slot);
  const value = mantissa / POWERS[decimals];
  if (mantissa >= EXACT_LIMIT && (exact || Math.fround(value * (1 - MARGIN)) !== Math.fround(value * (1 + MARGIN)))) {
    return parseSlowly(bytes, start, values, slot);
  }
  values[slot] = negative ? -value : value;
  return at;
}

/** Whether all four bytes are 0x30 to 0x39: their upper halves are 3, and still are when 6 is added. */
function isFourDigits(four: number): boolean {
  return ((four & 0xf0f0f0f0) | (((four + 0x06060606) & 0xf0f0f0f0) >>> 4)) === 0x33333333;
}

/** Exponents, blanks, very long numbers, and whatever is wrong. */
function parseSlowly(bytes: Buffer, start: number, values: Float64Array, slot: number): number {
  let end = start;
  while (bytes[end] !== COMMA && bytes[end] !== LINE_FEED && bytes[end] !== QUOTE) end += 1;
  if (end > start && bytes[end] === LINE_FEED && bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
  if (end - start > FIELD_BYTES_MAX) return -1;
  const value = decimal(bytes.toString('latin1', start, end));
  if (Number.isNaN(value)) return -1;
  values[slot] = value;
  return end;
}
