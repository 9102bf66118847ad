/** AI.DAGEXECUTE, AI.DAGRUN and their read-only forms: several operations in one request, on names of their own. */
import { TIMEDOUT } from '../devices.js';
import { infer, parseExecute, parseRun, type Execution } from '../execution.js';
import { DAG_OPERATIONS_MAX } from '../limits.js';
import { IN_TRANSACTION, NO_SCRIPT, NO_TENSOR, WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import { wrongArity, type Session } from '../session.js';
import type { Database } from '../store.js';
import { parseFormat, parseTensor, Tensor, writeTensor, type Format } from '../tensor-value.js';
import { command, type Command } from './command.js';

interface Kind {
  /** As errors name it. */
  readonly name: string;
  /** The deprecated AI.DAGRUN, which takes AI.MODELRUN instead of AI.MODELEXECUTE. */
  readonly deprecated: boolean;
  readonly readOnly: boolean;
}

type Operation =
  | { readonly kind: 'set'; readonly name: string; readonly tensor: Tensor }
  | { readonly kind: 'get'; readonly name: string; readonly format: Format }
  | { readonly kind: 'run'; readonly execution: Execution };

/** Outcome of an operation: an error's text, a tensor to show, NA for what could not happen, or plain OK. */
type Slot = { readonly error: string } | { readonly tensor: Tensor; readonly format: Format } | 'NA' | 'OK';

interface Dag {
  readonly loaded: Map<string, Tensor>;
  readonly persist: readonly string[];
  readonly operations: readonly Operation[];
  readonly timeoutMs: number;
}

interface Header {
  readonly loaded: Map<string, Tensor>;
  persist: string[] | null;
  load: boolean;
  routing: boolean;
  timeoutMs: number | null;
  /** Where the first `|>` is. */
  at: number;
}

function fail(reply: Reply, text: string): null {
  reply.error(text);
  return null;
}

const unexpected = (request: Request, i: number): string => `ERR Invalid DAG command. Unexpected argument:  ${request.text(i)}`;

/** `LOAD n key…`; answers the position after it, or null after having written the error. */
function load(session: Session, request: Request, at: number, header: Header, reply: Reply): number | null {
  const count = at + 1 < request.argc ? request.integer(at + 1) : NaN;
  if (!(count > 0)) return fail(reply, 'ERR invalid or negative value found in number of keys to LOAD');
  const end = at + 2 + count;
  if (end > request.argc) return fail(reply, 'ERR number of keys to LOAD into DAG does not match the number of given arguments');
  const database = session.server.store.databases[0];
  for (let i = at + 2; i < end; i++) {
    const key = request.text(i);
    const value = database.get(key);
    if (!(value instanceof Tensor)) return fail(reply, value === undefined ? NO_TENSOR : WRONGTYPE);
    header.loaded.set(key, value);
  }
  header.load = true;
  return end;
}

function persist(request: Request, at: number, header: Header, kind: Kind, reply: Reply): number | null {
  if (kind.readOnly) return fail(reply, 'ERR PERSIST cannot be specified in a read-only DAG');
  const count = at + 1 < request.argc ? request.integer(at + 1) : NaN;
  if (!(count > 0)) return fail(reply, 'ERR invalid or negative value found in number of keys to PERSIST');
  const end = at + 2 + count;
  if (end > request.argc) return fail(reply, 'ERR number of keys to PERSIST after DAG execution does not match the number of given arguments');
  header.persist = [];
  for (let i = at + 2; i < end; i++) header.persist.push(request.text(i));
  return end;
}

function parseHeader(session: Session, request: Request, kind: Kind, reply: Reply): Header | null {
  const header: Header = { loaded: new Map(), persist: null, load: false, routing: false, timeoutMs: null, at: request.argc };
  let i = 1;
  while (i < request.argc) {
    if (request.is(i, '|>')) {
      header.at = i;
      break;
    }
    let next: number | null;
    if (request.is(i, 'LOAD') && !header.load) next = load(session, request, i, header, reply);
    else if (request.is(i, 'PERSIST') && header.persist === null) next = persist(request, i, header, kind, reply);
    else if (request.is(i, 'ROUTING') && !header.routing) {
      header.routing = true;
      next = i + 1 < request.argc ? i + 2 : fail(reply, 'ERR Missing ROUTING value');
    } else if (request.is(i, 'TIMEOUT') && header.timeoutMs === null) {
      if (i + 1 >= request.argc) return fail(reply, 'ERR No value provided for TIMEOUT');
      header.timeoutMs = request.integer(i + 1);
      next = Number.isNaN(header.timeoutMs) ? fail(reply, 'ERR Invalid value for TIMEOUT') : i + 2;
    } else return fail(reply, unexpected(request, i));
    if (next === null) return null;
    i = next;
  }
  if (!kind.deprecated && !header.load && header.persist === null && !header.routing) {
    return fail(reply, 'ERR AI.DAGEXECUTE and AI.DAGEXECUTE_RO commands must contain at least one out of ROUTING, LOAD, PERSIST keywords');
  }
  return header;
}

/** The operation in the arguments from `at` up to `end`, or null after having written the error. */
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
  return parseScript(request, at, kind, reply);
}

