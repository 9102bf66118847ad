/** PING, ECHO, HELLO, AUTH, SELECT, CLIENT, QUIT, RESET. */
import { timingSafeEqual, createHash } from 'node:crypto';
import { writeModule } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { REDIS_VERSION } from '../server.js';
import type { Session } from '../session.js';
import { command, NO_KEYS, SYNTAX } from './command.js';

function ping(_: Session, request: Request, reply: Reply): void {
  if (request.argc > 2) return reply.error("ERR wrong number of arguments for 'ping' command");
  if (request.argc === 2) reply.bulk(request.view(1));
  else reply.raw('+PONG\r\n');
}

/** Compares hashes, so that the time taken tells nothing about the password. */
function passwordIs(session: Session, user: string, password: string): boolean {
  const expected = session.server.settings.password;
  const digest = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();
  if (user !== 'default') return false;
  return expected === null || timingSafeEqual(digest(password), digest(Buffer.from(expected.reveal()).toString('latin1')));
}

const WRONGPASS = 'WRONGPASS invalid username-password pair or user is disabled.';

function auth(session: Session, request: Request, reply: Reply): void {
  if (request.argc > 3) return reply.error(SYNTAX);
  if (request.argc === 2 && session.server.settings.password === null) {
    return reply.error('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?');
  }
  const user = request.argc === 3 ? request.text(1) : 'default';
  if (!passwordIs(session, user, request.text(request.argc - 1))) return reply.error(WRONGPASS);
  session.authenticated = true;
  reply.ok();
}

function hello(session: Session, request: Request, reply: Reply): void {
  let version = session.protocol;
  if (request.argc > 1) {
    version = request.integer(1);
    if (Number.isNaN(version)) return reply.error('ERR Protocol version is not an integer or out of range');
    if (version !== 2 && version !== 3) return reply.error('NOPROTO unsupported protocol version');
  }
  let { name } = session;
  for (let i = 2; i < request.argc; i++) {
    if (request.is(i, 'AUTH') && i + 2 < request.argc) {
      if (!passwordIs(session, request.text(i + 1), request.text(i + 2))) return reply.error(WRONGPASS);
      session.authenticated = true;
      i += 2;
    } else if (request.is(i, 'SETNAME') && i + 1 < request.argc) {
      name = request.text(++i);
      if (!isName(name)) return reply.error(BAD_NAME);
    } else {
      return reply.error(`ERR Syntax error in HELLO option '${request.text(i)}'`);
    }
  }
  if (!session.authenticated) {
    return reply.error('NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time');
  }
  session.name = name;
  session.protocol = reply.protocol = version;
  reply.map(7);
  reply.bulkText('server');
  reply.bulkText('redis');
  reply.bulkText('version');
  reply.bulkText(REDIS_VERSION);
  reply.bulkText('proto');
  reply.int(version);
  reply.bulkText('id');
  reply.int(session.id);
  reply.bulkText('mode');
  reply.bulkText('standalone');
  reply.bulkText('role');
  reply.bulkText('master');
  reply.bulkText('modules');
  reply.array(1);
  writeModule(reply);
}

function select(session: Session, request: Request, reply: Reply): void {
  const index = request.integer(1);
  if (Number.isNaN(index)) return reply.error('ERR invalid DB index');
  if (!useDatabase(session, index)) return reply.error('ERR DB index is out of range');
  reply.ok();
}

export function useDatabase(session: Session, index: number): boolean {
  const database = session.server.store.databases[index];
  if (database === undefined) return false;
  session.database = database;
  session.databaseIndex = index;
  return true;
}

const BAD_NAME = 'ERR Client names cannot contain spaces, newlines or special characters.';

function isName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

function describe(session: Session): string {
  const { socket } = session;
  const age = Math.floor((Date.now() - session.connectedAtMs) / 1000);
  return `id=${session.id} addr=${socket.remoteAddress}:${socket.remotePort} laddr=${socket.localAddress}:${socket.localPort} fd=8 name=${session.name} `
    + `age=${age} idle=0 flags=N db=${session.databaseIndex} sub=0 psub=0 multi=${session.transaction?.queue.length ?? -1} qbuf=0 qbuf-free=0 argv-mem=0 `
    + `obl=0 oll=0 omem=${socket.writableLength} tot-mem=0 events=r cmd=${session.lastCommand} user=default redir=-1`;
}

