/** The settings that CONFIG GET tells. CONFIG SET changes those that mean something here, at once, and refuses the others. */
import { Secret } from '../core/secret.js';
import { BULK_BYTES_MAX, CONNECTIONS_MAX, DATABASES, OUTPUT_BYTES_MAX } from './limits.js';
import type { Server } from './server.js';

export interface Parameter {
  get(server: Server): string;
  /** Changes the setting, or answers what is wrong with the text. Without it the setting is decided when the server starts. */
  readonly set?: (server: Server, text: string) => string | null;
}

const UNITS: { readonly [unit: string]: number } = { '': 1, b: 1, k: 1000, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 };

/** A size as Redis writes them: `100`, `3mb`, `1g`. NaN when it is none. */
export function parseMemory(text: string): number {
  const parts = /^(\d{1,15})([a-z]*)$/i.exec(text);
  const bytes = parts ? Number(parts[1]) * (UNITS[parts[2].toLowerCase()] ?? NaN) : NaN;
  return Number.isSafeInteger(bytes) ? bytes : NaN;
}

const fixed = (value: string): Parameter => ({ get: () => value, set: (_, text) => (text.toLowerCase() === value ? null : 'this server knows no other value') });
const readOnly = (get: (server: Server) => string): Parameter => ({ get });

function integer(min: number, max: number, get: (server: Server) => number, set: (server: Server, value: number) => void): Parameter {
  return {
    get: (server) => String(get(server)),
    set: (server, text) => {
      if (!/^-?\d{1,15}$/.test(text)) return "argument couldn't be parsed into an integer";
      const value = Number(text);
      if (value < min || value > max) return `argument must be between ${min} and ${max} inclusive`;
      set(server, value);
      return null;
    },
  };
}

/** As Redis writes it, for each kind of client: bytes at most, bytes beyond which its time runs, seconds. There are normal ones only. */
const outputLimit: Parameter = {
  get: ({ settings: { output } }) => `normal ${output.bytesMax} ${output.bytesPause} ${output.stalledSeconds} slave 0 0 0 pubsub 0 0 0`,
  set: ({ settings: { output } }, text) => {
    const words = text.trim().split(/\s+/);
    const [bytesMax, bytesPause] = words.slice(1, 3).map(parseMemory);
    const stalledSeconds = /^\d{1,6}$/.test(words[3] ?? '') ? Number(words[3]) : NaN;
    if (words.length !== 4 || words[0].toLowerCase() !== 'normal') return 'this server knows the class normal and no other: normal HARD SOFT SECONDS';
    if (!(bytesPause > 0 && bytesMax >= bytesPause && bytesMax <= OUTPUT_BYTES_MAX && stalledSeconds > 0)) return 'there must be limits, the soft one below the hard one, which is at most 1gb';
    Object.assign(output, { bytesMax, bytesPause, stalledSeconds });
    return null;
  },
};

export const PARAMETERS: ReadonlyMap<string, Parameter> = new Map<string, Parameter>(Object.entries({
  maxmemory: {
    get: (server) => String(server.settings.maxmemoryBytes),
    set: (server, text) => {
      const bytes = parseMemory(text);
      if (Number.isNaN(bytes)) return 'argument must be a memory value';
      server.settings.maxmemoryBytes = bytes;
      return null;
    },
  },
  'maxmemory-clients': {
    get: ({ buffers }) => String(buffers.bytesMax === Infinity ? 0 : buffers.bytesMax),
    set: ({ buffers }, text) => {
      const bytes = parseMemory(text);
      if (Number.isNaN(bytes)) return 'argument must be a memory value';
      buffers.bytesMax = bytes || Infinity;
      return null;
    },
  },
  'client-output-buffer-limit': outputLimit,
  'maxmemory-policy': fixed('noeviction'),
  maxclients: integer(1, CONNECTIONS_MAX * 10, ({ settings }) => settings.connectionsMax, ({ settings }, value) => (settings.connectionsMax = value)),
  timeout: integer(0, 2 ** 31 - 1, ({ settings }) => settings.timeoutSeconds, ({ settings }, value) => (settings.timeoutSeconds = value)),
  requirepass: {
    // Whether there is one is no secret, the password is.
    get: (server) => (server.users.hasPassword ? '***' : ''),
    set: (server, text) => {
      server.users.setPassword(text === '' ? null : new Secret(Buffer.from(text, 'latin1').toString()));
      return null;
    },
  },
  'slowlog-log-slower-than': integer(-1, Number.MAX_SAFE_INTEGER, ({ statistics }) => statistics.slowerThanUs, ({ statistics }, value) => (statistics.slowerThanUs = value)),
  'slowlog-max-len': integer(0, 100_000, ({ statistics }) => statistics.slowLengthMax, ({ statistics }, value) => {
    statistics.slowLengthMax = value;
    statistics.slow = statistics.slow.slice(0, value);
  }),
  'latency-monitor-threshold': fixed('0'),
  save: fixed(''),
  appendonly: fixed('no'),
  'cluster-enabled': readOnly(() => 'no'),
  bind: readOnly((server) => server.host),
  port: readOnly((server) => String(server.tls ? 0 : server.port)),
  'tls-port': readOnly((server) => String(server.tls ? server.port : 0)),
  unixsocket: readOnly((server) => server.unixPath ?? ''),
  databases: readOnly(() => String(DATABASES)),
  'proto-max-bulk-len': readOnly(() => String(BULK_BYTES_MAX)),
}));

/** CONFIG SET. @returns the error, or null when the setting has changed */
export function configure(server: Server, name: string, text: string): string | null {
  const set = PARAMETERS.get(name.toLowerCase())?.set;
  if (set === undefined) return `ERR Unsupported CONFIG parameter: ${name}`;
  const problem = set(server, text);
  return problem === null ? null : `ERR Invalid argument '${text}' for CONFIG SET '${name}' - ${problem}`;
}
