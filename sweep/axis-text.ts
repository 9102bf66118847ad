/** Axes as the command line has them: `clients=1,10,20`, `rate=1000..5000:1000`, `duration=500ms,5s`. */
import { parseDuration } from '../core/duration.js';
import { InferplayError } from '../core/errors.js';
import { AXES, RUNS_MAX, type Axis, type AxisName } from '../core/sweep.js';

const FORM = 'write for example clients=1,10,20 or clients=10..50:10 (from..to:step)';
/** Steps of 0.1 add up to 0.30000000000000004: an axis has no use for more digits than these. */
const DIGITS = 12;

/** @throws InferplayError USAGE */
export function parseAxis(text: string): Axis {
  const [, flag = '', list = ''] = /^([^=]+)=(.*)$/.exec(text.trim()) ?? [];
  if (flag === '') throw wrong(text, FORM);
  const name = (Object.keys(AXES) as AxisName[]).find((one) => AXES[one].flag === flag.trim());
  if (name === undefined) throw wrong(text, `"${flag.trim().slice(0, 40)}" cannot be swept; these can: ${Object.values(AXES).map((axis) => axis.flag).join(', ')}`);
  return { name, values: list.split(',').flatMap((part) => valuesOf(name, part.trim(), text)) };
}

function valuesOf(name: AxisName, part: string, text: string): number[] {
  const range = /^(.+?)\.\.(.+?)(?::(.+))?$/.exec(part);
  if (range === null) return [numberOf(name, part, text)];
  const [from, to] = [numberOf(name, range[1], text), numberOf(name, range[2], text)];
  const step = range[3] === undefined ? null : numberOf(name, range[3], text);
  if (step === null && !['count', 'ms'].includes(AXES[name].kind)) throw wrong(text, `the range "${part}" needs a step, from..to:step`);
  if (to < from || step === 0) throw wrong(text, `the range "${part}" does not go upwards`);
  const count = Math.floor((to - from) / (step ?? 1) + 1e-9) + 1;
  if (count > RUNS_MAX) throw wrong(text, `the range "${part}" has ${count} values, more than ${RUNS_MAX}`);
  return Array.from({ length: count }, (_, index) => Number((from + index * (step ?? 1)).toPrecision(DIGITS)));
}

function numberOf(name: AxisName, part: string, text: string): number {
  if (AXES[name].kind === 'time') return parseDuration(part, `--sweep ${text.slice(0, 80)}`);
  const value = part === '' ? NaN : Number(AXES[name].kind === 'ms' ? part.replace(/ms$/, '') : part);
  if (!Number.isFinite(value)) throw wrong(text, part === '' ? FORM : `"${part.slice(0, 40)}" is not a number`);
  return value;
}

function wrong(text: string, why: string): InferplayError {
  return new InferplayError('USAGE', `--sweep ${text.slice(0, 80)}: ${why}.`);
}
