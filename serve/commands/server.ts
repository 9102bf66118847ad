/** INFO, CONFIG, COMMAND, MODULE and other questions about the server itself. */
import { infoText } from '../info.js';
import { writeModule } from '../lookup.js';
import type { Reply } from '../reply.js';
import { Request } from '../request.js';
import type { Session } from '../session.js';
import { KEY_OVERHEAD_BYTES, sizeOf, typeName } from '../store.js';
import { command, globToRegExp, NO_KEYS, SYNTAX, type Command } from './command.js';

function info(session: Session, request: Request, reply: Reply): void {
  if (request.argc > 2) return reply.error(SYNTAX);
  reply.verbatim(infoText(session.server, request.argc === 2 ? request.text(1).toLowerCase() : 'default'));
}

function config(session: Session, request: Request, reply: Reply): void {
  const { config: settings, stats } = session.server;
  if (request.is(1, 'GET') && request.argc === 3) {
    const matcher = globToRegExp(request.text(2).toLowerCase());
    const found = [...settings].filter(([name]) => matcher.test(name));
    reply.map(found.length);
    for (const [name, value] of found) {
      reply.bulkText(name);
      reply.bulkText(value);
    }
  } else if (request.is(1, 'SET') && request.argc === 4) {
    const name = request.text(2).toLowerCase();
    if (!settings.has(name) || FIXED.has(name)) return reply.error(`ERR Unsupported CONFIG parameter: ${request.text(2)}`);
    settings.set(name, request.text(3));
    reply.ok();
  } else if (request.is(1, 'RESETSTAT') && request.argc === 2) {
    stats.commands = stats.connections = stats.rejected = stats.inputBytes = stats.outputBytes = 0;
    reply.ok();
  } else if (request.is(1, 'REWRITE') && request.argc === 2) {
    reply.error('ERR The server is running without a config file');
  } else {
    reply.error(`ERR Unknown subcommand or wrong number of arguments for '${request.text(1)}'. Try CONFIG HELP.`);
  }
}

/** Settings that can be read only: what they stand for is decided when the server starts. */
const FIXED = new Set(['bind', 'port', 'databases', 'maxclients']);

/** What CONFIG GET tells a client; redis-benchmark asks for `save` and `appendonly` before it begins. */
export function initialConfig(host: string, port: number, connectionsMax: number): Map<string, string> {
  return new Map([
    ['save', ''], ['appendonly', 'no'], ['maxmemory', '0'], ['maxmemory-policy', 'noeviction'], ['timeout', '0'],
    ['bind', host], ['port', String(port)], ['databases', '16'], ['maxclients', String(connectionsMax)],
  ]);
}

function writeCommand(each: Command, reply: Reply): void {
  reply.array(7);
  reply.bulkText(each.name);
  reply.int(each.arity);
  reply.set(each.flags.length);
  for (const flag of each.flags) reply.simple(flag);
  for (const place of each.keys) reply.int(place);
  reply.set(0);
}

function describe(session: Session, request: Request, reply: Reply): void {
  const { all } = session.server.commands;
  if (request.argc === 1) {
    reply.array(all.size);
    for (const each of all.values()) writeCommand(each, reply);
  } else if (request.is(1, 'COUNT') && request.argc === 2) {
    reply.int(all.size);
  } else if (request.is(1, 'INFO')) {
    reply.array(request.argc - 2);
    for (let i = 2; i < request.argc; i++) {
      const each = all.get(request.text(i).toLowerCase());
      if (each) writeCommand(each, reply);
      else reply.nullArray();
    }
  } else if (request.is(1, 'GETKEYS') && request.argc >= 3) {
    getKeys(session, request, reply);
  } else if (request.is(1, 'DOCS')) {
    reply.map(0);
  } else {
    reply.error(`ERR Unknown subcommand or wrong number of arguments for '${request.text(1)}'. Try COMMAND HELP.`);
  }
}

