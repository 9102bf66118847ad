/** AI.MODELEXECUTE and AI.MODELRUN as text: the same alone and inside a DAG. */
import { modelAt } from './lookup.js';
import type { Answer } from './laboratory.js';
import type { Model } from './models.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';
import type { Session } from './session.js';

/** A run as it was asked for. Names are keys, or in a DAG its own names. */
export interface Execution {
  readonly model: Model;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** 0 when there is none. */
  readonly timeoutMs: number;
}

/**
 * Runs what may be answered later, through the laboratory where there is one. Every inference comes through here, and nothing else does.
 * @param models that it needs, in their order: they are kept until the answer, also when their keys go before they run, and the first of them counts
 *   the error when the laboratory makes it fail, as it does for a run that fails
 */
export function infer(session: Session, models: readonly Model[], start: (answer: Answer) => void): void {
  const { laboratory } = session.server;
  for (const model of models) model.use();
  session.later((later) => {
    const answer: Answer = (write) => {
      for (const model of models) model.release();
      later(write);
    };
    if (laboratory === null) return start(answer);
    // Nobody hears what is answered to a client that is gone.
    const drop = (): void => {
      session.destroy();
      answer(() => {});
    };
    laboratory.visit({ start, answer, failed: () => models[0]?.info.failed(), drop });
  });
}

function fail(reply: Reply, text: string): null {
  reply.error(text);
  return null;
}

function texts(request: Request, from: number, to: number): string[] {
  const found: string[] = [];
  for (let i = from; i < to; i++) found.push(request.text(i));
  return found;
}

const MISMATCH = { INPUTS: 'Number of keys given as INPUTS here does not match model definition', OUTPUTS: 'Number of keys given as OUTPUTS here does not match model definition' };

/**
 * `INPUTS n key…` or `OUTPUTS n key…` at argument `at`, for as many as the model has.
 * @returns the number of keys, or -1 after having written the error
 */
function keyCount(request: Request, at: number, end: number, keyword: 'INPUTS' | 'OUTPUTS', expected: number, reply: Reply): number {
  const what = keyword === 'INPUTS' ? 'input' : 'output';
  const refuse = (text: string): number => (reply.error(text), -1);
  if (at >= end || !request.is(at, keyword)) return refuse(`ERR ${keyword} not specified`);
  const count = at + 1 < end ? request.long(at + 1) : NaN;
  if (Number.isNaN(count)) return refuse(`ERR Invalid argument for ${what}_count`);
  if (count <= 0) return refuse(`ERR ${what === 'input' ? 'Input' : 'Output'} count must be a positive integer`);
  if (count !== expected) return refuse(MISMATCH[keyword]);
  if (at + 2 + count > end) return refuse(`ERR number of ${what} keys to AI.MODELEXECUTE command does not match the number of given arguments`);
  return count;
}

/**
 * `AI.MODELEXECUTE model INPUTS n key… OUTPUTS n key… [TIMEOUT ms]` in the arguments from `at` up to `end`.
 * @returns null after having written the error
 */
export function parseExecute(session: Session, request: Request, at: number, end: number, inDag: boolean, reply: Reply): Execution | null {
  if (end - at < 8) return fail(reply, "ERR wrong number of arguments for 'AI.MODELEXECUTE' command");
  const model = modelAt(session.server.store.databases[0], request.text(at + 1), reply);
  if (model === null) return null;
  const inputsAt = at + 2;
  const inputs = keyCount(request, inputsAt, end, 'INPUTS', model.inputs.length, reply);
  if (inputs < 0) return null;
  const outputsAt = inputsAt + 2 + inputs;
  const outputs = keyCount(request, outputsAt, end, 'OUTPUTS', model.outputs.length, reply);
  if (outputs < 0) return null;
  let timeoutMs = 0;
  let i = outputsAt + 2 + outputs;
  if (i < end && request.is(i, 'TIMEOUT')) {
    const timeout = parseTimeout(request, i, end, reply);
    if (timeout === null) return null;
    timeoutMs = timeout;
    i += 2;
  }
  if (i < end) return fail(reply, `Invalid argument: ${request.cString(i)}`);
  if (inDag && timeoutMs > 0) return fail(reply, NO_TIMEOUT_IN_DAG);
  return { model, inputs: texts(request, inputsAt + 2, outputsAt), outputs: texts(request, outputsAt + 2, outputsAt + 2 + outputs), timeoutMs };
}

const NO_TIMEOUT_IN_DAG = 'ERR TIMEOUT not allowed within a DAG command';

function parseTimeout(request: Request, at: number, end: number, reply: Reply): number | null {
  if (at + 1 >= end) return fail(reply, 'ERR No value provided for TIMEOUT');
  const value = request.long(at + 1);
  return value > 0 ? value : fail(reply, 'ERR Invalid value for TIMEOUT');
}

/** `AI.MODELRUN model [TIMEOUT ms] INPUTS key… OUTPUTS key…`. */
export function parseRun(session: Session, request: Request, at: number, end: number, inDag: boolean, reply: Reply): Execution | null {
  if (end - at < 6) return fail(reply, "ERR wrong number of arguments for 'AI.MODELRUN' command");
  const model = modelAt(session.server.store.databases[0], request.text(at + 1), reply);
  if (model === null) return null;
  let i = at + 2;
  let timeoutMs = 0;
  if (request.is(i, 'TIMEOUT')) {
    const timeout = parseTimeout(request, i, end, reply);
    if (timeout === null) return null;
    timeoutMs = timeout;
    i += 2;
  }
  if (i >= end || !request.is(i, 'INPUTS')) return fail(reply, 'ERR INPUTS not specified');
  const from = ++i;
  while (i < end && !request.is(i, 'OUTPUTS')) i++;
  if (i - from !== model.inputs.length) return fail(reply, MISMATCH.INPUTS);
  if (Math.max(0, end - i - 1) !== model.outputs.length) return fail(reply, MISMATCH.OUTPUTS);
  if (inDag && timeoutMs > 0) return fail(reply, NO_TIMEOUT_IN_DAG);
  return { model, inputs: texts(request, from, i), outputs: texts(request, i + 1, end), timeoutMs };
}
