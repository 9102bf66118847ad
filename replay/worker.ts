/** Entry of a worker thread: one part of the run, told what to do by the main thread, woken by the pacer and the encoder. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { InferplayError, messageOf, type ErrorCode } from '../core/errors.js';
import type { Plan } from '../core/plan.js';
import type { Recording } from '../core/recording.js';
import { createClock } from './clock.js';
import { Arena, type Entries } from './frames.js';
import { doneWord, pendingWord, takenWord } from './pacer.js';
import { createPick } from './pick.js';
import { RingReader, type RingData } from './ring.js';
import { createRun, type Start } from './run.js';
import type { Surround } from './target.js';
import { createTarget } from './target-url.js';

export interface WorkerData {
  readonly plan: Plan;
  /** With user and password: it goes nowhere but here. */
  readonly targetUrl: string;
  readonly worker: number;
  readonly epoch: bigint;
  /** Requests that carry the whole data set once. */
  readonly groups: number;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly frames: { readonly arena: Entries } | { readonly ring: RingData };
  readonly surrounds: readonly Surround[] | null;
  /** Wake-ups from the pacer and from the encoder, as far as there are such threads. */
  readonly ports: readonly MessagePort[];
}

export type ToWorker = { readonly kind: 'start'; readonly start: Start } | { readonly kind: 'interrupt' };
export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'recording'; readonly recording: Recording };

const { plan, targetUrl, worker, epoch, groups, control, frames, surrounds, ports } = workerData as WorkerData;
const say = (message: FromWorker): void => parentPort!.postMessage(message);
const run = createRun({
  plan,
  worker,
  target: createTarget(targetUrl),
  frames: 'arena' in frames ? new Arena(frames.arena, createPick(plan, groups)) : new RingReader(frames.ring),
  surrounds,
  clock: createClock(epoch),
  progress: { words: control, taken: takenWord(worker), done: doneWord(worker) },
});

const end = (): void => {
  for (const port of ports) port.close();
  parentPort!.close();
};

for (const port of ports) {
  port.on('message', () => {
    // First the flag, then the look at what is due: what comes due in between is announced again.
    Atomics.store(control, pendingWord(worker), 0);
    run.wake();
  });
}
parentPort!.on('message', (message: ToWorker) => {
  if (message.kind === 'interrupt') return run.interrupt();
  void run.start(message.start).then((recording) => {
    say({ kind: 'recording', recording });
    end();
  });
});
try {
  await run.open();
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'failed', code: error instanceof InferplayError ? error.code : 'CONNECT', message: messageOf(error) });
  end();
}
