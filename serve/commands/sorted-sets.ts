/** Sorted sets, by rank and by member. Ranges by score or by name are not here. */
import { changedFrom, removeMembers, valueAt } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { SortedSet, type Entry } from '../sorted-set.js';
import { command, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

const NOT_A_FLOAT = 'ERR value is not a valid float';

function zsetAt({ database }: Session, request: Request, reply: Reply, lookUp: 'get' | 'read' = 'read'): SortedSet | undefined | null {
  return valueAt(database, lookUp, request.text(1), SortedSet, reply);
}

const OPTIONS = ['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'] as const;

type Options = { -readonly [name in (typeof OPTIONS)[number]]: boolean };

/** ZADD, and ZINCRBY, which takes its options as well and always increments. */
function zadd(increment: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const given: Options = { NX: false, XX: false, GT: false, LT: false, CH: false, INCR: increment };
    let at = 2;
    for (let name; (name = OPTIONS.find((option) => request.is(at, option))); at++) given[name] = true;
    const pairs = (request.argc - at) / 2;
    if (pairs < 1 || !Number.isInteger(pairs)) return reply.error(SYNTAX);
    if (given.NX && given.XX) return reply.error('ERR XX and NX options at the same time are not compatible');
    if ((given.GT && given.LT) || (given.NX && (given.GT || given.LT))) return reply.error('ERR GT, LT, and/or NX options at the same time are not compatible');
    if (given.INCR && pairs > 1) return reply.error('ERR INCR option supports a single increment-element pair');
    addAll(session, request, at, given, reply);
  };
}

/** The pairs of score and member from argument `at` on. */
function addAll(session: Session, request: Request, at: number, given: Options, reply: Reply): void {
  const { database } = session;
  for (let i = at; i < request.argc; i += 2) if (Number.isNaN(request.float(i))) return reply.error(NOT_A_FLOAT);
  let set = zsetAt(session, request, reply, 'get');
  if (set === null) return;
  if (set === undefined) {
    if (given.XX) return given.INCR ? reply.null() : reply.int(0);
    database.set(request.text(1), (set = new SortedSet()));
  }
  const before = set.sizeBytes;
  let [added, updated] = [0, 0];
  let last: number | null = null;
  for (let i = at; i < request.argc; i += 2) {
    const member = request.text(i + 1);
    const old = set.score(member);
    let score = request.float(i);
    if (old === undefined ? given.XX : given.NX) continue;
    if (old !== undefined) {
      if (given.INCR) score += old;
      if (Number.isNaN(score)) return reply.error('ERR resulting score is not a number (NaN)');
      if ((given.GT && score <= old) || (given.LT && score >= old)) continue;
    }
    last = score;
    if (set.set(member, score)) added++;
    else if (score !== old) updated++;
  }
  if (added + updated > 0) changedFrom(database, request.text(1), set, before);
  if (!given.INCR) reply.int(given.CH ? added + updated : added);
  else if (last === null) reply.null();
  else reply.double(last);
}

function zrem(session: Session, request: Request, reply: Reply): void {
  removeMembers(session, request, reply, zsetAt(session, request, reply, 'get'));
}

function zpop(lowest: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    if (request.argc > 3) return reply.error(SYNTAX);
    const many = request.argc === 3;
    const count = many ? request.long(2) : 1;
    if (Number.isNaN(count)) return reply.error(NOT_AN_INTEGER);
    if (count <= 0) return reply.array(0);
    const set = zsetAt(session, request, reply, 'get');
    if (set === null) return;
    if (set === undefined) return reply.array(0);
    const before = set.sizeBytes;
    const taken = Array.from({ length: Math.min(count, set.size) }, () => set.pop(lowest)!);
    writeEntries(taken, true, many, reply);
    changedFrom(session.database, request.text(1), set, before);
  };
}

/** @param paired in RESP3 each member and its score are an array of their own */
function writeEntries(entries: readonly Entry[], withScores: boolean, paired: boolean, reply: Reply): void {
  const nested = withScores && paired && reply.protocol === 3;
  reply.array(entries.length * (withScores && !nested ? 2 : 1));
  for (const { member, score } of entries) {
    if (nested) reply.array(2);
    reply.bulkText(member);
    if (withScores) reply.double(score);
  }
}

function zrange(reversed: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    let [withScores, reverse, otherwise, limit] = [false, reversed, false, -1];
    for (let i = 4; i < request.argc; i++) {
      if (request.is(i, 'WITHSCORES')) withScores = true;
      else if (request.is(i, 'LIMIT') && i + 2 < request.argc) {
        const offset = request.long(++i);
        limit = request.long(++i);
        if (Number.isNaN(offset + limit)) return reply.error(NOT_AN_INTEGER);
      } else if (request.is(i, 'REV') && !reverse) reverse = true;
      else if (!reversed && !otherwise && (request.is(i, 'BYSCORE') || request.is(i, 'BYLEX'))) otherwise = true;
      else return reply.error(SYNTAX);
    }
    if (otherwise) return reply.error('ERR ranges by score or by name are not supported by this server');
    if (limit !== -1) return reply.error('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX');
    let [from, to] = [request.long(2), request.long(3)];
    if (Number.isNaN(from) || Number.isNaN(to)) return reply.error(NOT_AN_INTEGER);
    const set = zsetAt(session, request, reply);
    if (set === null) return;
    const size = set?.size ?? 0;
    if (from < 0) from = Math.max(0, from + size);
    to = Math.min(to < 0 ? to + size : to, size - 1);
    const entries = from > to ? [] : [...set!.range(reverse ? size - 1 - to : from, reverse ? size - 1 - from : to)];
    if (reverse) entries.reverse();
    writeEntries(entries, withScores, true, reply);
  };
}

function zscore(session: Session, request: Request, reply: Reply): void {
  const set = zsetAt(session, request, reply);
  if (set === null) return;
  const score = set?.score(request.text(2));
  if (score === undefined) reply.null();
  else reply.double(score);
}

function zrank(reverse: boolean) {
  return (session: Session, request: Request, reply: Reply): void => {
    const set = zsetAt(session, request, reply);
    if (set === null) return;
    const rank = set?.rank(request.text(2));
    if (rank === undefined) reply.null();
    else reply.int(reverse ? set!.size - 1 - rank : rank);
  };
}

function zcard(session: Session, request: Request, reply: Reply): void {
  const set = zsetAt(session, request, reply);
  if (set !== null) reply.int(set?.size ?? 0);
}

export const sortedSetCommands = [
  command('zadd', -4, 'write denyoom fast @sortedset', ONE_KEY, zadd(false)),
  command('zincrby', 4, 'write denyoom fast @sortedset', ONE_KEY, zadd(true)),
  command('zrem', -3, 'write fast @sortedset', ONE_KEY, zrem),
  command('zpopmin', -2, 'write fast @sortedset', ONE_KEY, zpop(true)),
  command('zpopmax', -2, 'write fast @sortedset', ONE_KEY, zpop(false)),
  command('zrange', -4, 'readonly @sortedset', ONE_KEY, zrange(false)),
  command('zrevrange', -4, 'readonly @sortedset', ONE_KEY, zrange(true)),
  command('zscore', 3, 'readonly fast @sortedset', ONE_KEY, zscore),
  command('zrank', 3, 'readonly fast @sortedset', ONE_KEY, zrank(false)),
  command('zrevrank', 3, 'readonly fast @sortedset', ONE_KEY, zrank(true)),
  command('zcard', 2, 'readonly fast @sortedset', ONE_KEY, zcard),
];
