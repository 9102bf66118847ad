/** SAVE, BGSAVE, LASTSAVE and SHUTDOWN. */
import { messageOf } from '../../core/errors.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { command, NO_KEYS, SYNTAX } from './command.js';

const NO_FILE = 'ERR there is no snapshot file: start the server with --save FILE';
const RUNNING = 'ERR Background save already in progress';

function save(session: Session, _: Request, reply: Reply): void {
  const { persistence } = session.server;
  if (persistence === null) return reply.error(NO_FILE);
  if (persistence.running) return reply.error(RUNNING);
  try {
    persistence.saveNow();
    reply.ok();
  } catch (error) {
    reply.error(`ERR ${messageOf(error)}`);
  }
}

function bgsave(session: Session, request: Request, reply: Reply): void {
  const { persistence } = session.server;
  if (request.argc > 2 || (request.argc === 2 && !request.is(1, 'SCHEDULE'))) return reply.error(SYNTAX);
  if (persistence === null) return reply.error(NO_FILE);
  if (persistence.running) return reply.error(RUNNING);
  // The client can ask INFO and LASTSAVE whether it worked; whoever runs the server would not know.
  persistence.saveInBackground().catch((error: unknown) => session.server.log('warning', messageOf(error)));
  reply.simple('Background saving started');
}

function lastsave({ server }: Session, _: Request, reply: Reply): void {
  reply.int(Math.floor((server.persistence?.lastSaveMs ?? server.stats.startedAtMs) / 1000));
}

function shutdown(session: Session, request: Request, reply: Reply): void {
  const without = request.is(1, 'NOSAVE');
  if (request.argc > 2 || (request.argc === 2 && !without && !request.is(1, 'SAVE'))) return reply.error(SYNTAX);
  session.closing = true;
  session.server.shutdown(!without);
}

export const persistenceCommands = [
  command('save', 1, 'admin noscript', NO_KEYS, save),
  command('bgsave', -1, 'admin noscript', NO_KEYS, bgsave),
  command('lastsave', 1, 'random loading stale fast @admin @dangerous', NO_KEYS, lastsave),
  command('shutdown', -1, 'admin noscript loading stale', NO_KEYS, shutdown),
];
