/** SORT of lists, sets and sorted sets: by value, by the values of other keys, or not at all. */
import { Hash, List, Members } from '../collection-values.js';
import type { Database } from '../database.js';
import { WRONGTYPE } from '../lookup.js';
import { parseFloatStrict } from '../numbers.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { SortedSet } from '../sorted-set.js';
import type { Value } from '../value.js';
import { command, NOT_AN_INTEGER, ONE_KEY, SYNTAX } from './command.js';

interface Wanted {
  descending: boolean;
  alphabetic: boolean;
  offset: number;
  count: number;
  by: string | null;
  store: string | null;
  readonly get: string[];
}

/** @returns null after having written the error */
function wantedOf(request: Request, reply: Reply): Wanted | null {
  const wanted: Wanted = { descending: false, alphabetic: false, offset: 0, count: -1, by: null, store: null, get: [] };
  const refuse = (text: string): null => (reply.error(text), null);
  for (let i = 2; i < request.argc; i++) {
    const left = request.argc - i - 1;
    if (request.is(i, 'ASC')) wanted.descending = false;
    else if (request.is(i, 'DESC')) wanted.descending = true;
    else if (request.is(i, 'ALPHA')) wanted.alphabetic = true;
    else if (request.is(i, 'LIMIT') && left >= 2) {
      wanted.offset = request.long(++i);
      wanted.count = request.long(++i);
      if (Number.isNaN(wanted.offset) || Number.isNaN(wanted.count)) return refuse(NOT_AN_INTEGER);
    } else if (request.is(i, 'STORE') && left >= 1) wanted.store = request.text(++i);
    else if (request.is(i, 'BY') && left >= 1) wanted.by = request.text(++i);
    else if (request.is(i, 'GET') && left >= 1) wanted.get.push(request.text(++i));
    else return refuse(SYNTAX);
  }
  return wanted;
}

function elementsOf(value: Value | undefined): string[] | null {
  if (value === undefined) return [];
  if (value instanceof List) return Array.from(value.values(), (bytes) => bytes.toString('latin1'));
  if (value instanceof Members) return [...value.values()];
  return value instanceof SortedSet ? Array.from(value.values(), ({ member }) => member) : null;
}

/** What a pattern such as `weight_*` or `object_*->field` leads to for an element; null where there is nothing. */
function lookUp(database: Database, pattern: string, element: string): string | null {
  if (pattern === '#') return element;
  const star = pattern.indexOf('*');
  if (star < 0) return null;
  const arrow = pattern.indexOf('->', star + 1);
  const field = arrow >= 0 && arrow + 2 < pattern.length ? pattern.slice(arrow + 2) : null;
  const end = field === null ? pattern.length : arrow;
  const value = database.read(pattern.slice(0, star) + element + pattern.slice(star + 1, end));
  const found = field === null ? value : value instanceof Hash ? value.get(field) : undefined;
  return Buffer.isBuffer(found) ? found.toString('latin1') : null;
}

/** The smallest double that keeps all its digits. */
const NORMAL_MIN = 2 ** -1022;

/** Text as strtod reads it to its end or to a zero byte: blanks may lead, and nothing at all is 0. NaN for what is no number, or too large or too small for one. */
function weightOf(text: string): number {
  const [digits] = text.split('\0', 1);
  if (digits === '') return 0;
  const value = parseFloatStrict(digits.replace(/^[ \t\n\v\f\r]+/, ''));
  return value !== 0 && Math.abs(value) < NORMAL_MIN ? NaN : value;
}

const ascending = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** @returns null where an element has no number to be sorted by */
function sorted(database: Database, elements: readonly string[], { alphabetic, descending, by }: Wanted): string[] | null {
  const keyed = elements.map((element) => {
    const text = by === null ? element : lookUp(database, by, element);
    return { element, text, number: alphabetic || text === null ? 0 : weightOf(text) };
  });
  if (keyed.some(({ number }) => Number.isNaN(number))) return null;
  keyed.sort((a, b) => {
    // A missing text comes before all others. What weighs the same is in the order of the elements themselves.
    const order = !alphabetic ? a.number - b.number || ascending(a.element, b.element)
      : a.text === null || b.text === null ? Number(a.text !== null) - Number(b.text !== null) : ascending(a.text, b.text);
    return descending ? -order : order;
  });
  return keyed.map(({ element }) => element);
}

function limited(elements: readonly string[], { offset, count }: Wanted): readonly string[] {
  const from = Math.max(0, offset);
  return elements.slice(from, count < 0 ? elements.length : from + count);
}

function sort({ database }: Session, request: Request, reply: Reply): void {
  const wanted = wantedOf(request, reply);
  if (wanted === null) return;
  const value = database.read(request.text(1));
  const elements = elementsOf(value);
  if (elements === null) return reply.error(WRONGTYPE);
  // A pattern that leads nowhere asks for no order at all; but what is stored has one.
  const unordered = wanted.by !== null && !wanted.by.includes('*');
  if (unordered && wanted.store !== null && value instanceof Members) Object.assign(wanted, { by: null, alphabetic: true });
  else if (unordered && wanted.descending && !(value instanceof Members)) elements.reverse();
  const order = unordered && wanted.by !== null ? elements : sorted(database, elements, wanted);
  if (order === null) return reply.error("ERR One or more scores can't be converted into double");
  const results = limited(order, wanted).flatMap((element): (string | null)[] =>
    wanted.get.length === 0 ? [element] : wanted.get.map((pattern) => lookUp(database, pattern, element)));
  if (wanted.store === null) {
    reply.array(results.length);
    for (const result of results) if (result === null) reply.null(); else reply.bulkText(result);
    return;
  }
  const list = new List();
  for (const result of results) list.push(Buffer.from(result ?? '', 'latin1'), false);
  if (results.length > 0) database.set(wanted.store, list);
  else database.delete(wanted.store);
  reply.int(results.length);
}

/** The key, and the last of those that STORE names. */
function keysOf(request: Request): number[] {
  let store = 0;
  for (let i = 2; i < request.argc; i++) {
    if (request.is(i, 'LIMIT')) i += 2;
    else if (request.is(i, 'GET') || request.is(i, 'BY')) i += 1;
    else if (request.is(i, 'STORE') && i + 1 < request.argc) store = ++i;
  }
  return store > 0 ? [1, store] : [1];
}

export const sortCommands = [command('sort', -2, 'write denyoom movablekeys @list @set @sortedset @dangerous', ONE_KEY, sort, { keysOf })];
