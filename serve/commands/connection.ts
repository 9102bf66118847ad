/** PING, ECHO, HELLO, AUTH, SELECT, QUIT, RESET. */
import { BAD_NAME, isName, shown, writeModule } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { REDIS_VERSION } from '../server.js';
import type { Session } from '../session.js';
import { DEFAULT_USER } from '../users.js';
import { command, int32Problem, NO_KEYS, SYNTAX } from './command.js';

function ping(_: Session, request: Request, reply: Reply): void {
  if (request.argc > 2) return reply.error("ERR wrong number of arguments for 'ping' command");
  if (request.argc === 2) reply.bulk(request.view(1));
  else reply.raw('+PONG\r\n');
}

const WRONGPASS = 'WRONGPASS invalid username-password pair or user is disabled.';

function logIn(session: Session, name: string, password: string): boolean {
  if (!session.server.users.accepts(name, password)) return false;
  session.authenticated = true;
  session.user = name;
  return true;
}

function auth(session: Session, request: Request, reply: Reply): void {
  if (request.argc > 3) return reply.error(SYNTAX);
  if (request.argc === 2 && session.server.users.open) {
    return reply.error('ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?');
  }
  if (!logIn(session, request.argc === 3 ? request.text(1) : DEFAULT_USER, request.text(request.argc - 1))) return reply.error(WRONGPASS);
  reply.ok();
}

function hello(session: Session, request: Request, reply: Reply): void {
  let version = session.protocol;
  if (request.argc > 1) {
    version = request.long(1);
    if (Number.isNaN(version)) return reply.error('ERR Protocol version is not an integer or out of range');
    if (version !== 2 && version !== 3) return reply.error('NOPROTO unsupported protocol version');
  }
  for (let i = 2; i < request.argc; i++) {
    if (request.is(i, 'AUTH') && i + 2 < request.argc) {
      if (!logIn(session, request.text(i + 1), request.text(i + 2))) return reply.error(WRONGPASS);
      i += 2;
    } else if (request.is(i, 'SETNAME') && i + 1 < request.argc) {
      const name = request.text(++i);
      if (!isName(name)) return reply.error(BAD_NAME);
      session.name = name;
    } else {
      return reply.error(`ERR Syntax error in HELLO option '${shown(request.text(i))}'`);
    }
  }
  if (!session.authenticated) {
    return reply.error('NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time');
  }
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
  const index = request.long(1);
  const problem = int32Problem(index);
  if (problem !== null) return reply.error(problem);
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
  // The answer to this command is skipped as well, where that was asked for.
  if (session.replyMode !== 'skip') session.replyMode = 'on';
  session.authenticated = session.server.users.open;
  session.user = DEFAULT_USER;
  reply.simple('RESET');
}

/** An HTTP request: somebody had a browser send it to this port. Nothing is answered, so that nothing can be done that way. */
function http(session: Session): void {
  session.destroy();
}

function echo(_: Session, request: Request, reply: Reply): void {
  reply.bulk(request.view(1));
}

export const connectionCommands = [
  command('ping', -1, 'stale fast @connection', NO_KEYS, ping),
  command('echo', 2, 'fast @connection', NO_KEYS, echo),
  command('auth', -2, 'noscript loading stale fast no_auth @connection', NO_KEYS, auth),
  command('hello', -1, 'noscript loading stale fast no_auth @connection', NO_KEYS, hello),
  command('select', 2, 'loading stale fast @keyspace', NO_KEYS, select),
  command('post', -1, 'readonly loading stale', NO_KEYS, http),
  command('host:', -1, 'readonly loading stale', NO_KEYS, http),
  command('quit', -1, 'loading stale fast no_auth', NO_KEYS, quit, { immediate: true, unlisted: true }),
  command('reset', 1, 'noscript loading stale fast @connection', NO_KEYS, reset, { immediate: true }),
];

