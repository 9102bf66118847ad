/**
 * Convolutions in plain JavaScript, for the few small pictures on which the weights of a network are scaled. Only additions
 * and multiplications in a fixed order, so that every machine gets the same bits.
 */

/** Square maps, `values` as [count][size][size][channels]. */
export interface Maps {
  readonly count: number;
  readonly size: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** Width of the kernels that look at neighbours. */
export const KERNEL = 3;

/** TensorFlow's SAME padding of one side length: where the sum is odd, the end gets one more than the beginning. */
export function samePadding(size: number, stride: number): { readonly size: number; readonly begin: number; readonly end: number } {
  const outputs = Math.ceil(size / stride);
  const both = Math.max((outputs - 1) * stride + KERNEL - size, 0);
  return { size: outputs, begin: Math.floor(both / 2), end: Math.ceil(both / 2) };
}

/** @param weights [outputs][channels] */
export function pointwise({ count, size, channels, values }: Maps, weights: Float32Array, outputs: number): Maps {
  const positions = count * size * size;
  const result = new Float64Array(positions * outputs);
  const kernel = Float64Array.from(weights);
  // Two positions and four outputs at a time: eight sums stay in registers, and each value that is read serves several.
  const even = positions - (positions % 2);
  const fours = outputs - (outputs % 4);
  for (let output = 0; output < fours; output += 4) {
    for (let position = 0; position < even; position += 2) {
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
      const a = position * channels, b = a + channels;
      const w0 = output * channels, w1 = w0 + channels, w2 = w1 + channels, w3 = w2 + channels;
      for (let channel = 0; channel < channels; channel++) {
        const first = values[a + channel], second = values[b + channel];
        const k0 = kernel[w0 + channel], k1 = kernel[w1 + channel], k2 = kernel[w2 + channel], k3 = kernel[w3 + channel];
        a0 += first * k0; a1 += first * k1; a2 += first * k2; a3 += first * k3;
        b0 += second * k0; b1 += second * k1; b2 += second * k2; b3 += second * k3;
      }
      const at = position * outputs + output, next = at + outputs;
      result[at] = a0; result[at + 1] = a1; result[at + 2] = a2; result[at + 3] = a3;
      result[next] = b0; result[next + 1] = b1; result[next + 2] = b2; result[next + 3] = b3;
    }
  }
  const dot = (position: number, output: number): void => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) sum += values[position * channels + channel] * kernel[output * channels + channel];
    result[position * outputs + output] = sum;
  };
  for (let output = 0; output < fours; output++) if (even < positions) dot(even, output);
  for (let output = fours; output < outputs; output++) for (let position = 0; position < positions; position++) dot(position, output);
  return { count, size, channels: outputs, values: result };
}

/** Each channel with a kernel of its own. @param weights [channels][KERNEL][KERNEL] */
export function depthwise({ count, size, channels, values }: Maps, weights: Float32Array, stride: number): Maps {
  const padding = samePadding(size, stride);
  const result = new Float64Array(count * padding.size * padding.size * channels);
  const taps = Float64Array.from({ length: weights.length }, (_, index) => weights[(index % channels) * KERNEL * KERNEL + Math.floor(index / channels)]);
  let to = 0;
  for (let map = 0; map < count; map++) {
    for (let y = 0; y < padding.size; y++) {
      for (let x = 0; x < padding.size; x++, to += channels) {
        for (let tap = 0; tap < KERNEL * KERNEL; tap++) {
          const row = y * stride - padding.begin + Math.floor(tap / KERNEL);
          const column = x * stride - padding.begin + (tap % KERNEL);
          if (row < 0 || column < 0 || row >= size || column >= size) continue;
          const from = ((map * size + row) * size + column) * channels;
          for (let channel = 0; channel < channels; channel++) result[to + channel] += values[from + channel] * taps[tap * channels + channel];
        }
      }
    }
  }
  return { count, size: padding.size, channels, values: result };
}

/** Every position's neighbourhood as channels [channel][KERNEL][KERNEL], so that `pointwise` makes a full convolution of it. */
export function neighbourhoods({ count, size, channels, values }: Maps, stride: number): Maps {
  const padding = samePadding(size, stride);
  const taps = KERNEL * KERNEL;
  const result = new Float64Array(count * padding.size * padding.size * channels * taps);
  let to = 0;
  for (let map = 0; map < count; map++) {
    for (let y = 0; y < padding.size; y++) {
      for (let x = 0; x < padding.size; x++) {
        for (let channel = 0; channel < channels; channel++) {
          for (let tap = 0; tap < taps; tap++, to++) {
            const row = y * stride - padding.begin + Math.floor(tap / KERNEL);
            const column = x * stride - padding.begin + (tap % KERNEL);
            const inside = row >= 0 && column >= 0 && row < size && column < size;
            if (inside) result[to] = values[((map * size + row) * size + column) * channels + channel];
          }
        }
      }
    }
  }
  return { count, size: padding.size, channels: channels * taps, values: result };
}
