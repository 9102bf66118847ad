/** COMMAND, MODULE, ACL: what the server knows about itself. */
import { shown, unknownSubcommand, writeHelp, writeModule } from '../lookup.js';
import type { Reply } from '../reply.js';
import { Request } from '../request.js';
import type { Session } from '../session.js';
import { CATEGORIES, command, NO_KEYS, type Command } from './command.js';

function writeCommand(each: Command, reply: Reply): void {
  reply.array(7);
  reply.bulkText(each.name);
  reply.int(each.arity);
  reply.set(each.flags.length);
  for (const flag of each.flags) reply.simple(flag);
  for (const place of each.keys) reply.int(place);
  reply.set(each.categories.length);
  for (const category of each.categories) reply.simple(category);
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
      else reply.null();
    }
  } else if (request.is(1, 'GETKEYS') && request.argc >= 3) {
    getKeys(session, request, reply);
  } else if (request.is(1, 'HELP') && request.argc === 2) {
    writeHelp(request, ['(no subcommand)', 'COUNT', 'GETKEYS <command with its arguments>', 'INFO [<command> ...]'], reply);
  } else {
    reply.error(unknownSubcommand(request));
  }
}

function getKeys(session: Session, request: Request, reply: Reply): void {
  const inner = new Request();
  inner.assign(Array.from({ length: request.argc - 2 }, (_, i) => request.view(i + 2)));
  const found = session.server.commands.lookUp(inner);
  if (!found || found.unlisted) return reply.error('ERR Invalid command specified');
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
  const { argc } = request;
  if (request.is(1, 'LIST') && argc === 2) {
    reply.array(1);
    writeModule(reply);
  } else if (request.is(1, 'LOAD') && argc >= 3) reply.error('ERR Error loading the extension. Please check the server logs.');
  else if (request.is(1, 'UNLOAD') && argc === 3) {
    const problem = request.is(2, 'AI') ? 'the module exports one or more module-side data types, can\'t unload' : 'no such module with that name';
    reply.error(`ERR Error unloading module: ${problem}`);
  } else if (request.is(1, 'HELP') && argc === 2) writeHelp(request, ['LIST'], reply);
  else reply.error(unknownSubcommand(request));
}

function acl(session: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  const { commands, users } = session.server;
  if (request.is(1, 'WHOAMI') && argc === 2) reply.bulkText(session.user);
  else if (request.is(1, 'USERS') && argc === 2) writeTexts(users.names(), reply);
  else if (request.is(1, 'CAT') && argc === 2) writeTexts(CATEGORIES, reply);
  else if (request.is(1, 'CAT') && argc === 3) {
    const category = CATEGORIES.find((name) => name === request.text(2).toLowerCase());
    if (category === undefined) return reply.error(`ERR Unknown category '${shown(request.text(2))}'`);
    writeTexts([...commands.all.values()].filter(({ categories }) => categories.includes(`@${category}`)).map(({ name }) => name), reply);
  } else if (request.is(1, 'HELP') && argc === 2) writeHelp(request, ['CAT [<category>]', 'USERS', 'WHOAMI'], reply);
  else reply.error(unknownSubcommand(request));
}

function writeTexts(texts: readonly string[], reply: Reply): void {
  reply.array(texts.length);
  for (const text of texts) reply.bulkText(text);
}

export const introspectionCommands = [
  command('command', -1, 'random loading stale @connection', NO_KEYS, about),
  command('module', -2, 'admin noscript', NO_KEYS, module),
  command('acl', -2, 'admin noscript loading stale', NO_KEYS, acl),
];
