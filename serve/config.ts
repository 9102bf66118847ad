/** The settings that CONFIG GET tells. CONFIG SET changes those that mean something here, at once, and refuses the others. */
import { basename, dirname } from 'node:path';
import { Secret } from '../core/secret.js';
import { DATABASES } from './limits.js';
import { shown } from './lookup.js';
import { parseMemory, REDIS_SETTINGS } from './redis-settings.js';
import type { Server } from './server.js';

export interface Parameter {
  get(server: Server): string;
  /** Changes the setting, or answers what is wrong with the text, which may be nothing that can be said. Without it the setting is decided when the server starts. */
  readonly set?: (server: Server, text: string) => string | null;
}

interface Own {
  get(server: Server): string;
  /** Given a text that is right. */
  readonly set?: (server: Server, text: string) => void;
}

const whole = (text: string): number => Math.min(Number(text), Number.MAX_SAFE_INTEGER);

/** What is not the same in every server, and what can be changed. */
const OWN: { readonly [name: string]: Own } = {
  maxmemory: {
    get: ({ settings }) => String(settings.maxmemoryBytes),
    set: ({ settings }, text) => (settings.maxmemoryBytes = parseMemory(text)),
  },
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
    set: (server, text) => {
      const problem = kind.problem(text);
      if (problem !== null) return problem;
      if (own?.set === undefined) return kind.normal(text) === get(server) ? null : kind.refusal;
      own.set(server, text);
      return null;
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
