/** Numbers as the 16 bits of an IEEE 754 binary16. */

const words = new Float32Array(1);
const bits = new Uint32Array(words.buffer);

/** Rounds to the nearest, a tie to the even one; what is too large becomes infinite. */
export function float16Bits(value: number): number {
  words[0] = value;
  const word = bits[0];
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 127;
  const fraction = word & 0x7fffff;
  if (exponent === 128) return sign | (fraction === 0 ? 0x7c00 : 0x7e00);
  if (exponent > 15) return sign | 0x7c00;
  if (exponent < -25) return sign;
  // Below 2^-14 the leading one is written out and the rest is shifted.
  const [kept, dropped] = exponent >= -14 ? [((exponent + 15) << 23) | fraction, 13] : [fraction | 0x800000, 13 + (-14 - exponent)];
  const half = kept >>> dropped;
  const rest = kept & ((1 << dropped) - 1);
  const tie = 1 << (dropped - 1);
  // A carry into the exponent is what rounding up to the next power of two, or to infinity, means.
  return sign | (half + (rest > tie || (rest === tie && (half & 1) === 1) ? 1 : 0));
}
