import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../serve/commands/command.js';
import { TRANSACTION_BYTES_MAX } from '../../serve/limits.js';
import { Reply } from '../../serve/reply.js';
import { Request } from '../../serve/request.js';
import { enqueue, ownCopy, type Transaction } from '../../serve/transaction.js';

test('queued arguments are copies, and there is a limit on them', () => {
  const bytes = Buffer.from('value');
  const request = new Request();
  request.assign([bytes]);
  const own = ownCopy(request);
  request.bytes.fill(0);
  assert.equal(own.text(0), 'value');
  const transaction: Transaction = { queue: [], bytes: 0, failed: false };
  const reply = new Reply();
  enqueue(transaction, {} as Command, request, reply);
  assert.equal(reply.drain().toString(), '+QUEUED\r\n');
  transaction.bytes = TRANSACTION_BYTES_MAX;
  enqueue(transaction, {} as Command, request, reply);
  assert.equal(reply.drain().toString(), '-ERR the transaction is too large\r\n');
  assert.deepEqual([transaction.failed, transaction.queue.length], [true, 1]);
  transaction.bytes = 0;
  enqueue(transaction, {} as Command, request, reply);
  assert.equal(reply.drain().toString(), '+QUEUED\r\n');
  assert.equal(transaction.queue.length, 1, 'nothing is kept for an EXEC that will refuse');
});
