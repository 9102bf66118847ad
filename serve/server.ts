/** What all sessions of one server share. */
import type { Command } from './commands/command.js';
import type { Request } from './request.js';
import type { Secret } from '../core/secret.js';
import type { Devices } from './devices.js';
import type { Models } from './models.js';
import type { Session } from './session.js';
import { Store } from './store.js';

/** The versions that this server answers as. */
export const REDIS_VERSION = '6.2.14';
export const MODULE_VERSION = 10207;

export interface Settings {
  readonly password: Secret | null;
  /** False: a server without any backend, which answers `ERR Could not load backend`. */
  readonly backend: boolean;
  readonly connectionsMax: number;
}

export interface Stats {
  readonly startedAtMs: number;
  connections: number;
  commands: number;
  rejected: number;
  inputBytes: number;
  outputBytes: number;
}

export interface Server {
  readonly settings: Settings;
  readonly store: Store;
  readonly models: Models;
  readonly devices: Devices;
  readonly commands: { readonly all: ReadonlyMap<string, Command>; lookUp(request: Request): Command | null };
  readonly sessions: Map<number, Session>;
  readonly stats: Stats;
  /** Settings that CONFIG GET and SET know, by lower-case name. */
  readonly config: Map<string, string>;
  /** MODEL_CHUNK_SIZE, bytes. */
  modelChunkBytes: number;
  backendsPath: string | null;
  host: string;
  port: number;
  /** Ends the server as SHUTDOWN does. */
  shutdown(): void;
}
