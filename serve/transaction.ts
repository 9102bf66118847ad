/** What waits between MULTI and EXEC. */
import type { Command } from './commands/command.js';
import { TRANSACTION_BYTES_MAX, TRANSACTION_COMMANDS_MAX } from './limits.js';
import type { Reply } from './reply.js';
import { Request } from './request.js';

/** A command that waits for EXEC, with arguments of its own. */
export interface Queued {
  readonly command: Command;
  readonly request: Request;
}

export interface Transaction {
  readonly queue: Queued[];
  bytes: number;
  /** A command could not be queued: EXEC will refuse. */
  failed: boolean;
}

/** A request whose arguments outlive the bytes that they came in. */
export function ownCopy(request: Request): Request {
  const own = new Request();
  own.assign(Array.from({ length: request.argc }, (_, i) => request.view(i)));
  return own;
}

/** Puts a command behind the others, and says so; of a transaction that cannot be run any more nothing is kept. */
export function enqueue(transaction: Transaction, command: Command, request: Request, reply: Reply): void {
  if (transaction.failed) return reply.raw('+QUEUED\r\n');
  const own = ownCopy(request);
  transaction.bytes += own.bytes.length;
  if (transaction.queue.length >= TRANSACTION_COMMANDS_MAX || transaction.bytes > TRANSACTION_BYTES_MAX) {
    transaction.failed = true;
    return reply.error('ERR the transaction is too large');
  }
  transaction.queue.push({ command, request: own });
  reply.raw('+QUEUED\r\n');
}