/** No script can be stored without a TorchScript backend, so that none can be found. */
function parseScript(request: Request, at: number, kind: Kind, reply: Reply): null {
  if (request.is(at, 'AI.SCRIPTRUN')) {
    return fail(reply, kind.deprecated ? NO_SCRIPT : 'Deprecated AI.SCRIPTRUN cannot be used in AI.DAGEXECUTE command');
  }
  if (!request.is(at, 'AI.SCRIPTEXECUTE')) return fail(reply, 'Unsupported command within DAG');
  if (kind.deprecated) return fail(reply, 'AI.SCRIPTEXECUTE cannot be used in a deprecated AI.DAGRUN command');
  return fail(reply, kind.readOnly ? 'ERR AI.SCRIPTEXECUTE command cannot be specified in a read-only DAG' : NO_SCRIPT);
}

function parseOperations(session: Session, request: Request, start: number, kind: Kind, reply: Reply): Operation[] | null {
  const operations: Operation[] = [];
  let at = start;
  while (at < request.argc) {
    if (at + 1 >= request.argc) return fail(reply, unexpected(request, at));
    let end = at + 2;
    while (end < request.argc && !request.is(end, '|>')) end++;
    if (operations.length >= DAG_OPERATIONS_MAX) return fail(reply, 'ERR too many operations in the DAG');
    const operation = parseOperation(session, request, at + 1, end, kind, reply);
    if (operation === null) return null;
    operations.push(operation);
    at = end;
  }
  return operations;
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
  if (!keys.every(known)) return fail(reply, 'ERR PERSIST key cannot be found in DAG') !== null;
  return new Set(keys).size === keys.length || fail(reply, 'ERR PERSIST keys must be unique') !== null;
}

function dag(kind: Kind) {
  return (session: Session, request: Request, reply: Reply): void => {
    if (session.executing) return reply.error(IN_TRANSACTION);
    if (kind.deprecated && request.argc < 4) return reply.error(wrongArity(request));
    if (!kind.deprecated && request.argc < 6) return reply.error(`ERR missing arguments for '${kind.name}' command`);
    const header = parseHeader(session, request, kind, reply);
    if (header === null) return;
    if (header.at === request.argc) return reply.error('ERR DAG is empty');
    const operations = parseOperations(session, request, header.at, kind, reply);
    if (operations === null) return;
    const parsed: Dag = { loaded: header.loaded, persist: header.persist ?? [], operations, timeoutMs: header.timeoutMs ?? 0 };
    if (!checkNames(parsed, reply)) return;
    const { database } = session;
    infer(session, (answer) => {
      runDag(session, parsed, (slots, failed) => answer((to) => (slots === null ? to.simple('TIMEDOUT') : writeSlots(parsed, slots, failed, database, to))));
    });
  };
}

