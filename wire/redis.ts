/**
 * Control connections to a Redis: a few commands, each awaited. The only home of ioredis; bulk load and replay send frames
 * of their own over plain sockets. One attempt, no offline queue, no reconnection: a lost control connection is an error.
 */
import { InferplayError } from '../core/errors.js';
import { greeting, parseRedisUrl, whereOf, type RedisAddress } from './redis-address.js';
import { cleanText, refusal, unreachable } from './redis-errors.js';
import { tlsFor, type TlsChoice } from './redis-tls.js';
import { RespError } from './resp.js';

/** Simple and bulk strings both come as Buffers. Errors inside an array stay data. */
export type ControlReply = null | number | Buffer | RespError | ControlReply[];

export interface ConnectRedisOptions extends TlsChoice {
  readonly signal?: AbortSignal;
  readonly connectTimeoutMs?: number;
  /** A command without a reply after this long fails; storing and loading a model may take seconds. */
  readonly commandTimeoutMs?: number;
  /** How long a server that is still reading its data (LOADING) is waited for. */
  readonly loadingWaitMs?: number;
}

export interface RedisControl {
  /** `host:port`, for messages. */
  readonly where: string;
  /**
   * @throws InferplayError SERVER when the reply is an error (its cause is a RespError with the code), CONNECT when the
   * connection is lost, INTERRUPTED when the signal fired
   */
  call(args: readonly (string | Buffer)[]): Promise<ControlReply>;
  /** Fields of INFO, all sections or one. */
  info(section?: string): Promise<{ readonly [field: string]: string }>;
  close(): void;
}

type Client = import('ioredis').Redis;

/**
 * @param to a URL (its parameters `ca`, `cert`, `key` and `insecure` are heeded) or an address
 * @throws InferplayError USAGE, CONNECT, SERVER (wrong password, still loading), INTERRUPTED
 */
export async function connectRedis(to: string | RedisAddress, options: ConnectRedisOptions = {}): Promise<RedisControl> {
  if (typeof to === 'string') {
    const { address, parameters } = parseRedisUrl(to);
    const insecure = 'insecure' in parameters && !['false', '0'].includes(parameters.insecure);
    const { ca, cert, key } = parameters;
    return connectRedis(address, { ca, cert, key, insecure, ...options });
  }
  const { signal } = options;
  const where = whereOf(to);
  if (signal?.aborted) throw interrupted(where);
  const client = await createClient(to, options);
  let lastError: unknown = null;
  let fresh = true;
  client.on('error', (error) => (lastError = error));
  const close = (): void => {
    signal?.removeEventListener('abort', close);
    client.disconnect();
  };
  signal?.addEventListener('abort', close, { once: true });
  const secrets = to.password ? [to.password.reveal()] : [];
  const failure = (error: unknown, what: string): InferplayError => {
    if (signal?.aborted) return interrupted(where);
    if (isReplyError(error)) return refusal(error.message, what, where, secrets);
    if (/timed out/i.test(String(error))) return new InferplayError('CONNECT', `${where} left ${what} unanswered for ${(options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS) / 1000} s: see whether it is busy or stopped.`, { cause: error });
    return unreachable(lastError ?? error, where, to.tls, fresh);
  };
  const call = async (args: readonly (string | Buffer)[]): Promise<ControlReply> => {
    try {
      const reply = plainReply(await client.callBuffer(String(args[0]), ...args.slice(1)), secrets);
      fresh = false;
      return reply;
    } catch (error) {
      throw failure(error, nameOf(args));
    }
  };
  try {
    await client.connect().catch((error: unknown) => {
      throw failure(error, 'the connection');
    });
    for (const command of greeting(to)) await call(command);
    await ready(call, options.loadingWaitMs ?? 10_000, signal);
  } catch (error) {
    close();
    throw error;
  }
  return { where, call, close, info: async (section) => parseInfo(await call(section ? ['INFO', section] : ['INFO'])) };
}

const COMMAND_TIMEOUT_MS = 60_000;

async function createClient(to: RedisAddress, options: ConnectRedisOptions): Promise<Client> {
  const tls = tlsFor(to, options);
  const { Redis } = await import('ioredis');
  // AUTH, SELECT and the wait for LOADING are ours: ioredis would print warnings about them and hide their errors.
  return new Redis({
    host: to.host,
    port: to.port,
    family: 0,
    tls,
    protocol: 2,
    lazyConnect: true,
    noDelay: true,
    connectTimeout: options.connectTimeoutMs ?? 5_000,
    commandTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    retryStrategy: null,
    reconnectOnError: null,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    disableClientInfo: true,
  });
}

/** PING until the server is done loading. A user that may not PING is let through: the next command will tell. */
async function ready(call: RedisControl['call'], waitMs: number, signal?: AbortSignal): Promise<void> {
  const stepMs = 200;
  for (let waitedMs = 0; ; waitedMs += stepMs) {
    try {
      await call(['PING']);
      return;
    } catch (error) {
      const code = error instanceof InferplayError && error.cause instanceof RespError ? error.cause.code : '';
      if (code === 'NOPERM') return;
      if (code !== 'LOADING' || waitedMs >= waitMs || signal?.aborted) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
}

/** The command's name and, for a container command, its first word; never further arguments, which may be secret or binary. */
function nameOf(args: readonly (string | Buffer)[]): string {
  return cleanText(String(args[0]).toUpperCase()).slice(0, 40);
}

function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

function plainReply(reply: unknown, secrets: readonly string[]): ControlReply {
  if (Array.isArray(reply)) return reply.map((item) => plainReply(item, secrets));
  if (reply instanceof Error) return new RespError(cleanText(reply.message, secrets));
  if (typeof reply === 'string') return Buffer.from(reply);
  return (reply ?? null) as ControlReply;
}

/** `field:value` lines; headings and blank lines are left out. */
export function parseInfo(reply: ControlReply): { readonly [field: string]: string } {
  const fields: { [field: string]: string } = {};
  for (const line of String(reply ?? '').split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0 && !line.startsWith('#')) fields[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return fields;
}

function interrupted(where: string): InferplayError {
  return new InferplayError('INTERRUPTED', `Interrupted while talking to ${where}.`);
}
