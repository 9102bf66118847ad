/** What becomes of one request: refused, queued for EXEC, held back by CLIENT PAUSE, or run. */
import { messageOf } from '../core/errors.js';
import { isHeld, refusalOf, refuse, unknownCommand } from './admission.js';
import type { Command } from './commands/command.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';
import type { Pause } from './server.js';
import type { Session } from './session.js';
import { runCounted } from './statistics.js';
import { enqueue, ownCopy } from './transaction.js';

export function dispatch(session: Session, request: Request): void {
  if (session.replyMode === 'on') run(session, request);
  else runSilently(session, request);
}

/** A request without a command, such as an empty line, uses up CLIENT REPLY SKIP as one with a command does. */
export function passEmpty(session: Session): void {
  if (session.replyMode === 'skip-next') session.replyMode = 'on';
}

/** Runs a command and forgets its reply. */
function runSilently(session: Session, request: Request): void {
  session.flush();
  if (session.replyMode === 'skip-next') session.replyMode = 'skip';
  run(session, request);
  // CLIENT REPLY ON is the one command that is answered: it has changed the mode.
  if ((session.replyMode as string) !== 'on') session.reply.drain();
  if (session.replyMode === 'skip') session.replyMode = 'on';
}

function run(session: Session, request: Request): void {
  const { reply, server } = session;
  const command = server.commands.lookUp(request);
  const refusal = command === null ? unknownCommand(request) : refusalOf(session, command, request);
  if (refusal !== null) return refuse(session, command, refusal);
  session.lastCommand = command!.name;
  if (server.pause !== null && isHeld(session, command!)) return hold(session, command!, request, server.pause);
  try {
    queueOrRun(session, command!, request, reply);
  } catch (error) {
    failed(session, error);
  }
}

function queueOrRun(session: Session, command: Command, request: Request, reply: Reply): void {
  if (session.transaction !== null && !command.immediate) enqueue(session.transaction, command, request, reply);
  else runCounted(session, command, request, reply);
}

/** A mistake of ours, or memory that is not there: it costs this client its connection, and nobody else anything. */
export function failed(session: Session, error: unknown): void {
  session.reply.error(`ERR internal error: ${messageOf(error)}`);
  session.closing = true;
}

/** Queues or runs a command when CLIENT PAUSE is over; until then the client's further commands wait behind it. */
function hold(session: Session, command: Command, request: Request, pause: Pause): void {
  const own = ownCopy(request);
  session.later((answer) => pause.waiting.set(session, () => answer((reply) => queueOrRun(session, command, own, reply))));
}
