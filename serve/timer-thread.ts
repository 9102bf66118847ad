/** The thread that sleeps for precise-timer.ts, and calls shortly before the time that it was given. */
import { parentPort, workerData } from 'node:worker_threads';

/** Word 0 of `control` changes with every new `dueMs`, which is on the clock of the thread that waits. */
export interface TimerShared {
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly dueMs: Float64Array<SharedArrayBuffer>;
}

/** The call goes out so long before the time: waking up and the message take about half of it. */
export const SPIN_MS = 0.25;

/** Sleeps of hours would not fit into a timer. */
const SLEEP_MAX_MS = 60_000;

function sleepForEver({ control, dueMs, timeOriginMs }: TimerShared & { readonly timeOriginMs: number }, call: () => void): never {
  const offsetMs = performance.timeOrigin - timeOriginMs;
  let told = -1;
  for (;;) {
    const version = Atomics.load(control, 0);
    const leftMs = dueMs[0] - SPIN_MS - (performance.now() + offsetMs);
    if (version !== told && leftMs <= 0) {
      told = version;
      call();
    }
    Atomics.wait(control, 0, version, version === told ? SLEEP_MAX_MS : Math.min(SLEEP_MAX_MS, Math.max(0, leftMs)));
  }
}

if (parentPort && (workerData as Partial<TimerShared> | null)?.control) sleepForEver(workerData, () => parentPort!.postMessage(null));
