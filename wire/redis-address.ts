/**
 * Where a Redis is: URLs of load and replay, and the greeting that every connection begins with.
 * Form: `redis://[[user]:password@]host[:port][/database]`, `rediss://` for TLS (parameters: redis-tls.ts); the same with `redisai`.
 */
import { addressOf, ENCODING_HINT, hostPort, type Address } from '../core/address.js';
import { InferplayError } from '../core/errors.js';

/** Its path is the number of the database, or nothing for 0. */
export type RedisAddress = Address;

export interface RedisUrl {
  /** Without the `s` of TLS: `redis` or `redisai`. */
  readonly scheme: string;
  readonly address: RedisAddress;
  readonly parameters: { readonly [name: string]: string };
}

const FORM = 'the form is redis://[user:password@]host[:port][/database]';
const PORT = 6379;

/** @throws InferplayError USAGE; the message never repeats the URL, which may hold a password */
export function parseRedisUrl(text: string): RedisUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new InferplayError('USAGE', `The server's URL is not valid: ${FORM}, and ${ENCODING_HINT}.`);
  }
  const scheme = /^(redis|redisai)(s?):$/.exec(url.protocol);
  if (!scheme) throw new InferplayError('USAGE', `"${url.protocol}//" is not a server that data can be loaded into: use redis://, rediss://, redisai:// or redisais://.`);
  if (url.hostname === '') throw new InferplayError('USAGE', `The server's URL names no host: ${FORM}.`);
  const path = url.pathname.replace(/^\//, '');
  databaseOf(path);
  return {
    scheme: scheme[1],
    address: addressOf(url, { defaultPort: PORT, tls: scheme[2] === 's' }),
    parameters: Object.fromEntries(url.searchParams),
  };
}

/** Number of the database that a URL's path names. @throws InferplayError USAGE */
export function databaseOf(path: string): number {
  if (path === '') return 0;
  if (!/^\d{1,5}$/.test(path)) throw new InferplayError('USAGE', `"/${path.slice(0, 40)}" in the server's URL is not the number of a database.`);
  return Number(path);
}

/** `host:port` as messages name it, without secrets. */
export function whereOf(address: RedisAddress): string {
  return hostPort(address.host, address.port);
}

/** Commands that a fresh connection sends before any other: AUTH and SELECT, where they are needed. */
export function greeting(address: RedisAddress): string[][] {
  const commands: string[][] = [];
  const password = address.password?.reveal() ?? '';
  if (address.username) commands.push(['AUTH', address.username.reveal(), password]);
  else if (address.password) commands.push(['AUTH', password]);
  const database = databaseOf(address.path);
  if (database > 0) commands.push(['SELECT', String(database)]);
  return commands;
}
