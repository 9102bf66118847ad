/** What an image's levels from 0 to 255 become before a model sees them. Reports turn the values back into levels. */
import type { Conversion } from './conversion.js';

export type Channels = 'RGB' | 'BGR';
export const SCALES = ['0..1', '-1..1', 'imagenet', 'none'] as const;
export type Scale = (typeof SCALES)[number];

/** Red, green, blue of ImageNet's training set, for values from 0 to 1. */
const IMAGENET_MEANS = [0.485, 0.456, 0.406];
const IMAGENET_DEVIATIONS = [0.229, 0.224, 0.225];

/** value = level * multiply[c] + add[c], in the order of the stored channels; null for the levels themselves. */
export function affineOf({ scale, channels }: { readonly scale: Scale; readonly channels: Channels }): Pick<Conversion, 'multiply' | 'add'> | null {
  const three = (of: (colour: number) => number): number[] => (channels === 'RGB' ? [0, 1, 2] : [2, 1, 0]).map(of);
  switch (scale) {
    case '0..1': return { multiply: three(() => 1 / 255), add: three(() => 0) };
    case '-1..1': return { multiply: three(() => 1 / 127.5), add: three(() => -1) };
    case 'imagenet': return {
      multiply: three((colour) => 1 / (255 * IMAGENET_DEVIATIONS[colour])), add: three((colour) => -IMAGENET_MEANS[colour] / IMAGENET_DEVIATIONS[colour]),
    };
    case 'none': return null;
  }
}
