/** AI.DAGEXECUTE, AI.DAGRUN and their read-only forms: several operations in one request, on names of their own. */
import { keysOfDag, parseDag, type Dag, type Kind } from '../dag-parser.js';
import type { Database } from '../database.js';
import { TIMEDOUT } from '../devices.js';
import { infer, type Execution } from '../execution.js';
import { IN_TRANSACTION, WRONGTYPE } from '../lookup.js';
import type { RunResult } from '../models.js';
import { inModuleOrder } from '../module-table.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { Tensor, writeTensor, type Format } from '../tensor-value.js';
import { command, type Command } from './command.js';

/** Outcome of an operation: an error's text, a tensor to show, NA for what could not happen, or plain OK. */
type Slot = { readonly error: string } | { readonly tensor: Tensor; readonly format: Format } | 'NA' | 'OK';

function dag(kind: Kind) {
  return (session: Session, request: Request, reply: Reply): void => {
    if (session.executing) return reply.error(IN_TRANSACTION);
    const parsed = parseDag(session, request, kind, reply);
    if (parsed === null) return;
    const { database } = session;
    const models = parsed.operations.flatMap((operation) => (operation.kind === 'run' ? [operation.execution.model] : []));
    infer(session, models, (answer) => {
      runDag(session, parsed, (slots, failed) => answer((to) => (slots === null ? to.simple('TIMEDOUT') : writeSlots(parsed, slots, failed, database, to))));
    });
  };
}

/** Runs the operations one after the other; `done` gets null instead of slots when the DAG's time was up before the last of them could begin. */
function runDag(session: Session, { loaded: local, operations, timeoutMs }: Dag, done: (slots: Slot[] | null, failed: boolean) => void): void {
  const slots: Slot[] = [];
  const startedMs = Date.now();
  let failed = false;

  const go = (from: number): void => {
    for (let i = from; i < operations.length; i++) {
      const operation = operations[i];
      if (timeoutMs > 0 && !failed && Date.now() - startedMs > timeoutMs) return done(null, false);
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

  const ended = (result: RunResult, outputs: readonly string[]): void => {
    if (typeof result === 'string') {
      failed = true;
      slots.push({ error: result });
      for (const name of outputs) local.delete(name);
    } else {
      slots.push('OK');
      outputs.forEach((name, k) => (result[k] === null ? local.delete(name) : local.set(name, result[k]!)));
    }
  };

  /** @returns whether the run is over already; otherwise `go` is called when it is */
  const run = ({ model, inputs, outputs }: Execution, i: number): boolean => {
    let now = true;
    let over = false;
    const tensors = inputs.map((name) => local.get(name));
    if (!tensors.every((tensor) => tensor !== undefined)) {
      // An operation before it made something that is no tensor. The real server waits for it for ever.
      ended('ERR an input of the model is no tensor', outputs);
      return true;
    }
    const leftMs = timeoutMs > 0 ? Math.max(1, startedMs + timeoutMs - Date.now()) : 0;
    session.server.devices.run(model, tensors, leftMs, session, (result) => {
      if (result === TIMEDOUT) return done(null, true);
      ended(result, outputs);
      over = true;
      if (!now) go(i + 1);
    });
    now = false;
    return over;
  };

  go(0);
}

function writeSlots({ loaded: local, persist }: Dag, slots: readonly Slot[], failed: boolean, database: Database, reply: Reply): void {
  const keys = failed ? [] : persist.filter((key) => local.has(key));
  const takesTensor = (key: string): boolean => {
    const old = database.get(key);
    return old === undefined || old instanceof Tensor;
  };
  const all = keys.every(takesTensor);
  reply.array(slots.length + (all ? 0 : 1));
  for (const slot of slots) {
    if (slot === 'OK') reply.ok();
    else if (slot === 'NA') reply.simple('NA');
    else if ('error' in slot) reply.error(slot.error);
    else writeTensor(slot.tensor, slot.format, reply);
  }
  for (const key of all ? keys : inModuleOrder(keys)) {
    // The first key that cannot take its tensor ends it.
    if (!takesTensor(key)) return reply.error(WRONGTYPE);
    database.set(key, local.get(key)!);
  }
}

const dagCommand = (name: string, deprecated: boolean, readOnly: boolean): Command =>
  command(name.toLowerCase(), -1, readOnly ? 'readonly movablekeys' : 'write denyoom movablekeys', [3, 3, 1], dag({ name, deprecated, readOnly }), { keysOf: keysOfDag });

export const dagCommands = [
  dagCommand('AI.DAGEXECUTE', false, false), dagCommand('AI.DAGEXECUTE_RO', false, true),
  dagCommand('AI.DAGRUN', true, false), dagCommand('AI.DAGRUN_RO', true, true),
];
