/** Entry of the server's own process: is told over the channel what to do, and ends when the channel does. */
import { InferplayError, messageOf } from '../core/errors.js';
import { listen, type Listening } from './listener.js';
import type { FromChild, ToChild } from './serve.js';

/** Values of a few hundred bytes share memory; larger slabs mean fewer of them to keep track of. */
Buffer.poolSize = 64 * 1024;

let running: Listening | null = null;

async function end(): Promise<void> {
  // A snapshot that cannot be written is told on the error output, and the one before it is still there.
  await running?.close().catch((error: unknown) => process.emitWarning(messageOf(error)));
  if (process.connected) process.disconnect();
}

process.once('disconnect', () => void end());
// The terminal sends SIGINT to the whole group: the parent decides when the server ends.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => void end());

process.once('message', async (message: ToChild) => {
  const answer = (value: FromChild): void => void process.send?.(value);
  try {
    running = await listen({ ...message, log: (level, text) => void (level === 'warning' && process.emitWarning(text)) });
    void running.ended.then(end);
    answer({ host: running.host, port: running.port });
  } catch (error) {
    answer({ failure: messageOf(error), code: error instanceof InferplayError ? error.code : 'SERVER' });
    process.disconnect?.();
  }
});
