/** What a RedisAI counts about a model: AI.INFO, and how often the model ran where the server tells that too, as the embedded one does. */
import { InferplayError } from '../core/errors.js';
import { connectRedis, type ConnectRedisOptions, type ControlReply, type RedisControl } from '../wire/redis.js';
import type { RedisAddress } from '../wire/redis-address.js';
import { RespError } from '../wire/resp.js';
import type { ServerCounters } from './target.js';

/** A server that takes longer to say what it has counted costs the statistics, and must not hold up the end of a run. */
const PATIENCE_MS = 3000;

/**
 * On a connection of its own, which is there no longer than the reading: a server that lets in just as many clients as the run has must
 * not lack one for the statistics.
 * @returns null where the server does not count, or not for this user @throws InferplayError CONNECT, SERVER
 */
export async function readCounters(address: RedisAddress, options: ConnectRedisOptions, model: string): Promise<ServerCounters | null> {
  const control = await connectRedis(address, { ...options, connectTimeoutMs: PATIENCE_MS, commandTimeoutMs: PATIENCE_MS, loadingWaitMs: 0 });
  try {
    const info = await tolerant(control, ['AI.INFO', model]);
    if (!Array.isArray(info)) return null;
    const names = info.map(String);
    const number = (name: string): number => Number(names[names.indexOf(name) + 1]);
    const counters = { calls: number('calls'), samples: number('samples'), errors: number('errors'), durationUs: number('duration') };
    if (!Object.values(counters).every(Number.isSafeInteger)) return null;
    return { ...counters, runs: runsOf(await tolerant(control, ['INFO', 'inference']), model) };
  } finally {
    control.close();
  }
}

/** The line `model_<key>:runs=…,calls=…`; the key may hold colons. */
function runsOf(info: ControlReply, model: string): number | null {
  const line = String(info ?? '').split('\r\n').find((text) => text.startsWith(`model_${model}:runs=`));
  const runs = /:runs=(\d+),calls=/.exec(line?.slice(`model_${model}`.length) ?? '')?.[1];
  return runs === undefined ? null : Number(runs);
}

/** null for a command that the server does not know, or this user may not send. */
async function tolerant(control: RedisControl, command: readonly string[]): Promise<ControlReply> {
  try {
    return await control.call(command);
  } catch (error) {
    if (error instanceof InferplayError && error.cause instanceof RespError) return null;
    throw error;
  }
}
