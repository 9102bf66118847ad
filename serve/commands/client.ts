/** CLIENT: who is connected, names, ends, silence, and pauses. */
import { endPause } from '../clock.js';
import { PAUSE_MS_MAX } from '../limits.js';
import { BAD_NAME, isName, unknownSubcommand } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NO_KEYS, SYNTAX } from './command.js';

function describe(session: Session): string {
  const { socket, transaction, server } = session;
  const now = Date.now();
  const seconds = (sinceMs: number): number => Math.max(0, Math.floor((now - sinceMs) / 1000));
  const flags = `${transaction ? 'x' : ''}${session.blocked ? 'b' : ''}${socket.remoteAddress === undefined ? 'U' : ''}${session.closing ? 'c' : ''}` || 'N';
  const local = socket.localAddress === undefined ? `${server.unixPath ?? ''}:0` : `${socket.localAddress}:${socket.localPort}`;
  return `id=${session.id} addr=${session.address} laddr=${local} fd=8 name=${session.name} age=${seconds(session.connectedAtMs)} idle=${seconds(session.activeAtMs)} `
    + `flags=${flags} db=${session.databaseIndex} sub=0 psub=0 multi=${transaction?.queue.length ?? -1} qbuf=${session.inputBytes} qbuf-free=0 argv-mem=0 `
    + `obl=0 oll=0 omem=${session.output.waitingBytes} tot-mem=${session.bufferBytes} events=r cmd=${session.lastCommand || 'NULL'} user=${session.user} redir=-1\n`;
}

/** Names of kinds of clients; there are no others than normal ones here. */
const TYPES = ['normal', 'master', 'replica', 'slave', 'pubsub'];

function list(session: Session, request: Request, reply: Reply): void {
  let found = [...session.server.sessions.values()];
  if (request.argc === 4 && request.is(2, 'TYPE')) {
    const type = request.text(3).toLowerCase();
    if (!TYPES.includes(type)) return reply.error(`ERR Unknown client type '${request.text(3)}'`);
    if (type !== 'normal') found = [];
  } else if (request.argc >= 4 && request.is(2, 'ID')) {
    const ids = Array.from({ length: request.argc - 3 }, (_, i) => request.integer(i + 3));
    if (ids.some((id) => !(id > 0))) return reply.error('ERR Invalid client ID');
    found = ids.flatMap((id) => session.server.sessions.get(id) ?? []);
  } else if (request.argc !== 2) return reply.error(SYNTAX);
  reply.verbatim(found.map(describe).join(''));
}

type Matcher = (each: Session) => boolean;

/** What one filter of CLIENT KILL means; a text is an error. */
function matcherOf(session: Session, filter: string, value: string): Matcher | string {
  if (filter === 'ID') {
    const id = /^\d{1,15}$/.test(value) ? Number(value) : 0;
    return id > 0 ? (each) => each.id === id : 'ERR client-id should be greater than 0';
  }
  if (filter === 'ADDR') return (each) => each.address === value;
  if (filter === 'LADDR') return (each) => `${each.socket.localAddress}:${each.socket.localPort}` === value;
  if (filter === 'USER') return session.server.users.names().includes(value) ? (each) => each.user === value : `ERR No such user '${value}'`;
  if (filter === 'TYPE') {
    const type = value.toLowerCase();
    return TYPES.includes(type) ? () => type === 'normal' : `ERR Unknown client type '${value}'`;
  }
  return SYNTAX;
}

function kill(session: Session, request: Request, reply: Reply): void {
  const sessions = [...session.server.sessions.values()];
  if (request.argc === 3) {
    const victim = sessions.find((each) => each.address === request.text(2));
    if (!victim) return reply.error('ERR No such client');
    end(victim, session);
    return reply.ok();
  }
  const matchers: Matcher[] = [];
  let skipMe = true;
  for (let i = 2; i < request.argc; i += 2) {
    if (i + 1 >= request.argc) return reply.error(SYNTAX);
    if (request.is(i, 'SKIPME') && (request.is(i + 1, 'YES') || request.is(i + 1, 'NO'))) {
      skipMe = request.is(i + 1, 'YES');
      continue;
    }
    const matcher = matcherOf(session, request.text(i).toUpperCase(), request.text(i + 1));
    if (typeof matcher === 'string') return reply.error(matcher);
    matchers.push(matcher);
  }
  const victims = sessions.filter((each) => (each !== session || !skipMe) && matchers.every((matches) => matches(each)));
  for (const victim of victims) end(victim, session);
  reply.int(victims.length);
}

/** Whoever ends itself still gets the answer. */
function end(victim: Session, session: Session): void {
  if (victim === session) session.closing = true;
  else victim.destroy();
}

