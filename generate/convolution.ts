/**
 * Convolutions in plain JavaScript, for the small pictures on which a network's random weights are scaled. They add and multiply in a fixed
 * order and do nothing else, so that every machine gets the same bits.
 */

/** Square maps; `values` are [count][size][size][channels]. */
export interface Maps {
  readonly count: number;
  readonly size: number;
  readonly channels: number;
  readonly values: Float64Array;
}

/** Side length of the kernels that look at neighbours. */
export const KERNEL = 3;
export const TAPS = KERNEL * KERNEL;

/** TensorFlow's SAME padding along one side of a map of `size`: where it is odd, the end gets one more than the beginning. */
export function samePadding(size: number, stride: number): { readonly size: number; readonly begin: number; readonly end: number } {
  const outputs = Math.ceil(size / stride);
  const both = Math.max((outputs - 1) * stride + KERNEL - size, 0);
  return { size: outputs, begin: Math.floor(both / 2), end: Math.ceil(both / 2) };
}

/** @param weights [outputs][channels] */
export function pointwise({ count, size, channels, values }: Maps, weights: Float32Array, outputs: number): Maps {
  const positions = count * size * size;
  const result = new Float64Array(positions * outputs);
  const panel = new Float64Array(4 * channels);
  // Four outputs of two positions at a time: eight sums stay in registers, and each value that is read serves several of them.
  // Where fewer are left, the last one is computed again and again.
  for (let output = 0; output < outputs; output += 4) {
    const o1 = Math.min(output + 1, outputs - 1), o2 = Math.min(output + 2, outputs - 1), o3 = Math.min(output + 3, outputs - 1);
    for (let channel = 0; channel < channels; channel++) {
      panel[4 * channel] = weights[output * channels + channel];
      panel[4 * channel + 1] = weights[o1 * channels + channel];
      panel[4 * channel + 2] = weights[o2 * channels + channel];
      panel[4 * channel + 3] = weights[o3 * channels + channel];
    }
    for (let position = 0; position < positions; position += 2) {
      const next = Math.min(position + 1, positions - 1);
      let a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
      for (let k = 0, a = position * channels, b = next * channels; k < panel.length; k += 4, a++, b++) {
        const first = values[a], second = values[b];
        const k0 = panel[k], k1 = panel[k + 1], k2 = panel[k + 2], k3 = panel[k + 3];
        a0 += first * k0; a1 += first * k1; a2 += first * k2; a3 += first * k3;
        b0 += second * k0; b1 += second * k1; b2 += second * k2; b3 += second * k3;
      }
      const a = position * outputs, b = next * outputs;
      result[a + output] = a0; result[a + o1] = a1; result[a + o2] = a2; result[a + o3] = a3;
      result[b + output] = b0; result[b + o1] = b1; result[b + o2] = b2; result[b + o3] = b3;
    }
  }
  return { count, size, channels: outputs, values: result };
}

/**
 * Each channel with a kernel of its own; zeros around the maps.
 * @param weights [channels][KERNEL][KERNEL]
 */
export function depthwise(maps: Maps, weights: Float32Array, stride: number): Maps {
  const { count, channels, values } = maps;
  const { size } = samePadding(maps.size, stride);
  const result = new Float64Array(count * size * size * channels);
  forEachTap(maps, stride, (to, from, tap) => {
    for (let channel = 0; channel < channels; channel++) result[to * channels + channel] += values[from * channels + channel] * weights[channel * TAPS + tap];
  });
  return { count, size, channels, values: result };
}

/** Each position's neighbourhood as channels [channels][KERNEL][KERNEL]: `pointwise` makes a full convolution of it. Zeros around the maps. */
export function neighbourhoods(maps: Maps, stride: number): Maps {
  const { count, channels, values } = maps;
  const { size } = samePadding(maps.size, stride);
  const result = new Float64Array(count * size * size * channels * TAPS);
  forEachTap(maps, stride, (to, from, tap) => {
    for (let channel = 0; channel < channels; channel++) result[(to * channels + channel) * TAPS + tap] = values[from * channels + channel];
  });
  return { count, size, channels: channels * TAPS, values: result };
}

/** Calls `visit` for every tap of every output's kernel that lies inside the map; positions count through all maps. */
function forEachTap({ count, size }: Maps, stride: number, visit: (to: number, from: number, tap: number) => void): void {
  const padding = samePadding(size, stride);
  for (let to = 0; to < count * padding.size * padding.size; to++) {
    const x = to % padding.size;
    const y = Math.floor(to / padding.size) % padding.size;
    const map = Math.floor(to / padding.size / padding.size);
    for (let tap = 0; tap < TAPS; tap++) {
      const row = y * stride - padding.begin + Math.floor(tap / KERNEL);
      const column = x * stride - padding.begin + (tap % KERNEL);
      if (row >= 0 && row < size && column >= 0 && column < size) visit(to, (map * size + row) * size + column, tap);
    }
  }
}

/** The mean of each map's channel, as a map of one position. */
export function average({ count, size, channels, values }: Maps): Maps {
  const positions = size * size;
  const result = new Float64Array(count * channels);
  for (let position = 0; position < count * positions; position++) {
    const to = Math.floor(position / positions) * channels;
    for (let channel = 0; channel < channels; channel++) result[to + channel] += values[position * channels + channel] / positions;
  }
  return { count, size: 1, channels, values: result };
}
