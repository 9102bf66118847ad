/** Whether a command may run now, and the error when it may not: unknown, wrong number of arguments, not logged in, no memory. */
import type { Command } from './commands/command.js';
import { ERROR_ARGUMENTS_BYTES_MAX, SERVER_BYTES } from './limits.js';
import { shown } from './lookup.js';
import type { Request } from './request.js';
import type { Server } from './server.js';
import type { Session } from './session.js';

const NOAUTH = 'NOAUTH Authentication required.';
const OOM = "OOM command not allowed when used memory > 'maxmemory'.";

/** What counts for `maxmemory`: keys and values, and a constant for the server itself, as redis-server has about as much. */
export function usedBytes(server: Server): number {
  return SERVER_BYTES + server.store.usedBytes;
}

/** Why the command is refused, or null. */
export function refusalOf(session: Session, command: Command, request: Request): string | null {
  const { arity } = command;
  if (arity > 0 ? request.argc !== arity : request.argc < -arity) return `ERR wrong number of arguments for '${command.name}' command`;
  if (!session.authenticated && !command.flags.includes('no_auth')) return NOAUTH;
  return session.server.settings.maxmemoryBytes > 0 ? refusalOfMemory(session, command) : null;
}

function refusalOfMemory(session: Session, command: Command): string | null {
  if (usedBytes(session.server) <= session.server.settings.maxmemoryBytes) return null;
  const { transaction } = session;
  if (transaction === null) return command.flags.includes('denyoom') ? OOM : null;
  // Between MULTI and EXEC everything needs memory, for it is queued; EXEC itself is refused for what it would run.
  if (command.name === 'discard' || command.name === 'reset' || command.name === 'quit') return null;
  if (command.name !== 'exec') return OOM;
  return transaction.queue.some((queued) => queued.command.flags.includes('denyoom')) ? OOM : null;
}

/** Answers a refusal. A refused command spoils the transaction that it should have been part of; a refused EXEC ends it. */
export function refuse(session: Session, command: Command | null, refusal: string): void {
  if (command !== null) session.server.statistics.of(command).rejected++;
  if (command?.name === 'exec') {
    session.transaction = null;
    session.unwatch();
    return session.reply.error(`EXECABORT Transaction discarded because of: ${refusal.replace(/^ERR /, '')}`);
  }
  if (session.transaction) session.transaction.failed = true;
  session.reply.error(refusal);
}

/** Whether CLIENT PAUSE holds the command back. */
export function isHeld(session: Session, command: Command): boolean {
  const { pause } = session.server;
  if (pause === null || command.name === 'client') return false;
  if (!pause.writesOnly) return true;
  return command.flags.includes('write') || (command.name === 'exec' && session.transaction!.queue.some((queued) => queued.command.flags.includes('write')));
}

export function unknownCommand(request: Request): string {
  let text = `ERR unknown command \`${shown(request.text(0))}\`, with args beginning with: `;
  let size = 0;
  for (let i = 1; i < request.argc && size < ERROR_ARGUMENTS_BYTES_MAX; i++) {
    const arg = shown(request.text(i), ERROR_ARGUMENTS_BYTES_MAX - size);
    text += `\`${arg}\`, `;
    size += arg.length + 4;
  }
  return text;
}
