/** What all sessions of one server share. */
import type { ClientBuffers } from './client-buffers.js';
import type { Command } from './commands/command.js';
import type { Request } from './request.js';
import type { Devices } from './devices.js';
import type { Laboratory } from './laboratory.js';
import type { Persistence } from './persistence.js';
import type { Models } from './models.js';
import type { OutputLimits } from './output.js';
import type { Session } from './session.js';
import type { Statistics } from './statistics.js';
import { Store } from './store.js';
import type { Users } from './users.js';

/** The versions that this server answers as. */
export const REDIS_VERSION = '6.2.14';
export const MODULE_VERSION = 10207;

/** Fields that are not readonly can be changed by CONFIG SET. */
export interface Settings {
  /** False: a server without any backend, which answers `ERR Could not load backend`. */
  readonly backend: boolean;
  connectionsMax: number;
  /** 0: no limit. */
  maxmemoryBytes: number;
  /** Clients that have said nothing for so long are disconnected; 0: never. */
  timeoutSeconds: number;
  readonly output: OutputLimits;
}

/** While CLIENT PAUSE lasts. */
export interface Pause {
  readonly untilMs: number;
  readonly writesOnly: boolean;
  /** Whose command is held back, and what is to be called when it is over. */
  readonly waiting: Map<Session, () => void>;
}

export interface Stats {
  readonly startedAtMs: number;
  /** The time, in milliseconds since the epoch, at the last tick of the server's timer. */
  tickMs: number;
  connections: number;
  rejected: number;
  /** Clients that were disconnected because they sent too large a request, or left too much unread. */
  inputLimited: number;
  outputLimited: number;
  inputBytes: number;
  outputBytes: number;
  /** Reads from sockets; writes to them, but for those of large replies on their own. */
  reads: number;
  writes: number;
  /** Largest `used_memory` of any tick. */
  peakBytes: number;
}

/** One line. A warning is about something that has failed. */
export type Log = (level: 'note' | 'warning', text: string) => void;

export interface Server {
  readonly settings: Settings;
  readonly store: Store;
  readonly models: Models;
  readonly devices: Devices;
  /** Null in an ordinary server. */
  readonly laboratory: Laboratory | null;
  readonly commands: { readonly all: ReadonlyMap<string, Command>; lookUp(request: Request): Command | null };
  readonly sessions: Map<number, Session>;
  readonly buffers: ClientBuffers;
  readonly stats: Stats;
  readonly users: Users;
  readonly statistics: Statistics;
  pause: Pause | null;
  /** MODEL_CHUNK_SIZE, bytes. */
  modelChunkBytes: number;
  backendsPath: string | null;
  host: string;
  port: number;
  readonly unixPath: string | null;
  readonly tls: boolean;
  /** What is told to whoever runs the server, without anybody having asked. */
  readonly log: Log;
  /** Null: keys end with the server. */
  persistence: Persistence | null;
  /** Ends the server as SHUTDOWN does. @param save whether a last snapshot is written, true unless said */
  shutdown(save?: boolean): void;
}
