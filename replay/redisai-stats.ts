/** What a RedisAI counts about a model: AI.INFO, or more than that where the server tells how often the model ran, as the embedded one does. */
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
    return countersOf(await tolerant(control, ['INFO', 'inference']), model) ?? (await aiInfo(control, model));
  } finally {
    control.close();
  }
}

/**
 * The line `model_<key>:runs=…,calls=…` of the embedded server; the key may hold colons. All counters in one reply are of one moment: calls
 * from another reply would be more, or fewer, than those that the runs made.
 */
function countersOf(info: ControlReply, model: string): ServerCounters | null {
  const line = String(info ?? '').split('\r\n').find((text) => text.startsWith(`model_${model}:runs=`));
  if (line === undefined) return null;
  const fields = new Map(line.slice(`model_${model}:`.length).split(',').map((field) => field.split('=') as [string, string]));
  return whole({ calls: fields.get('calls'), samples: fields.get('samples'), errors: fields.get('errors'), durationUs: fields.get('duration_us'), runs: fields.get('runs') });
}

/** How often the model ran is not in it. */
async function aiInfo(control: RedisControl, model: string): Promise<ServerCounters | null> {
  const info = await tolerant(control, ['AI.INFO', model]);
  if (!Array.isArray(info)) return null;
  const names = info.map(String);
  const field = (name: string): string | undefined => names[names.indexOf(name) + 1];
  const counters = whole({ calls: field('calls'), samples: field('samples'), errors: field('errors'), durationUs: field('duration') });
  return counters && { ...counters, runs: null };
}

/** null where one of them is no whole number. */
function whole<T extends { readonly [name: string]: string | undefined }>(texts: T): { readonly [name in keyof T]: number } | null {
  const numbers = Object.entries(texts).map(([name, text]): [string, number] => [name, Number(text)]);
  return numbers.every(([, value]) => Number.isSafeInteger(value)) ? (Object.fromEntries(numbers) as { [name in keyof T]: number }) : null;
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
