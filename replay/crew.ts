/** The threads of a run: workers that send, a pacer that wakes them, encoders that go ahead of them. They are started and ended here. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { InferplayError } from '../core/errors.js';
import type { Plan } from '../core/plan.js';
import { emptyRecording, merge, type Recording } from '../core/recording.js';
import { createClock, newEpoch } from './clock.js';
import type { EncoderData } from './encoder-thread.js';
import type { Entries } from './frames.js';
import { doneWord, STOP, wordsOf } from './pacer.js';
import type { PacerData } from './pacer-thread.js';
import { stopRing, type RingData } from './ring.js';
import { connectionsOf, type Start } from './run.js';
import type { Encoder } from './target.js';
import type { FromWorker, ToWorker, WorkerData } from './worker.js';

export interface CrewParts {
  readonly plan: Plan;
  readonly targetUrl: string;
  /** Requests that carry the whole data set once. */
  readonly groups: number;
  readonly frames: { readonly arena: Entries } | { readonly rings: readonly RingData[] };
  readonly surround: Encoder['surround'];
  readonly signal?: AbortSignal;
  /** Called about when the measured window opens. */
  readonly onOpen?: () => void;
  /** Requests that have ended so far, and the time since the measured window opened, below zero in the warm-up; called about four times a second. */
  readonly onProgress?: (done: number, elapsedMs: number) => void;
}

/** From "all are ready" to the first request: the message must have reached every worker by then. */
const LEAD_MS = 20;
const PROGRESS_MS = 250;

export interface Crewed {
  readonly recording: Recording;
  /** Why no more requests could be encoded (the data set vanished, say); the run was interrupted by it. */
  readonly failure: Error | null;
}

/**
 * Runs the plan. An interruption ends the run, with what was measured so far.
 * @throws InferplayError CONNECT or SERVER when a worker cannot open its connections; INTERRUPTED before the first request
 */
