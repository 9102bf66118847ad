/** Options about who may use the server, and how they reach it. */
import { Option, type Command } from 'commander';
import { InferplayError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { parseMemory } from '../serve/redis-settings.js';
import type { ListenOptions } from '../serve/serve.js';
import { integer } from './options.js';

export interface AccessGiven {
  requirepass?: Secret;
  user?: readonly (readonly [string, Secret])[];
  tlsCert?: string;
  tlsKey?: string;
  tlsCa?: string;
  unixsocket?: string;
  maxmemory?: number;
  maxclients?: number;
}

type Users = readonly (readonly [string, Secret])[];

/** Where a text came from, for messages that must not repeat it. */
function sourceOf(text: string, variable: string, option: string): string {
  return process.env[variable] === text ? variable : option;
}

function password(text: string): Secret {
  if (text !== '') return new Secret(text);
  const source = sourceOf(text, 'INFERPLAY_REQUIREPASS', '--requirepass');
  throw new InferplayError('USAGE', `${source} is empty; give a password, or leave it out for a server that is open to everybody.`);
}

/** `name:password`; the option may be given several times, the environment variable separates users by blanks. */
function users(text: string, before: Users | undefined): Users {
  const parsed = text.trim().split(/\s+/).map((user) => {
    const colon = user.indexOf(':');
    // The message never repeats the text, which holds a password.
    if (colon < 1 || colon === user.length - 1) throw new InferplayError('USAGE', `${sourceOf(text, 'INFERPLAY_USERS', '--user')}: a user is written NAME:PASSWORD, neither of them empty.`);
    return [user.slice(0, colon), new Secret(user.slice(colon + 1))] as const;
  });
  return [...(before ?? []), ...parsed];
}

function memory(text: string): number {
  const bytes = /^\d/.test(text) ? parseMemory(text) : NaN;
  if (Number.isNaN(bytes)) throw new InferplayError('USAGE', `--maxmemory "${text}" is no size: write bytes, or 100mb, or 2gb.`);
  return bytes;
}

/** Adds the options to a command. */
export function addAccess(command: Command): void {
  command
    .addOption(new Option('--requirepass <PASSWORD>', 'clients must AUTH with it').env('INFERPLAY_REQUIREPASS').argParser(password))
    .addOption(new Option('--user <NAME:PASSWORD>', 'a user that may log in; can be given several times').env('INFERPLAY_USERS').argParser(users))
    .option('--tls-cert <FILE>', 'PEM certificate: the port speaks TLS')
    .option('--tls-key <FILE>', 'PEM key of the certificate')
    .option('--tls-ca <FILE>', 'PEM certificate authority: clients must present a certificate that it signed')
    .option('--unixsocket <PATH>', 'listen on a unix socket as well')
    .addOption(new Option('--maxmemory <SIZE>', 'refuse commands that need memory beyond this size, for example 100mb').argParser(memory))
    .addOption(new Option('--maxclients <N>', 'connections at once (default: 10000)').argParser(integer(1)));
}

/** What was given, for the server. @throws InferplayError USAGE when a part of TLS is missing */
export function accessOf(given: AccessGiven): Pick<ListenOptions, 'requirepass' | 'users' | 'tls' | 'unixSocket' | 'maxmemoryBytes' | 'connectionsMax'> {
  const { tlsCert: cert, tlsKey: key, tlsCa: ca } = given;
  const some = cert !== undefined || key !== undefined || ca !== undefined;
  if (some && (cert === undefined || key === undefined)) throw new InferplayError('USAGE', 'TLS needs a certificate and its key: give both --tls-cert and --tls-key.');
  return {
    requirepass: given.requirepass,
    users: Object.fromEntries(given.user ?? []),
    tls: cert !== undefined && key !== undefined ? { cert, key, ca } : undefined,
    unixSocket: given.unixsocket, maxmemoryBytes: given.maxmemory, connectionsMax: given.maxclients,
  };
}
