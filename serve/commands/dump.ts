/** DUMP and RESTORE: values as payloads of this server's own format. */
import { instantOf } from '../instant.js';
import { expireOrDelete } from '../lookup.js';
import { backendText } from '../models.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { dumped, putSaved, restored } from '../saved.js';
import type { Session } from '../session.js';
import type { Saved } from '../snapshot-values.js';
import { command, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

function dump(session: Session, request: Request, reply: Reply): void {
  const value = session.database.read(request.text(1));
  if (value === undefined) reply.null();
  else reply.bulk(dumped(value));
}

interface Options {
  replace: boolean;
  absolute: boolean;
}

/** REPLACE, ABSTTL, IDLETIME seconds and FREQ n; of the last two nothing is kept. @returns null after having written the error */
function optionsOf(request: Request, reply: Reply): Options | null {
  const options: Options = { replace: false, absolute: false };
  let [idle, frequency] = [false, false];
  const refuse = (text: string): null => (reply.error(text), null);
  for (let i = 4; i < request.argc; i++) {
    const more = i + 1 < request.argc;
    if (request.is(i, 'REPLACE')) options.replace = true;
    else if (request.is(i, 'ABSTTL')) options.absolute = true;
    else if (request.is(i, 'IDLETIME') && more && !frequency) {
      const value = request.long(++i);
      if (Number.isNaN(value)) return refuse(NOT_AN_INTEGER);
      if (value < 0) return refuse('ERR Invalid IDLETIME value, must be >= 0');
      idle = true;
    } else if (request.is(i, 'FREQ') && more && !idle) {
      const value = request.long(++i);
      if (Number.isNaN(value)) return refuse(NOT_AN_INTEGER);
      if (value < 0 || value > 255) return refuse('ERR Invalid FREQ value, must be >= 0 and <= 255');
      frequency = true;
    } else return refuse(SYNTAX);
  }
  return options;
}

function restore({ server, database }: Session, request: Request, reply: Reply): void {
  const options = optionsOf(request, reply);
  if (options === null) return;
  const key = request.text(1);
  if (!options.replace && database.get(key) !== undefined) return reply.error('BUSYKEY Target key name already exists.');
  const ttl = request.bigint(2);
  if (ttl === null) return reply.error(NOT_AN_INTEGER);
  if (ttl < 0n) return reply.error('ERR Invalid TTL value, must be >= 0');
  let saved: Saved | null;
  try {
    saved = restored(request.view(3));
  } catch {
    return reply.error('ERR Bad data format');
  }
  if (saved === null) return reply.error('ERR DUMP payload version or checksum are wrong');
  try {
    putSaved(server, database, key, saved);
  } catch (error) {
    return reply.error(backendText(error));
  }
  // The largest time there is stands for one that would be beyond it.
  if (ttl > 0n) expireOrDelete(database, key, instantOf(ttl, 1n, !options.absolute) ?? instantOf(2n ** 63n - 1n, 1n, false)!);
  reply.ok();
}

export const dumpCommands = [
  command('dump', 2, 'readonly random @keyspace', ONE_KEY, dump),
  command('restore', -4, 'write denyoom @keyspace @dangerous', ONE_KEY, restore),
];
