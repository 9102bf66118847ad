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
/** A call that takes longer at the end of the process is given up, as a hanging one must be. */
const EXIT_WAIT_MS = 10_000;

/** Per slot: calls under way. Then per slot: how many want the thread to end. The last word: the process is ending. */
const words = sharedWords();
const EXITING = 2 * SLOTS;
const own = slotOf(threadId);

function slotOf(thread: number): number {
  return thread % SLOTS;
}

function sharedWords(): Int32Array<SharedArrayBuffer> {
  const given = getEnvironmentData(KEY);
  if ((given as unknown) instanceof SharedArrayBuffer) return new Int32Array(given as unknown as SharedArrayBuffer);
  const memory = new SharedArrayBuffer((2 * SLOTS + 1) * Int32Array.BYTES_PER_ELEMENT);
  if (isMainThread) {
    setEnvironmentData(KEY, memory as never);
    process.on('exit', holdExit);
  }
  return new Int32Array(memory);
}

/** Blocks the ending main thread until no worker is in a native call. */
function holdExit(): void {
  const deadline = performance.now() + EXIT_WAIT_MS;
  Atomics.store(words, EXITING, 1);
  for (let slot = 0; slot < SLOTS; slot++) {
    for (;;) {
      const running = Atomics.load(words, slot);
      const leftMs = deadline - performance.now();
      if (running === 0 || leftMs <= 0) break;
      Atomics.wait(words, slot, running, leftMs);
    }
  }
}

/** To be called before a native call; `leaveNative` must follow. In a thread that is to end it does not come back. */
export function enterNative(): void {
  // The main thread cannot be stopped from outside, and must not wait for itself.
  if (isMainThread) return;
  for (;;) {
    Atomics.add(words, own, 1);
    const closing = Atomics.load(words, SLOTS + own);
    if (closing === 0 && Atomics.load(words, EXITING) === 0) return;
    leaveNative();
    if (closing > 0) Atomics.wait(words, SLOTS + own, closing);
    else Atomics.wait(words, EXITING, 1);
  }
}

export function leaveNative(): void {
  if (isMainThread) return;
  Atomics.sub(words, own, 1);
  Atomics.notify(words, own);
}

/** `worker.terminate()` for a thread that runs models: waits until the call that is under way is over. */
export async function terminateGently(worker: Worker): Promise<void> {
  // A thread that has ended has the number -1.
  if (worker.threadId < 0) return;
  const slot = slotOf(worker.threadId);
  Atomics.add(words, SLOTS + slot, 1);
  try {
    while (Atomics.load(words, slot) > 0) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    await worker.terminate();
  } finally {
    Atomics.sub(words, SLOTS + slot, 1);
    Atomics.notify(words, SLOTS + slot);
  }
}
