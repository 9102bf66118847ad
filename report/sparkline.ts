/** A series as one line of blocks, from zero to its maximum. */

const BLOCKS = '▁▂▃▄▅▆▇█';
/** Wider than this a block no longer helps to see. */
const STRETCH_MAX = 4;

/**
 * @param values not negative; null for a point without a value, drawn as a dot
 * @param fold how points share a block where there are more points than room: the mean of rates, the maximum of latencies
 */
export function sparkline(values: readonly (number | null)[], width: number, fold: 'mean' | 'max'): string {
  if (values.length === 0 || width < 1) return '';
  const folded = values.length > width ? foldTo(values, width, fold) : values;
  const highest = folded.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  const stretch = Math.max(1, Math.min(STRETCH_MAX, Math.floor(width / folded.length)));
  return folded.map((value) => block(value, highest).repeat(stretch)).join('');
}

function block(value: number | null, highest: number): string {
  if (value === null) return '·';
  const level = highest > 0 ? Math.round((value / highest) * (BLOCKS.length - 1)) : 0;
  return BLOCKS[level];
}

function foldTo(values: readonly (number | null)[], width: number, fold: 'mean' | 'max'): (number | null)[] {
  return Array.from({ length: width }, (_, at) => {
    const from = Math.floor((at * values.length) / width);
    const group = values.slice(from, Math.floor(((at + 1) * values.length) / width)).filter((value) => value !== null);
    if (group.length === 0) return null;
    return fold === 'max' ? Math.max(...group) : group.reduce((sum, value) => sum + value, 0) / group.length;
  });
}
