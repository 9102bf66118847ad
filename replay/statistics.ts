/** Reads the server's own counters around a run: what they rose by is what the run has cost the server. */
import type { Dataset } from '../core/dataset.js';
import { statisticsBetween, type ServerStatistics } from '../core/server-statistics.js';
import type { ServerCounters, Target } from './target.js';

export interface Watch {
  /** The measured window opens after a warm-up: what was counted before is left out. */
  windowOpens(): void;
  /** null where the server does not count, or could not be asked. */
  end(): Promise<ServerStatistics | null>;
}

/**
 * Before the first request. What fails here fails quietly: these numbers stand beside the measured ones and are not needed for them.
 * @param warmup whether the run has one: then only what is read when the window opens will do
 */
export async function watchServer(target: Target, dataset: Dataset, warmup: boolean): Promise<Watch> {
  const read = async (): Promise<ServerCounters | null> => (target.stats ? target.stats(dataset).catch(() => null) : null);
  let before: Promise<ServerCounters | null> = Promise.resolve(warmup ? null : await read());
  return {
    windowOpens() {
      if (warmup) before = read();
    },
    async end() {
      const from = await before;
      const to = from === null ? null : await read();
      return from === null || to === null ? null : statisticsBetween(from, to, warmup ? 'window' : 'start');
    },
  };
}
