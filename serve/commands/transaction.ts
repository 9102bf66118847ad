/** MULTI, EXEC, DISCARD, WATCH. */
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { runCounted } from '../statistics.js';
import { ALL_KEYS, command, NO_KEYS } from './command.js';

function multi(session: Session, _: Request, reply: Reply): void {
  if (session.transaction) return reply.error('ERR MULTI calls can not be nested');
  session.transaction = { queue: [], bytes: 0, failed: false };
  reply.ok();
}

function exec(session: Session, _: Request, reply: Reply): void {
  const { transaction } = session;
  if (!transaction) return reply.error('ERR EXEC without MULTI');
  // A key whose time is up has changed, also when nobody has looked at it since.
  for (const { database, key } of session.watched) database.get(key);
  const { dirty } = session;
  session.transaction = null;
  session.unwatch();
  if (transaction.failed) return reply.error('EXECABORT Transaction discarded because of previous errors.');
  if (dirty) return reply.nullArray();
  reply.array(transaction.queue.length);
  session.executing = true;
  for (const queued of transaction.queue) runCounted(session, queued.command, queued.request, reply);
  session.executing = false;
}

function discard(session: Session, _: Request, reply: Reply): void {
  if (!session.transaction) return reply.error('ERR DISCARD without MULTI');
  session.transaction = null;
  session.unwatch();
  reply.ok();
}

function watch(session: Session, request: Request, reply: Reply): void {
  if (session.transaction) return reply.error('ERR WATCH inside MULTI is not allowed');
  for (let i = 1; i < request.argc; i++) {
    const key = request.text(i);
    session.database.watch(key, session);
    session.watched.push({ database: session.database, key });
  }
  reply.ok();
}

function unwatch(session: Session, _: Request, reply: Reply): void {
  session.unwatch();
  reply.ok();
}

export const transactionCommands = [
  command('multi', 1, 'noscript loading stale fast @transaction', NO_KEYS, multi, { immediate: true }),
  command('exec', 1, 'noscript loading stale skip_slowlog @transaction', NO_KEYS, exec, { immediate: true }),
  command('discard', 1, 'noscript loading stale fast @transaction', NO_KEYS, discard, { immediate: true }),
  command('watch', -2, 'noscript loading stale fast @transaction', ALL_KEYS, watch, { immediate: true }),
  command('unwatch', 1, 'noscript loading stale fast @transaction', NO_KEYS, unwatch),
];
