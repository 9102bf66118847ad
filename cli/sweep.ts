/** `replay --sweep`: the options, what is said on stderr while it runs, and the tables at its end. */
import type { Command } from 'commander';
import { formatDuration } from '../core/duration.js';
import { InferplayError } from '../core/errors.js';
import { counted } from '../core/quantity.js';
import { pointText, type AxisName } from '../core/sweep.js';
import { decidingCodes } from '../core/verdict.js';
import { LOAD_OPTIONS } from '../load/options.js';
import type { ReplayOptions } from '../replay/plan.js';
import type { SweepEvent } from '../sweep/sweep.js';
import { duration, integer } from './options.js';
import { progressLine } from './progress.js';
import { commandLine, dim, hasColor, note, print, widthOf } from './terminal.js';

export interface SweepGiven {
  sweep?: string[];
  repeat?: number;
  cooldown?: number;
  device?: string;
  modelForm?: string;
  out?: string;
  save: boolean;
  json?: boolean;
}

export function addSweepOptions(command: Command): void {
  command
    .option('--sweep <AXIS=VALUES>', 'measure every combination: clients=1,10,20 or clients=10..50:10; also threads, rate, requests, duration, tensor-batch, server-batch, min-batch-size, min-batch-timeout', (text: string, before: string[] = []) => [...before, text])
    .option('--repeat <N>', 'measure every point so often, in shuffled order (default: 3 with --sweep)', integer(1))
    .option('--cooldown <TIME>', 'pause between the runs of a sweep', duration)
    .option('--device <TEXT>', `where a sweep of server-batch stores the models (default: ${LOAD_OPTIONS.device.default})`)
    .option('--model-form <NAME>', `command by which it does so: ${LOAD_OPTIONS.modelForm.choices.join(' or ')} (default: ${LOAD_OPTIONS.modelForm.default})`);
}

/** @throws InferplayError USAGE for options that mean nothing without a sweep */
export function isSweep({ sweep, repeat, cooldown, device, modelForm }: SweepGiven): boolean {
  if (sweep !== undefined || repeat !== undefined) return true;
  const idle = Object.entries({ '--cooldown': cooldown, '--device': device, '--model-form': modelForm }).find(([, value]) => value !== undefined);
  if (idle !== undefined) throw new InferplayError('USAGE', `${idle[0]} is for a sweep: add --sweep or --repeat, or leave it out.`);
  return false;
}

/** Runs what is left of the sweep, prints its tables, and fails with INVALID where a run is. */
export async function runSweep(path: string, given: SweepGiven, replaying: ReplayOptions, signal: AbortSignal): Promise<void> {
  const { json, save, out, repeat, cooldown: cooldownMs, device, modelForm } = given;
  if (!save) throw new InferplayError('USAGE', 'A sweep goes on where it stopped by the results in its folder: leave out --no-save.');
  const { sweep } = await import('../sweep/sweep.js');
  const { parseAxis } = await import('../sweep/axis-text.js');
  const { replay } = await import('../replay/replay.js');
  const { inspectServer, planReplay } = await import('../replay/prepare.js');
  const { load } = await import('../load/load.js');
  const { sweepText } = await import('../report/sweep-text.js');
  const axes: { [name in AxisName]?: readonly number[] } = {};
  for (const text of given.sweep ?? []) {
    const { name, values } = parseAxis(text);
    if (axes[name] !== undefined) throw new InferplayError('USAGE', `--sweep ${text.slice(0, 80)}: that axis is there already; put all its values into one --sweep.`);
    axes[name] = values;
  }
  const line = progressLine('replaying');
  const options = { replay: replaying, axes, repeat, cooldownMs, out, device, modelForm };
  const onEvent = (event: SweepEvent): void => {
    line.end();
    for (const text of linesOf(event)) note(text);
  };
  const summary = await sweep(path, options, { replay, load, planReplay, inspectServer }, { signal, onEvent, onProgress: line.update }).finally(line.end);
  print(json ? JSON.stringify(summary, null, 2) : sweepText(summary, { color: hasColor(), width: widthOf() }));
  if (!json) print(dim(`sweep: ${summary.folder}   again: ${commandLine('report', summary.folder)}`));
  const { invalid } = summary.runs;
  if (invalid > 0) throw new InferplayError('INVALID', `${counted(invalid, 'run is', 'runs are')} INVALID; the reasons are above. To measure one again remove its folder and repeat the command.`);
}

/** What is said of an event on stderr. */
export function linesOf(event: SweepEvent): string[] {
  switch (event.kind) {
    case 'plan': {
      const { points, runs, done, leftMs, folder, warnings } = event;
      const left = done === 0 ? '' : `, ${done === runs ? 'all' : done} of them done already`;
      const time = done === runs ? '' : leftMs === null ? '; how long that takes depends on the server' : `; about ${formatDuration(leftMs)} to go`;
      return [`sweep: ${counted(points, 'point')}, ${counted(runs, 'run')}${left}${time}; results go to ${folder}`, ...warnings.map((text) => `sweep: ${text}`)];
    }
    case 'store': {
      const { batchSize, minBatchSize, minBatchTimeoutMs } = event;
      if (batchSize === 0) return ['storing the models again without batching'];
      const wait = minBatchTimeoutMs > 0 ? ` unless ${minBatchTimeoutMs} ms have passed` : '';
      return [`storing the models again with batches of at most ${batchSize}${minBatchSize > 0 ? `, and at least ${minBatchSize}${wait}` : ''}`];
    }
    case 'run': {
      const { run, runs, leftMs } = event;
      return [`run ${run.run} of ${runs}: ${pointText(run.point)} (repetition ${run.repetition}${leftMs === null ? '' : `; ${formatDuration(leftMs)} left`}) …`];
    }
    case 'done':
      return event.verdict.code === 'VALID' ? [] : [`run ${event.run.run} is ${event.verdict.code}: ${decidingCodes(event.verdict).join(', ')}`];
  }
}
