/** CLIENT: who is connected, names, ends, silence, and pauses. */
import { endPause } from '../clock.js';
import { PAUSE_MS_MAX } from '../limits.js';
import { BAD_NAME, isName, shown, timeoutProblem, unknownSubcommand, writeHelp } from '../lookup.js';
import { parseInteger } from '../numbers.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NO_KEYS, NOT_AN_INTEGER, SYNTAX } from './command.js';

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
    if (!TYPES.includes(type)) return reply.error(`ERR Unknown client type '${shown(request.text(3))}'`);
    if (type !== 'normal') found = [];
  } else if (request.argc >= 4 && request.is(2, 'ID')) {
    const ids = Array.from({ length: request.argc - 3 }, (_, i) => request.long(i + 3));
    if (ids.some(Number.isNaN)) return reply.error('ERR Invalid client ID');
    found = ids.flatMap((id) => session.server.sessions.get(id) ?? []);
  } else if (request.argc !== 2) return reply.error(SYNTAX);
  reply.verbatim(found.map(describe).join(''));
}

type Matcher = (each: Session) => boolean;

/** What one filter of CLIENT KILL means; a text is an error. */
function matcherOf(session: Session, filter: string, value: string): Matcher | string {
  if (filter === 'ID') {
    const id = Number(parseInteger(value) ?? NaN);
    return Number.isNaN(id) ? NOT_AN_INTEGER : (each) => id === 0 || each.id === id;
  }
  if (filter === 'ADDR') return (each) => each.address === value;
  if (filter === 'LADDR') return (each) => `${each.socket.localAddress}:${each.socket.localPort}` === value;
  if (filter === 'USER') return session.server.users.names().includes(value) ? (each) => each.user === value : `ERR No such user '${shown(value)}'`;
  if (filter === 'TYPE') {
    const type = value.toLowerCase();
    return TYPES.includes(type) ? () => type === 'normal' : `ERR Unknown client type '${shown(value)}'`;
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
  if (request.argc === 2) return reply.error(SYNTAX);
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
  } else if (request.is(2, 'OFF')) {
    session.replyMode = 'off';
  } else if (request.is(2, 'SKIP')) {
    if (session.replyMode !== 'off') session.replyMode = 'skip-next';
  } else {
    reply.error(SYNTAX);
  }
}

function pause({ server }: Session, request: Request, reply: Reply): void {
  if (request.argc === 4 && !request.is(3, 'WRITE') && !request.is(3, 'ALL')) return reply.error('ERR CLIENT PAUSE mode must be WRITE or ALL');
  const ms = request.long(2);
  const problem = timeoutProblem(ms);
  if (problem !== null) return reply.error(problem);
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

const TRACKING_FLAGS = ['BCAST', 'OPTIN', 'OPTOUT', 'NOLOOP'];

/** There is no client-side caching: it can be switched off, and nothing else. */
function tracking(_: Session, request: Request, reply: Reply): void {
  for (let i = 3; i < request.argc; i++) {
    const withValue = (request.is(i, 'PREFIX') || request.is(i, 'REDIRECT')) && i + 1 < request.argc;
    if (withValue) i++;
    else if (!TRACKING_FLAGS.some((flag) => request.is(i, flag))) return reply.error(SYNTAX);
  }
  if (request.is(2, 'OFF')) return reply.ok();
  reply.error(request.is(2, 'ON') ? 'ERR client-side caching is not supported by this server' : SYNTAX);
}

function trackingInfo(_: Session, __: Request, reply: Reply): void {
  reply.map(3);
  reply.bulkText('flags');
  reply.set(1);
  reply.bulkText('off');
  reply.bulkText('redirect');
  reply.int(-1);
  reply.bulkText('prefixes');
  reply.array(0);
}

const NOT_TRACKING = 'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled';

/** No command that waits for something can be called off: nobody is ever unblocked. */
function unblock(_: Session, request: Request, reply: Reply): void {
  if (request.argc === 4 && !request.is(3, 'TIMEOUT') && !request.is(3, 'ERROR')) return reply.error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
  if (request.bigint(2) === null) return reply.error(NOT_AN_INTEGER);
  reply.int(0);
}

const HELP = [
  'CACHING (YES|NO)', 'GETNAME', 'GETREDIR', 'ID', 'INFO', 'KILL <ip:port>', 'KILL <option> <value> [<option> <value> ...]', 'LIST [TYPE <type> | ID <id> ...]',
  'PAUSE <timeout> [WRITE|ALL]', 'REPLY (ON|OFF|SKIP)', 'SETNAME <name>', 'TRACKING OFF', 'TRACKINGINFO', 'UNBLOCK <id> [TIMEOUT|ERROR]', 'UNPAUSE',
];

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
  LIST: { argc: [2, Infinity], run: list },
  KILL: { argc: [2, Infinity], run: kill },
  REPLY: { argc: [3, 3], run: replies },
  PAUSE: { argc: [3, 4], run: pause },
  UNPAUSE: { argc: [2, 2], run: unpause },
  TRACKING: { argc: [3, Infinity], run: tracking },
  TRACKINGINFO: { argc: [2, 2], run: trackingInfo },
  CACHING: { argc: [3, Infinity], run: (_, __, reply) => reply.error(NOT_TRACKING) },
  UNBLOCK: { argc: [3, 4], run: unblock },
  HELP: { argc: [2, 2], run: (_, request, reply) => writeHelp(request, HELP, reply) },
};

function client(session: Session, request: Request, reply: Reply): void {
  const found = Object.hasOwn(SUBCOMMANDS, request.text(1).toUpperCase()) ? SUBCOMMANDS[request.text(1).toUpperCase()] : undefined;
  if (!found || request.argc < found.argc[0] || request.argc > found.argc[1]) return reply.error(unknownSubcommand(request));
  found.run(session, request, reply);
}

export const clientCommands = [command('client', -2, 'admin noscript random loading stale @connection', NO_KEYS, client)];
