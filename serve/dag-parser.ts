/** AI.DAGEXECUTE, AI.DAGRUN and their read-only forms as text. What is wrong is told in RedisAI's order: keywords, cuts between operations, operations, names. */
import { parseExecute, parseRun, type Execution } from './execution.js';
import { DAG_OPERATIONS_MAX } from './limits.js';
import { NO_TENSOR, scriptRefusal, WRONGTYPE } from './lookup.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';
import type { Session } from './session.js';
import { parseFormat, parseTensor, Tensor, type Format } from './tensor-value.js';

export interface Kind {
  /** As errors name it. */
  readonly name: string;
  /** The deprecated AI.DAGRUN, which takes AI.MODELRUN instead of AI.MODELEXECUTE. */
  readonly deprecated: boolean;
  readonly readOnly: boolean;
}

export type Operation =
  | { readonly kind: 'set'; readonly name: string; readonly tensor: Tensor }
  | { readonly kind: 'get'; readonly name: string; readonly format: Format }
  | { readonly kind: 'run'; readonly execution: Execution };

export interface Dag {
  readonly loaded: Map<string, Tensor>;
  readonly persist: readonly string[];
  readonly operations: readonly Operation[];
  /** 0 or less when there is none. */
  readonly timeoutMs: number;
}

interface Header {
  readonly loaded: Map<string, Tensor>;
  readonly persist: string[];
  timeoutMs: number;
  /** Where the operations begin, at their `|>`. */
  at: number;
}

function fail(reply: Reply, text: string): null {
  reply.error(text);
  return null;
}

/** @returns null after having written the error */
export function parseDag(session: Session, request: Request, kind: Kind, reply: Reply): Dag | null {
  if (kind.deprecated && request.argc < 4) return fail(reply, `ERR wrong number of arguments for '${kind.name}' command`);
  if (!kind.deprecated && request.argc < 6) return fail(reply, `ERR missing arguments for '${kind.name}' command`);
  const header = parseHeader(session, request, kind, reply);
  if (header === null) return null;
  const operations = parseOperations(session, request, header.at, kind, reply);
  if (operations === null) return null;
  const dag: Dag = { loaded: header.loaded, persist: header.persist, operations, timeoutMs: header.timeoutMs };
  return checkNames(dag, reply) ? dag : null;
}

function parseHeader(session: Session, request: Request, kind: Kind, reply: Reply): Header | null {
  const { argc } = request;
  const header: Header = { loaded: new Map(), persist: [], timeoutMs: 0, at: 1 };
  let [loaded, persisted, routed, timed] = [false, false, false, false];
  // Each keyword may come once, in any order.
  while (header.at < argc && !request.is(header.at, '|>')) {
    let ok: boolean;
    if (!loaded && (loaded = request.is(header.at, 'LOAD'))) ok = load(session, request, header, reply);
    else if (!persisted && (persisted = request.is(header.at, 'PERSIST'))) ok = persist(request, header, kind, reply);
    else if (!routed && (routed = request.is(header.at, 'ROUTING'))) ok = routing(request, header, reply);
    else if (!timed && (timed = request.is(header.at, 'TIMEOUT'))) ok = timeout(request, header, reply);
    else return fail(reply, unexpected(request, header.at));
    if (!ok) return null;
  }
  if (header.at < argc && request.is(argc - 1, '|>')) return fail(reply, unexpected(request, argc - 1));
  if (!kind.deprecated && !loaded && !persisted && !routed) {
    return fail(reply, 'ERR AI.DAGEXECUTE and AI.DAGEXECUTE_RO commands must contain at least one out of ROUTING, LOAD, PERSIST keywords');
  }
  return header.at < argc ? header : fail(reply, 'ERR DAG is empty');
}

const unexpected = (request: Request, i: number): string => `ERR Invalid DAG command. Unexpected argument:  ${request.cString(i)}`;

/** The count after LOAD or PERSIST; NaN after having written the error. */
function keyCount(request: Request, at: number, keyword: string, reply: Reply): number {
  const refuse = (text: string): number => (reply.error(text), NaN);
  if (at + 2 >= request.argc) return refuse(`ERR missing arguments after ${keyword} keyword in DAG command`);
  const count = request.long(at + 1);
  return count > 0 ? count : refuse(`ERR invalid or negative value found in number of keys to ${keyword}`);
}

/** `LOAD n key…`: tensors of the client's own database. A key that is not there comes before a count that is too large. */
function load(session: Session, request: Request, header: Header, reply: Reply): boolean {
  const count = keyCount(request, header.at, 'LOAD', reply);
  if (Number.isNaN(count)) return false;
  const end = header.at + 2 + count;
  for (let i = header.at + 2; i < Math.min(end, request.argc); i++) {
    const key = request.text(i);
    const value = session.database.get(key);
    if (!(value instanceof Tensor)) return fail(reply, value === undefined ? NO_TENSOR : WRONGTYPE) !== null;
    header.loaded.set(key, value);
  }
  header.at = end;
  return end <= request.argc || fail(reply, 'ERR number of keys to LOAD into DAG does not match the number of given arguments') !== null;
}

/** `PERSIST n key…`. A key that comes twice comes before a count that is too large. */
function persist(request: Request, header: Header, kind: Kind, reply: Reply): boolean {
  if (kind.readOnly) return fail(reply, 'ERR PERSIST cannot be specified in a read-only DAG') !== null;
  const count = keyCount(request, header.at, 'PERSIST', reply);
  if (Number.isNaN(count)) return false;
  const end = header.at + 2 + count;
  const keys = new Set<string>();
  for (let i = header.at + 2; i < Math.min(end, request.argc); i++) {
    const key = request.text(i);
    if (keys.has(key)) return fail(reply, 'ERR PERSIST keys must be unique') !== null;
    keys.add(key);
    header.persist.push(key);
  }
  header.at = end;
  return end <= request.argc || fail(reply, 'ERR number of keys to PERSIST after DAG execution does not match the number of given arguments') !== null;
}