const CLIENT_HELP = [
  'CLIENT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:', 'GETNAME', 'ID', 'INFO', 'KILL ID <id>', 'LIST', 'NO-EVICT (ON|OFF)',
  'REPLY (ON|OFF|SKIP)', 'SETNAME <name>', 'SETINFO <option> <value>', 'HELP',
];

function client(session: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  const { sessions } = session.server;
  if (request.is(1, 'ID') && argc === 2) return reply.int(session.id);
  if (request.is(1, 'GETNAME') && argc === 2) return session.name === '' ? reply.null() : reply.bulkText(session.name);
  if (request.is(1, 'SETNAME') && argc === 3) {
    const name = request.text(2);
    if (!isName(name)) return reply.error(BAD_NAME);
    session.name = name;
    return reply.ok();
  }
  if (request.is(1, 'INFO') && argc === 2) return reply.verbatim(`${describe(session)}\n`);
  if (request.is(1, 'LIST')) return reply.verbatim([...sessions.values()].map((each) => `${describe(each)}\n`).join(''));
  if ((request.is(1, 'SETINFO') && argc === 4) || (request.is(1, 'NO-EVICT') && argc === 3) || (request.is(1, 'NO-TOUCH') && argc === 3)) return reply.ok();
  if (request.is(1, 'KILL')) return kill(session, request, reply);
  if (request.is(1, 'REPLY') && argc === 3) return replies(session, request, reply);
  if (request.is(1, 'HELP')) {
    reply.array(CLIENT_HELP.length);
    for (const line of CLIENT_HELP) reply.simple(line);
    return;
  }
  reply.error(`ERR Unknown subcommand or wrong number of arguments for '${request.text(1)}'. Try CLIENT HELP.`);
}

function kill(session: Session, request: Request, reply: Reply): void {
  const { sessions } = session.server;
  const byAddress = request.argc === 3;
  if (!byAddress && !(request.argc === 4 && (request.is(2, 'ID') || request.is(2, 'ADDR')))) return reply.error(SYNTAX);
  const wanted = request.text(request.argc - 1);
  const victims = [...sessions.values()].filter((each) =>
    request.is(2, 'ID') && !byAddress ? String(each.id) === wanted : `${each.socket.remoteAddress}:${each.socket.remotePort}` === wanted);
  for (const victim of victims) {
    if (victim === session) session.closing = true;
    else victim.destroy();
  }
  if (!byAddress) return reply.int(victims.length);
  if (victims.length > 0) reply.ok();
  else reply.error('ERR No such client');
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

function quit(session: Session, _: Request, reply: Reply): void {
  reply.ok();
  session.closing = true;
}

function reset(session: Session, _: Request, reply: Reply): void {
  session.transaction = null;
  session.unwatch();
  useDatabase(session, 0);
  session.protocol = reply.protocol = 2;
  session.name = '';
  session.replyMode = 'on';
  session.authenticated = session.server.settings.password === null;
  reply.simple('RESET');
}

function echo(_: Session, request: Request, reply: Reply): void {
  reply.bulk(request.view(1));
}

export const connectionCommands = [
  command('ping', -1, 'stale fast', NO_KEYS, ping),
  command('echo', 2, 'fast', NO_KEYS, echo),
  command('auth', -2, 'noscript loading stale skip_monitor skip_slowlog fast no_auth', NO_KEYS, auth),
  command('hello', -1, 'noscript loading stale fast no_auth', NO_KEYS, hello),
  command('select', 2, 'loading stale fast', NO_KEYS, select),
  command('client', -2, 'admin noscript random loading stale', NO_KEYS, client),
  command('quit', -1, 'loading stale fast no_auth', NO_KEYS, quit, { immediate: true }),
  command('reset', 1, 'noscript loading stale fast no_auth', NO_KEYS, reset, { immediate: true }),
];

