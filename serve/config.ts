/** The settings that CONFIG GET tells. CONFIG SET changes those that mean something here, at once, and refuses the others. */
import { basename, dirname } from 'node:path';
import { Secret } from '../core/secret.js';
import { DATABASES, OUTPUT_BYTES_MAX } from './limits.js';
import { shown } from './lookup.js';
import { parseMemory, REDIS_SETTINGS } from './redis-settings.js';
import type { Server } from './server.js';

export interface Parameter {
  get(server: Server): string;
  /** Redis 6.2 has no such setting. */
  readonly added?: boolean;
  /** Changes the setting, or answers what is wrong with the text, which may be nothing that can be said. Without it the setting is decided when the server starts. */
  readonly set?: (server: Server, text: string) => string | null;
}

interface Own {
  get(server: Server): string;
  /** Given a text that is right for Redis; answers what is wrong with it here. */
  readonly set?: (server: Server, text: string) => unknown;
}

const whole = (text: string): number => Math.min(Number(text), Number.MAX_SAFE_INTEGER);

/** As Redis writes it, for each kind of client: bytes at most, bytes beyond which its time runs, seconds. There are normal ones only. */
const OUTPUT_LIMIT: Own = {
  get: ({ settings: { output } }) => `normal ${output.bytesMax} ${output.bytesPause} ${output.stalledSeconds} slave 268435456 67108864 60 pubsub 33554432 8388608 60`,
  set: ({ settings: { output } }, text) => {
    const words = text.trim().split(/\s+/);
    const [bytesMax, bytesPause] = words.slice(1, 3).map(parseMemory);
    const stalledSeconds = /^\d{1,6}$/.test(words[3] ?? '') ? Number(words[3]) : NaN;
    if (words.length !== 4 || words[0].toLowerCase() !== 'normal') return 'this server changes the class normal and no other: normal HARD SOFT SECONDS';
    if (!(bytesPause > 0 && bytesMax >= bytesPause && bytesMax <= OUTPUT_BYTES_MAX && stalledSeconds > 0)) return 'there must be limits, the soft one below the hard one, which is at most 1gb';
    Object.assign(output, { bytesMax, bytesPause, stalledSeconds });
    return null;
  },
};

/** What is not the same in every server, and what can be changed. */
const OWN: { readonly [name: string]: Own } = {
  maxmemory: {
    get: ({ settings }) => String(settings.maxmemoryBytes),
    set: ({ settings }, text) => (settings.maxmemoryBytes = parseMemory(text)),
  },
  'maxmemory-clients': {
    get: ({ buffers }) => String(buffers.bytesMax === Infinity ? 0 : buffers.bytesMax),
    set: ({ buffers }, text) => void (buffers.bytesMax = parseMemory(text) || Infinity),
  },
  'client-output-buffer-limit': OUTPUT_LIMIT,
  maxclients: { get: ({ settings }) => String(settings.connectionsMax), set: ({ settings }, text) => (settings.connectionsMax = whole(text)) },
  timeout: { get: ({ settings }) => String(settings.timeoutSeconds), set: ({ settings }, text) => (settings.timeoutSeconds = whole(text)) },
  requirepass: {
    // Whether there is one is no secret, the password is.
    get: ({ users }) => (users.hasPassword ? '***' : ''),
    set: ({ users }, text) => users.setPassword(text === '' ? null : new Secret(Buffer.from(text, 'latin1').toString())),
  },
  'slowlog-log-slower-than': { get: ({ statistics }) => String(statistics.slowerThanUs), set: ({ statistics }, text) => (statistics.slowerThanUs = whole(text)) },
  'slowlog-max-len': { get: ({ statistics }) => String(statistics.slowLengthMax), set: ({ statistics }, text) => statistics.keepSlow(whole(text)) },
  bind: { get: ({ host }) => host },
  port: { get: ({ tls, port }) => String(tls ? 0 : port) },
  'tls-port': { get: ({ tls, port }) => String(tls ? port : 0) },
  unixsocket: { get: ({ unixPath }) => unixPath ?? '' },
  databases: { get: () => String(DATABASES) },
  dir: { get: ({ persistence }) => (persistence === null ? process.cwd() : dirname(persistence.file)) },
  dbfilename: { get: ({ persistence }) => basename(persistence?.file ?? 'dump.rdb') },
};

function parameter(name: string): Parameter {
  const { kind, value } = REDIS_SETTINGS.get(name)!;
  const own: Own | undefined = OWN[name];
  const get = own?.get ?? (() => value);
  if (kind === null) return { get };
  return {
    get,
    added: name === 'maxmemory-clients',
    set: (server, text) => {
      const problem = kind.problem(text);
      if (problem !== null) return problem;
      if (own?.set === undefined) return kind.normal(text) === get(server) ? null : kind.refusal;
      const refusal = own.set(server, text);
      return typeof refusal === 'string' ? refusal : null;
    },
  };
}

export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map([...REDIS_SETTINGS.keys()].map((name) => [name, parameter(name)]));

/** CONFIG SET. @returns the error, or null when the setting has changed */
export function configure(server: Server, name: string, text: string): string | null {
  const set = PARAMETERS.get(name.toLowerCase())?.set;
  if (set === undefined) return `ERR Unsupported CONFIG parameter: ${shown(name)}`;
  const problem = set(server, text);
  return problem === null ? null : `ERR Invalid argument '${shown(text)}' for CONFIG SET '${shown(name)}'${problem === '' ? '' : ` - ${problem}`}`;
}