/** `ROUTING value`, which means something in a cluster only. */
function routing(request: Request, header: Header, reply: Reply): boolean {
  header.at += 2;
  return header.at <= request.argc || fail(reply, 'ERR Missing ROUTING value') !== null;
}

/** `TIMEOUT ms`, of which any number will do, unlike elsewhere. */
function timeout(request: Request, header: Header, reply: Reply): boolean {
  if (header.at + 1 >= request.argc) return fail(reply, 'ERR No value provided for TIMEOUT') !== null;
  header.timeoutMs = request.long(header.at + 1);
  header.at += 2;
  return !Number.isNaN(header.timeoutMs) || fail(reply, 'ERR Invalid value for TIMEOUT') !== null;
}

function parseOperations(session: Session, request: Request, start: number, kind: Kind, reply: Reply): Operation[] | null {
  const operations: Operation[] = [];
  for (let at = start, end: number; at < request.argc; at = end) {
    end = at + 1;
    while (end < request.argc && !request.is(end, '|>')) end++;
    if (operations.length >= DAG_OPERATIONS_MAX) return fail(reply, 'ERR too many operations in the DAG');
    const operation = parseOperation(session, request, at + 1, end, kind, reply);
    if (operation === null) return null;
    operations.push(operation);
  }
  return operations;
}

/** The operation in the arguments from `at` up to `end`, or null after having written the error. Of an empty one RedisAI reads the next `|>`. */
function parseOperation(session: Session, request: Request, at: number, end: number, kind: Kind, reply: Reply): Operation | null {
  if (request.is(at, 'AI.TENSORSET')) {
    if (end - at < 4) return fail(reply, "wrong number of arguments for 'AI.TENSORSET' command");
    const tensor = parseTensor(request, at + 2, end, reply);
    return tensor && { kind: 'set', name: request.text(at + 1), tensor };
  }
  if (request.is(at, 'AI.TENSORGET')) {
    if (end - at < 2 || end - at > 4) return fail(reply, "wrong number of arguments for 'AI.TENSORGET' command");
    const format = parseFormat(request, at + 2, end, reply);
    return format && { kind: 'get', name: request.text(at + 1), format };
  }
  const run = request.is(at, 'AI.MODELRUN');
  if (run || request.is(at, 'AI.MODELEXECUTE')) {
    if (run && !kind.deprecated) return fail(reply, 'Deprecated AI.MODELRUN cannot be used in AI.DAGEXECUTE command');
    if (!run && kind.deprecated) return fail(reply, 'AI.MODELEXECUTE cannot be used in a deprecated AI.DAGRUN command');
    const execution = (run ? parseRun : parseExecute)(session, request, at, end, true, reply);
    return execution && { kind: 'run', execution };
  }
  return fail(reply, scriptError(session, request, at, end, kind));
}

/** No script can be stored without a TorchScript backend, so that none can be found. */
function scriptError(session: Session, request: Request, at: number, end: number, kind: Kind): string {
  const run = request.is(at, 'AI.SCRIPTRUN');
  if (!run && !request.is(at, 'AI.SCRIPTEXECUTE')) return 'Unsupported command within DAG';
  if (run && !kind.deprecated) return 'Deprecated AI.SCRIPTRUN cannot be used in AI.DAGEXECUTE command';
  if (!run && kind.deprecated) return 'AI.SCRIPTEXECUTE cannot be used in a deprecated AI.DAGRUN command';
  if (!run && kind.readOnly) return 'ERR AI.SCRIPTEXECUTE command cannot be specified in a read-only DAG';
  return scriptRefusal(session, request, at, end, run ? 'AI.SCRIPTRUN' : 'AI.SCRIPTEXECUTE');
}

/** Every name must have been loaded, set or made by an earlier operation. */
function checkNames({ loaded, persist: keys, operations }: Dag, reply: Reply): boolean {
  const made = new Set<string>();
  const known = (name: string): boolean => made.has(name) || loaded.has(name);
  for (const operation of operations) {
    const inputs = operation.kind === 'run' ? operation.execution.inputs : operation.kind === 'get' ? [operation.name] : [];
    if (!inputs.every(known)) return fail(reply, 'ERR INPUT key cannot be found in DAG') !== null;
    if (operation.kind === 'set') made.add(operation.name);
    if (operation.kind === 'run') for (const name of operation.execution.outputs) made.add(name);
  }
  return keys.every(known) || fail(reply, 'ERR PERSIST key cannot be found in DAG') !== null;
}

/** Positions of the keys, as COMMAND GETKEYS tells them: RedisAI looks for its keywords everywhere, and stops where a count makes no sense. */
export function keysOfDag(request: Request): number[] {
  const places: number[] = [];
  for (let i = 1; i < request.argc; ) {
    const keyword = i++;
    if (request.is(keyword, 'LOAD') || request.is(keyword, 'PERSIST')) {
      const count = i < request.argc ? request.long(i++) : NaN;
      // The real server wants one more argument behind the keys.
      if (!(i + count >= 0 && i + count < request.argc)) return places;
      for (const end = i + count; i < end; i++) places.push(i);
    } else if (['ROUTING', 'AI.MODELEXECUTE', 'AI.SCRIPTEXECUTE'].some((name) => request.is(keyword, name))) {
      if (i >= request.argc) return places;
      places.push(i++);
    }
  }
  return places;
}
