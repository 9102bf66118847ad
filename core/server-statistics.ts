/**
 * What a server counts about a model, and what that says of a run: counters run on from whenever the server began, so only their
 * differences are used, and they are never reset.
 */
export interface ServerCounters {
  /** Inferences that were asked for, those that failed included. */
  readonly calls: number;
  /** Rows that they carried. */
  readonly samples: number;
  readonly errors: number;
  /** Time in the model, added up over the calls: calls that share a run each count the whole of it. */
  readonly durationUs: number;
  /** How often the model really ran; null where the server does not tell. */
  readonly runs: number | null;
}

/** Since when was counted: before the first request of a run without warm-up, or when the measured window opened. */
export type CountedSince = 'start' | 'window';

export interface ServerStatistics extends ServerCounters {
  readonly since: CountedSince;
  /** Of calls that did not fail; null where there were none. */
  readonly samplesPerCall: number | null;
  readonly microsecondsPerCall: number | null;
  /** How large the server's batches were; null where the number of runs is not known. */
  readonly samplesPerRun: number | null;
}

/** @returns null where counters went backwards: they were reset meanwhile, or the model was stored anew */
export function statisticsBetween(before: ServerCounters, after: ServerCounters, since: CountedSince): ServerStatistics | null {
  const calls = after.calls - before.calls;
  const samples = after.samples - before.samples;
  const errors = after.errors - before.errors;
  const durationUs = after.durationUs - before.durationUs;
  const runs = before.runs === null || after.runs === null ? null : after.runs - before.runs;
  if (Math.min(calls, samples, errors, durationUs, runs ?? 0) < 0) return null;
  const answered = calls - errors;
  return {
    since, calls, samples, errors, durationUs, runs,
    samplesPerCall: answered > 0 ? samples / answered : null,
    microsecondsPerCall: answered > 0 ? durationUs / answered : null,
    samplesPerRun: runs !== null && runs > 0 ? samples / runs : null,
  };
}
