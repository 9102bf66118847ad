/** Seconds in which nothing was answered. A closed loop hides them: while the server stands still, it asks for nothing. */
import { percentile } from './histogram.js';
import type { Recording } from './recording.js';
import { everySecond } from './timeline.js';

/** Where an answer typically takes longer, a second without one is that server's way of working and no stall. */
export const STALL_SERVICE_NS = 0.5e9;

type Measured = Pick<Recording, 'seconds' | 'dueNs' | 'elapsedNs' | 'service'>;

/** Whole seconds, while requests came due, and those of them in which none ended although some were waiting since before. */
export function stalledSeconds({ seconds, dueNs, elapsedNs }: Measured): { stalled: number; whole: number } {
  const whole = Math.floor(Math.min(dueNs, elapsedNs) / 1e9);
  let waiting = 0;
  let stalled = 0;
  for (const one of everySecond(seconds).slice(0, whole)) {
    const ended = one.ok + one.failed;
    if (waiting > 0 && ended === 0) stalled++;
    waiting += one.due - ended;
  }
  return { stalled, whole };
}

/** The stall in a sentence with its numbers; nothing where there was none. */
export function stalls(recording: Measured): string[] {
  const { stalled, whole } = stalledSeconds(recording);
  if (stalled === 0 || !(percentile(recording.service, 50) < STALL_SERVICE_NS)) return [];
  return [`For ${stalled} of ${whole} whole seconds nothing was answered, although requests were waiting: the server, or the way to it, stood still. A closed loop sends nothing in that time, so its percentiles hardly show it. Look at the timeline and at the server's log, and repeat the run.`];
}
