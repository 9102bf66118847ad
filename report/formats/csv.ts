import { PERCENTILES, type PercentileName, type Result } from '../../core/result.js';
import { AXES, type AxisName } from '../../core/sweep.js';
import type { DoneRun } from '../../core/sweep-folder.js';
import type { Format, SweepContent } from '../format.js';

/** One line a run, the most asked-for numbers of it: the lines of many runs make a table. */
export const csv: Format = {
  name: 'csv',
  summary: 'a header and one line a run, for spreadsheets',
  render: (result) => table([fieldsOf(result)]),
  renderSweep: (sweep) => table(sweep.runs.map((run) => [...axisFields(sweep, run), ...fieldsOf(run.result)])),
};

type Field = readonly [string, string | number | null];

function table(lines: readonly (readonly Field[])[]): string {
  return [(lines[0] ?? []).map(([name]) => name), ...lines.map((fields) => fields.map(([, value]) => quoted(value)))].map((line) => line.join(',')).join('\n');
}

/** These axes are fields of every run. */
const FIELDS_TOO: readonly AxisName[] = ['clients', 'threads', 'tensorBatch'];

/** Where the run is in the grid. */
function axisFields({ summary }: SweepContent, { run: { run, repetition, point } }: DoneRun): Field[] {
  const own = summary.definition.axes.filter(({ name }) => !FIELDS_TOO.includes(name));
  return [['run', run], ['repetition', repetition], ...own.map(({ name }): Field => [AXES[name].flag.replaceAll('-', '_') + (/Ms$/.test(name) ? '_ms' : ''), point[name] ?? null])];
}

function fieldsOf({ plan, dataset, platform, verdict, recording, serverStatistics }: Result): Field[] {
  const { requests, ratesPerSecond: rates, latency } = recording;
  const names = Object.keys(PERCENTILES) as PercentileName[];
  const times = (['response', 'service', 'lateness'] as const).flatMap((kind) =>
    names.map((name): Field => [`${kind}_${name.replace('.', '_')}_ms`, latency[kind].percentiles[name].ms]),
  );
  return [
    ['started_at', recording.startedAt],
    ['verdict', verdict.code],
    ['reasons', verdict.reasons.map(({ code }) => code).join(' ')],
    ['dataset', dataset.path],
    ['target', plan.target],
    ['arrivals', plan.arrivals.kind],
    ['clients', plan.clients],
    ['threads', plan.threads],
    ['elapsed_s', recording.elapsedSeconds],
    ['due', requests.due],
    ['sent', requests.sent],
    ['ok', requests.ok],
    ['failed', requests.failed],
    ['wrong', requests.wrongAnswers],
    ['asked_per_s', rates.asked],
    ['achieved_per_s', rates.achieved],
    ['goodput_per_s', rates.goodput],
    ...times,
    ['cpu_us_per_request', recording.cpu.microsecondsPerRequest],
    ['hostname', platform.hostname],
    ['inferplay', platform.inferplay],
    ['tensor_batch', plan.tensorBatch],
    ['rows_ok_per_s', recording.rows.okPerSecond],
    ['server_samples_per_run', serverStatistics?.samplesPerRun ?? null],
    ['server_us_per_call', serverStatistics?.microsecondsPerCall ?? null],
    ['short_requests', recording.rows.shortRequests],
    ['short_rows', recording.rows.shortRows],
    ['server_calls', serverStatistics?.calls ?? null],
    ['server_errors', serverStatistics?.errors ?? null],
    ['server_runs', serverStatistics?.runs ?? null],
  ];
}

function quoted(value: string | number | null): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