export async function runCrew(parts: CrewParts): Promise<Crewed> {
  const { plan, signal } = parts;
  const control = new Int32Array(new SharedArrayBuffer(4 * wordsOf(plan.threads)));
  const epoch = newEpoch();
  const rings = 'rings' in parts.frames ? parts.frames.rings : [];
  const threads: Worker[] = [];
  try {
    const members = Array.from({ length: plan.threads }, (_, worker) => hire(parts, worker, epoch, control, threads));
    await Promise.all(members.map(({ ready }) => ready));
    if (signal?.aborted) throw new InferplayError('INTERRUPTED', 'The run was interrupted before its first request.');

    const clock = createClock(epoch);
    const warmupNs = clock.now() + LEAD_MS * 1e6;
    const start: Start = { warmupNs, startNs: warmupNs + plan.warmupMs * 1e6, startedAtMs: Date.now() + LEAD_MS + plan.warmupMs };
    if (plan.arrivals.kind !== 'closed' && !plan.spin) {
      const ports = members.map(({ pacerPort }) => pacerPort!);
      const workerData: PacerData = { plan, epoch, control, start, ports };
      threads.push(new Worker(new URL('./pacer-thread.js', import.meta.url), { workerData, transferList: ports }));
    }
    const cpu = cpuFrom(LEAD_MS + plan.warmupMs, parts.onOpen);
    for (const { thread } of members) thread.postMessage({ kind: 'start', start } satisfies ToWorker);
    const interrupt = (): void => {
      for (const { thread } of members) thread.postMessage({ kind: 'interrupt' } satisfies ToWorker);
    };
    signal?.addEventListener('abort', interrupt, { once: true });
    // It may have fired since the last look.
    if (signal?.aborted) interrupt();
    let failure: Error | null = null;
    for (const { encoding } of members) {
      encoding.catch((error: Error) => {
        failure ??= error;
        interrupt();
      });
    }
    const ticking = tick(parts, control, () => (clock.now() - start.startNs) / 1e6);
    try {
      const recordings = await Promise.all(members.map(({ recording }) => recording));
      return { recording: { ...recordings.reduce(merge, emptyRecording()), cpu: cpu.end() }, failure };
    } finally {
      clearInterval(ticking);
      signal?.removeEventListener('abort', interrupt);
    }
  } finally {
    Atomics.store(control, STOP, 1);
    Atomics.notify(control, STOP);
    for (const ring of rings) stopRing(ring);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

interface Member {
  readonly thread: Worker;
  readonly pacerPort: MessagePort | null;
  readonly ready: Promise<void>;
  readonly recording: Promise<Recording>;
  /** Rejects when its encoder thread fails; else never settles. */
  readonly encoding: Promise<never>;
}

/** Starts a worker, and where frames come from a ring the thread that fills it. */
function hire({ plan, targetUrl, groups, frames, surround }: CrewParts, worker: number, epoch: bigint, control: Int32Array<SharedArrayBuffer>, threads: Worker[]): Member {
  const pacer = plan.arrivals.kind !== 'closed' && !plan.spin ? new MessageChannel() : null;
  const encoder = 'rings' in frames ? new MessageChannel() : null;
  const ports = [pacer, encoder].flatMap((channel) => (channel ? [channel.port2] : []));
  const workerData: WorkerData = {
    plan, targetUrl, worker, epoch, groups, control, ports,
    frames: 'rings' in frames ? { ring: frames.rings[worker] } : { arena: frames.arena },
    surrounds: surround && connectionsOf(plan, worker).map(surround),
  };
  const thread = new Worker(new URL('./worker.js', import.meta.url), { workerData, transferList: ports });
  threads.push(thread);
  let encoding = new Promise<never>(() => {});
  let filled = Promise.resolve();
  if (encoder && 'rings' in frames) {
    const data: EncoderData = { plan, targetUrl, worker, ring: frames.rings[worker], port: encoder.port1 };
    const encoderThread = new Worker(new URL('./encoder-thread.js', import.meta.url), { workerData: data, transferList: [encoder.port1] });
    threads.push(encoderThread);
    encoding = failureOf(encoderThread);
    // The first requests are ready before the clock starts, as those of an arena are.
    filled = heard(encoderThread, 'ready').then(() => {});
  }
  const failure = failureOf(thread);
  const ready = Promise.race([failure, encoding, Promise.all([heard(thread, 'ready'), filled]).then(() => {})]);
  const recording = Promise.race([failure, heard(thread, 'recording').then((message) => message.recording)]);
  // A failure is heard through whichever of these is being waited for; the others must not count as unhandled.
  for (const promise of [encoding, failure, ready, recording]) promise.catch(() => {});
  return { thread, pacerPort: pacer && pacer.port1, ready, recording, encoding };
}

/** Rejects when the thread says that it failed, or dies. */
function failureOf(thread: Worker): Promise<never> {
  return new Promise((_, reject) => {
    thread.on('message', (message: FromWorker) => {
      if (message.kind === 'failed') reject(new InferplayError(message.code ?? 'DATA', message.message));
    });
    thread.on('error', reject);
  });
}

function heard<K extends FromWorker['kind']>(thread: Worker, kind: K): Promise<Extract<FromWorker, { kind: K }>> {
  return new Promise((resolve) => {
    thread.on('message', (message: FromWorker) => {
      if (message.kind === kind) resolve(message as Extract<FromWorker, { kind: K }>);
    });
  });
}

/** User and system CPU of the whole process, from the opening of the measured window on. */
function cpuFrom(afterMs: number, onOpen?: () => void): { end(): Recording['cpu'] } {
  let before = process.cpuUsage();
  const timer = setTimeout(() => {
    before = process.cpuUsage();
    onOpen?.();
  }, afterMs);
  return {
    end() {
      clearTimeout(timer);
      const { user, system } = process.cpuUsage(before);
      return { userUs: user, systemUs: system };
    },
  };
}

function tick({ plan, onProgress }: CrewParts, control: Int32Array, elapsedMs: () => number): NodeJS.Timeout | undefined {
  if (!onProgress) return undefined;
  return setInterval(() => {
    let done = 0;
    for (let worker = 0; worker < plan.threads; worker++) done += Atomics.load(control, doneWord(worker)) >>> 0;
    onProgress(done, elapsedMs());
  }, PROGRESS_MS);
}
