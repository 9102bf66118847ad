/**
 * `npm run bench [-- generate|load|replay|replay-vision|serve …] [--smoke]`: our speed against the peers', side by side in one run.
 * Each benchmark prints rows of a name, a value and the target it is held to; ratios are medians of interleaved rounds.
 */
import type { BenchRow, Size } from './row.js';

const BENCHES: { readonly [name: string]: () => Promise<(size: Size) => Promise<BenchRow[]>> } = {
  generate: async () => (await import('./generate.js')).benchGenerate,
  load: async () => (await import('./load.js')).benchLoad,
  replay: async () => (await import('./replay.js')).benchReplay,
  'replay-vision': async () => (await import('./replay-vision.js')).benchReplayVision,
  serve: async () => (await import('./serve.js')).benchServe,
};

const args = process.argv.slice(2);
const size: Size = args.includes('--smoke') ? 'smoke' : 'full';
const wanted = args.filter((arg) => !arg.startsWith('--'));
for (const name of wanted.length > 0 ? wanted : Object.keys(BENCHES)) {
  if (!Object.hasOwn(BENCHES, name)) {
    console.error(`There is no benchmark "${name}"; there are ${Object.keys(BENCHES).join(', ')}.`);
    process.exit(2);
  }
  console.log(`\n${name} (${size})`);
  const bench = await BENCHES[name]();
  for (const row of await bench(size)) console.log(describe(row));
}

function describe({ name, value, unit, target }: BenchRow): string {
  const met = target === undefined ? '' : `   target ${target.atMost !== undefined ? `at most ${target.atMost}` : `at least ${target.atLeast}`}: ${meets(value, target) ? 'met' : 'MISSED'}`;
  return `  ${name.padEnd(62)} ${value.toLocaleString('en-US', { maximumSignificantDigits: 4 }).padStart(12)} ${unit.padEnd(8)}${met}`;
}

function meets(value: number, target: NonNullable<BenchRow['target']>): boolean {
  return value <= (target.atMost ?? Infinity) && value >= (target.atLeast ?? -Infinity);
}