function getKeys(session: Session, request: Request, reply: Reply): void {
  const inner = new Request();
  inner.assign(Array.from({ length: request.argc - 2 }, (_, i) => request.view(i + 2)));
  const found = session.server.commands.lookUp(inner);
  if (!found) return reply.error('ERR Invalid command specified');
  const { arity } = found;
  if (arity > 0 ? inner.argc !== arity : inner.argc < -arity) return reply.error('ERR Invalid number of arguments specified for command');
  const places = found.keysOf ? found.keysOf(inner) : keyPlaces(found, inner.argc);
  if (places === null) return reply.error('ERR Invalid arguments specified for command');
  if (places.length === 0) return reply.error('ERR The command has no key arguments');
  reply.array(places.length);
  for (const place of places) reply.bulk(Buffer.from(inner.view(place)));
}

function keyPlaces({ keys: [first, last, step] }: Command, argc: number): number[] | null {
  if (first === 0) return [];
  const places: number[] = [];
  const stop = last < 0 ? argc + last : last;
  if (stop >= argc) return null;
  for (let i = first; i <= stop; i += step) places.push(i);
  return places;
}

function module(_: Session, request: Request, reply: Reply): void {
  if (!(request.is(1, 'LIST') && request.argc === 2)) {
    return reply.error(`ERR Unknown subcommand or wrong number of arguments for '${request.text(1)}'. Try MODULE HELP.`);
  }
  reply.array(1);
  writeModule(reply);
}

const CATEGORIES = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream', 'pubsub', 'admin', 'fast',
  'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
];

function acl(_: Session, request: Request, reply: Reply): void {
  if (request.is(1, 'WHOAMI') && request.argc === 2) return reply.bulkText('default');
  if (!(request.is(1, 'CAT') && request.argc === 2)) {
    return reply.error(`ERR Unknown subcommand or wrong number of arguments for '${request.text(1)}'. Try ACL HELP.`);
  }
  reply.array(CATEGORIES.length);
  for (const category of CATEGORIES) reply.bulkText(category);
}

function memory(session: Session, request: Request, reply: Reply): void {
  if (!request.is(1, 'USAGE') || request.argc < 3) {
    return reply.error(`ERR Unknown subcommand or wrong number of arguments for '${request.text(1)}'. Try MEMORY HELP.`);
  }
  const value = session.database.get(request.text(2));
  if (value === undefined) return reply.null();
  reply.int(KEY_OVERHEAD_BYTES + request.length(2) + sizeOf(value));
}

function time(_: Session, __: Request, reply: Reply): void {
  const now = Date.now();
  reply.array(2);
  reply.bulkText(String(Math.floor(now / 1000)));
  reply.bulkText(String((now % 1000) * 1000));
}

function debug(session: Session, request: Request, reply: Reply): void {
  if (request.is(1, 'OBJECT') && request.argc === 3) {
    const value = session.database.get(request.text(2));
    if (value === undefined) return reply.error('ERR no such key');
    return reply.simple(`Value at:0x0 refcount:1 encoding:${typeName(value)} serializedlength:${sizeOf(value)} lru:0 lru_seconds_idle:0`);
  }
  reply.error('ERR DEBUG subcommand not supported');
}

function shutdown(session: Session): void {
  session.closing = true;
  session.server.shutdown();
}

export const serverCommands = [
  command('info', -1, 'random loading stale', NO_KEYS, info),
  command('config', -2, 'admin noscript loading stale', NO_KEYS, config),
  command('command', -1, 'random loading stale', NO_KEYS, describe),
  command('module', -2, 'admin noscript', NO_KEYS, module),
  command('acl', -2, 'admin noscript loading stale', NO_KEYS, acl),
  command('memory', -2, 'readonly random movablekeys', NO_KEYS, memory, { keysOf: (request) => (request.argc > 2 ? [2] : []) }),
  command('time', 1, 'random loading stale fast', NO_KEYS, time),
  command('debug', -2, 'admin noscript loading stale', NO_KEYS, debug),
  command('lastsave', 1, 'random loading stale fast', NO_KEYS, (session, _, reply) => reply.int(Math.floor(session.server.stats.startedAtMs / 1000))),
  command('shutdown', -1, 'admin noscript loading stale', NO_KEYS, shutdown),
];

