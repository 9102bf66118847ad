/** COMMAND, MODULE, ACL: what the server knows about itself. */
import { unknownSubcommand, writeModule } from '../lookup.js';
import type { Reply } from '../reply.js';
import { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NO_KEYS, type Command } from './command.js';

function writeCommand(each: Command, reply: Reply): void {
  reply.array(7);
  reply.bulkText(each.name);
  reply.int(each.arity);
  reply.set(each.flags.length);
  for (const flag of each.flags) reply.simple(flag);
  for (const place of each.keys) reply.int(place);
  reply.set(0);
}

function about(session: Session, request: Request, reply: Reply): void {
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
  } else if (request.is(1, 'LIST') && request.argc === 2) {
    reply.array(all.size);
    for (const name of all.keys()) reply.bulkText(name);
  } else if (request.is(1, 'GETKEYS') && request.argc >= 3) {
    getKeys(session, request, reply);
  } else if (request.is(1, 'DOCS')) {
    docs(session, request, reply);
  } else {
    reply.error(unknownSubcommand(request));
  }
}

/** Of Redis 7's documentation only what there is here: that a command exists, and whose it is. */
function docs(session: Session, request: Request, reply: Reply): void {
  const { all } = session.server.commands;
  const names = request.argc > 2 ? Array.from({ length: request.argc - 2 }, (_, i) => request.text(i + 2).toLowerCase()) : [...all.keys()];
  const known = names.filter((name) => all.has(name));
  reply.map(known.length);
  for (const name of known) {
    reply.bulkText(name);
    reply.map(1);
    reply.bulkText('group');
    reply.bulkText(name.startsWith('ai.') ? 'module' : 'generic');
  }
}

function getKeys(session: Session, request: Request, reply: Reply): void {
  const inner = new Request();
  inner.assign(Array.from({ length: request.argc - 2 }, (_, i) => request.view(i + 2)));
  const found = session.server.commands.lookUp(inner);
  if (!found) return reply.error('ERR Invalid command specified');
  const { arity } = found;
  if (!found.keysOf && found.keys[0] === 0) return reply.error('ERR The command has no key arguments');
  if (arity > 0 ? inner.argc !== arity : inner.argc < -arity) return reply.error('ERR Invalid number of arguments specified for command');
  const places = found.keysOf ? found.keysOf(inner) : keyPlaces(found, inner.argc);
  if (places === null || places.length === 0) return reply.error('ERR Invalid arguments specified for command');
  reply.array(places.length);
  for (const place of places) reply.bulk(Buffer.from(inner.view(place)));
}

function keyPlaces({ keys: [first, last, step] }: Command, argc: number): number[] | null {
  const places: number[] = [];
  const stop = last < 0 ? argc + last : last;
  if (stop >= argc) return null;
  for (let i = first; i <= stop; i += step) places.push(i);
  return places;
}

function module(_: Session, request: Request, reply: Reply): void {
  if (!(request.is(1, 'LIST') && request.argc === 2)) return reply.error(unknownSubcommand(request));
  reply.array(1);
  writeModule(reply);
}

const CATEGORIES = [
  'keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap', 'hyperloglog', 'geo', 'stream', 'pubsub', 'admin', 'fast',
  'slow', 'blocking', 'dangerous', 'connection', 'transaction', 'scripting',
];

function acl(session: Session, request: Request, reply: Reply): void {
  const words = request.is(1, 'CAT') ? CATEGORIES : request.is(1, 'USERS') ? session.server.users.names() : null;
  if (request.is(1, 'WHOAMI') && request.argc === 2) return reply.bulkText(session.user);
  if (words === null || request.argc !== 2) return reply.error(unknownSubcommand(request));
  reply.array(words.length);
  for (const word of words) reply.bulkText(word);
}

export const introspectionCommands = [
  command('command', -1, 'random loading stale', NO_KEYS, about),
  command('module', -2, 'admin noscript', NO_KEYS, module),
  command('acl', -2, 'admin noscript loading stale', NO_KEYS, acl),
];