function replies(session: Session, request: Request, reply: Reply): void {
  if (request.is(2, 'ON')) {
    session.replyMode = 'on';
    reply.ok();
  } else if (request.is(2, 'OFF') || request.is(2, 'SKIP')) {
    session.replyMode = request.is(2, 'OFF') ? 'off' : 'skip-next';
  } else {
    reply.error(SYNTAX);
  }
}

function pause({ server }: Session, request: Request, reply: Reply): void {
  const ms = request.integer(2);
  if (Number.isNaN(ms)) return reply.error('ERR timeout is not an integer or out of range');
  if (ms < 0) return reply.error('ERR timeout is negative');
  if (request.argc === 4 && !request.is(3, 'WRITE') && !request.is(3, 'ALL')) return reply.error('ERR CLIENT PAUSE mode must be WRITE or ALL');
  const untilMs = Math.max(server.pause?.untilMs ?? 0, Date.now() + Math.min(ms, PAUSE_MS_MAX));
  const writesOnly = request.is(3, 'WRITE') && (server.pause?.writesOnly ?? true);
  server.pause = { untilMs, writesOnly, waiting: server.pause?.waiting ?? new Map() };
  reply.ok();
}

function unpause({ server }: Session, _: Request, reply: Reply): void {
  reply.ok();
  endPause(server);
}

function setName(session: Session, request: Request, reply: Reply): void {
  const name = request.text(2);
  if (!isName(name)) return reply.error(BAD_NAME);
  session.name = name;
  reply.ok();
}

/** There is no client-side caching: it can be switched off, and nothing else. */
function tracking(_: Session, request: Request, reply: Reply): void {
  if (request.is(2, 'OFF') && request.argc === 3) return reply.ok();
  reply.error(request.is(2, 'ON') ? 'ERR client-side caching is not supported by this server' : SYNTAX);
}

function onOff(_: Session, request: Request, reply: Reply): void {
  if (request.is(2, 'ON') || request.is(2, 'OFF')) reply.ok();
  else reply.error(SYNTAX);
}

const HELP = [
  'CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:', 'GETNAME', 'GETREDIR', 'ID', 'INFO', 'KILL <ip:port>', 'KILL <option> <value> [<option> <value> ...]',
  'LIST [TYPE <type> | ID <id> ...]', 'NO-EVICT (ON|OFF)', 'PAUSE <timeout> [WRITE|ALL]', 'REPLY (ON|OFF|SKIP)', 'SETINFO <option> <value>', 'SETNAME <name>', 'TRACKING OFF',
  'UNPAUSE', 'HELP',
];

function help(_: Session, __: Request, reply: Reply): void {
  reply.array(HELP.length);
  for (const line of HELP) reply.simple(line);
}

interface Subcommand {
  /** Arguments with CLIENT and the name: at least and at most. */
  readonly argc: readonly [number, number];
  run(session: Session, request: Request, reply: Reply): void;
}

const SUBCOMMANDS: { readonly [name: string]: Subcommand } = {
  ID: { argc: [2, 2], run: (session, _, reply) => reply.int(session.id) },
  GETNAME: { argc: [2, 2], run: (session, _, reply) => (session.name === '' ? reply.null() : reply.bulkText(session.name)) },
  GETREDIR: { argc: [2, 2], run: (_, __, reply) => reply.int(-1) },
  INFO: { argc: [2, 2], run: (session, _, reply) => reply.verbatim(describe(session)) },
  SETNAME: { argc: [3, 3], run: setName },
  SETINFO: { argc: [4, 4], run: (_, __, reply) => reply.ok() },
  LIST: { argc: [2, Infinity], run: list },
  KILL: { argc: [3, Infinity], run: kill },
  REPLY: { argc: [3, 3], run: replies },
  PAUSE: { argc: [3, 4], run: pause },
  UNPAUSE: { argc: [2, 2], run: unpause },
  TRACKING: { argc: [3, Infinity], run: tracking },
  'NO-EVICT': { argc: [3, 3], run: onOff },
  'NO-TOUCH': { argc: [3, 3], run: onOff },
  HELP: { argc: [2, 2], run: help },
};

function client(session: Session, request: Request, reply: Reply): void {
  const found = Object.hasOwn(SUBCOMMANDS, request.text(1).toUpperCase()) ? SUBCOMMANDS[request.text(1).toUpperCase()] : undefined;
  if (!found || request.argc < found.argc[0] || request.argc > found.argc[1]) return reply.error(unknownSubcommand(request));
  found.run(session, request, reply);
}

export const clientCommands = [command('client', -2, 'admin noscript random loading stale', NO_KEYS, client)];
