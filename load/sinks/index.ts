/** Every sink, and which of them a URL means. */
import { InferplayError } from '../../core/errors.js';
import type { SinkKind } from '../sink.js';
import { redis } from './redis.js';
import { redisai } from './redisai.js';

export const sinks: readonly SinkKind[] = [redisai, redis];

/** @throws InferplayError USAGE; the message never repeats the URL, which may hold a password */
export function sinkOf(url: string): SinkKind {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1].toLowerCase();
  const found = sinks.find((sink) => scheme !== undefined && sink.schemes.includes(scheme));
  if (found) return found;
  const known = sinks.flatMap((sink) => sink.schemes.map((name) => `${name}://`)).join(', ');
  throw new InferplayError('USAGE', `${scheme === undefined ? 'The server to load into is not a URL' : `Nothing can be loaded into ${scheme}://`}: use ${known}.`);
}
