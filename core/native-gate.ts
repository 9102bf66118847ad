/**
 * A thread that is stopped while it is inside ONNX Runtime takes the whole process down: the binding wants to make its
 * answer, JavaScript refuses because the thread is ending, and the C++ exception that follows is caught by nobody (abort,
 * exit code 134). `process.exit` stops all threads, `worker.terminate` stops one. So every native call of a worker goes
 * through this gate: it is counted in shared memory, an ending process waits for calls that are under way, and no new one begins.
 *
 * The memory reaches worker threads as environment data. For that the main thread must have loaded this module before it
 * starts them; whoever imports core/inference.ts has.
 */
import { getEnvironmentData, isMainThread, setEnvironmentData, threadId, type Worker } from 'node:worker_threads';

const KEY = 'inferplay:native-gate';
/** Threads whose numbers differ by this share their words: they may wait for each other, and nothing worse. */
const SLOTS = 1024;
const POLL_MS = 2;
const POLL_MS_MAX = 128;
/** A call that takes longer at the end of the process is given up, as a hanging one must be. */
const EXIT_WAIT_MS = 10_000;
/** One that has been given up before is hardly waited for. */
const GIVEN_UP_WAIT_MS = 2000;

/** Per slot: calls under way; the number of the thread that is to end, 0 for none; calls that were given up. The last word: the process is ending. */
const words = sharedWords();
const CLOSING = SLOTS;
const GIVEN_UP = 2 * SLOTS;
const EXITING = 3 * SLOTS;
const own = slotOf(threadId);

function slotOf(thread: number): number {
  return thread % SLOTS;
}

function sharedWords(): Int32Array<SharedArrayBuffer> {
  const given = getEnvironmentData(KEY);
  if ((given as unknown) instanceof SharedArrayBuffer) return new Int32Array(given as unknown as SharedArrayBuffer);
  const memory = new SharedArrayBuffer((3 * SLOTS + 1) * Int32Array.BYTES_PER_ELEMENT);
  if (isMainThread) {
    setEnvironmentData(KEY, memory as never);
    process.on('exit', holdExit);
  }
  return new Int32Array(memory);
}

/** Blocks the ending main thread until no worker is in a native call. */
function holdExit(): void {
  const started = performance.now();
  let hanging = false;
  Atomics.store(words, EXITING, 1);
  for (let slot = 0; slot < SLOTS; slot++) {
    for (;;) {
      const running = Atomics.load(words, slot);
      if (running === 0) break;
      const waitMs = running > Atomics.load(words, GIVEN_UP + slot) ? EXIT_WAIT_MS : GIVEN_UP_WAIT_MS;
      const leftMs = started + waitMs - performance.now();
      if (leftMs <= 0) {
        hanging = true;
        break;
      }
      Atomics.wait(words, slot, running, leftMs);
    }
  }
  // Node would wait for that thread, perhaps for ever, and abort when it comes back.
  if (hanging) process.kill(process.pid, 'SIGKILL');
}

/** To be called before a native call; `leaveNative` must follow. In a thread that is to end it does not come back. */
export function enterNative(): void {
  // The main thread cannot be stopped from outside, and must not wait for itself.
  if (isMainThread) return;
  for (;;) {
    Atomics.add(words, own, 1);
    const closing = Atomics.load(words, CLOSING + own) === threadId;
    if (!closing && Atomics.load(words, EXITING) === 0) return;
    leaveNative();
    if (closing) Atomics.wait(words, CLOSING + own, threadId);
    else Atomics.wait(words, EXITING, 1);
  }
}

export function leaveNative(): void {
  if (isMainThread) return;
  Atomics.sub(words, own, 1);
  Atomics.notify(words, own);
}

/** `worker.terminate()` for a thread that runs models: waits until the call that is under way is over. The waiting alone keeps no process alive. */
export async function terminateGently(worker: Worker): Promise<void> {
  const thread = worker.threadId;
  // A thread that has ended has the number -1.
  if (thread < 0) return;
  const slot = slotOf(thread);
  const marked = (): boolean => [0, thread].includes(Atomics.compareExchange(words, CLOSING + slot, 0, thread));
  let pollMs = POLL_MS;
  const pause = (): Promise<void> => new Promise((resolve) => {
    setTimeout(resolve, pollMs).unref();
    pollMs = Math.min(pollMs * 2, POLL_MS_MAX);
  });
  while (!marked()) await pause();
  try {
    while (Atomics.load(words, slot) > 0) await pause();
    await worker.terminate();
  } finally {
    Atomics.compareExchange(words, CLOSING + slot, thread, 0);
    Atomics.notify(words, CLOSING + slot);
  }
}

/** The same for a thread whose call may go on and on: the end of the process waits for it only for a moment. */
export async function giveUp(worker: Worker): Promise<void> {
  if (worker.threadId < 0) return;
  const slot = slotOf(worker.threadId);
  Atomics.add(words, GIVEN_UP + slot, 1);
  await terminateGently(worker).finally(() => Atomics.sub(words, GIVEN_UP + slot, 1));
}