/** Runs the operations one after the other; `done` gets null instead of slots when the DAG's time was up. */
function runDag(session: Session, { loaded: local, operations, timeoutMs }: Dag, done: (slots: Slot[] | null, failed: boolean) => void): void {
  const slots: Slot[] = [];
  const deadlineMs = timeoutMs > 0 ? Date.now() + timeoutMs : 0;
  let failed = false;

  const go = (from: number): void => {
    for (let i = from; i < operations.length; i++) {
      const operation = operations[i];
      if (operation.kind === 'set') {
        local.set(operation.name, operation.tensor);
        slots.push('OK');
      } else if (operation.kind === 'get') {
        const tensor = local.get(operation.name);
        slots.push(tensor ? { tensor, format: operation.format } : 'NA');
      } else if (failed) {
        slots.push('NA');
        for (const name of operation.execution.outputs) local.delete(name);
      } else if (!run(operation.execution, i)) return;
    }
    done(slots, failed);
  };

  /** @returns whether the run is over already; otherwise `go` is called when it is */
  const run = ({ model, inputs, outputs }: Execution, i: number): boolean => {
    let now = true;
    let over = false;
    const leftMs = deadlineMs > 0 ? Math.max(1, deadlineMs - Date.now()) : 0;
    session.server.devices.run(model, inputs.map((name) => local.get(name)!), leftMs, session, (result) => {
      if (result === TIMEDOUT) return done(null, true);
      if (typeof result === 'string') {
        failed = true;
        slots.push({ error: result });
        for (const name of outputs) local.delete(name);
      } else {
        slots.push('OK');
        outputs.forEach((name, k) => (result[k] === null ? local.delete(name) : local.set(name, result[k]!)));
      }
      over = true;
      if (!now) go(i + 1);
    });
    now = false;
    return over;
  };

  go(0);
}

function writeSlots({ loaded: local, persist: keys }: Dag, slots: readonly Slot[], failed: boolean, database: Database, reply: Reply): void {
  const stored = failed ? [] : keys.map((key) => ({ key, tensor: local.get(key), old: database.get(key) })).filter(({ tensor }) => tensor !== undefined);
  const wrong = stored.filter(({ old }) => old !== undefined && !(old instanceof Tensor));
  reply.array(slots.length + wrong.length);
  for (const slot of slots) {
    if (slot === 'OK') reply.ok();
    else if (slot === 'NA') reply.simple('NA');
    else if ('error' in slot) reply.error(slot.error);
    else writeTensor(slot.tensor, slot.format, reply);
  }
  for (let i = 0; i < wrong.length; i++) reply.error(WRONGTYPE);
  for (const { key, tensor, old } of stored) if (old === undefined || old instanceof Tensor) database.set(key, tensor!);
}

/** Keys of LOAD and PERSIST, which come before the first operation. */
function keysOf(request: Request): number[] | null {
  const places: number[] = [];
  for (let i = 1; i < request.argc && !request.is(i, '|>'); ) {
    if (request.is(i, 'LOAD') || request.is(i, 'PERSIST')) {
      const count = i + 1 < request.argc ? request.integer(i + 1) : NaN;
      if (!(count > 0) || i + 2 + count > request.argc) return null;
      for (let k = 0; k < count; k++) places.push(i + 2 + k);
      i += 2 + count;
    } else i++;
  }
  return places;
}

const dagCommand = (name: string, deprecated: boolean, readOnly: boolean): Command =>
  command(name.toLowerCase(), -1, readOnly ? 'readonly movablekeys' : 'write denyoom movablekeys', [3, 3, 1], dag({ name, deprecated, readOnly }), { keysOf });

export const dagCommands = [
  dagCommand('AI.DAGEXECUTE', false, false), dagCommand('AI.DAGEXECUTE_RO', false, true),
  dagCommand('AI.DAGRUN', true, false), dagCommand('AI.DAGRUN_RO', true, true),
];
