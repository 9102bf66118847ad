/** AI.MODELEXECUTE and its deprecated form AI.MODELRUN, alone and as parts of a DAG. */
import { TIMEDOUT } from '../devices.js';
import { infer, parseExecute, parseRun } from '../execution.js';
import { IN_TRANSACTION, tensorAt, WRONGTYPE } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { Tensor } from '../tensor-value.js';
import { command, type Command } from './command.js';

function execute(parse: typeof parseExecute) {
  return (session: Session, request: Request, reply: Reply): void => {
    if (session.executing) return reply.error(IN_TRANSACTION);
    const execution = parse(session, request, 0, request.argc, false, reply);
    if (execution === null) return;
    const { model, outputs } = execution;
    const inputs: Tensor[] = [];
    for (const key of execution.inputs) {
      const tensor = tensorAt(session.server.store.databases[0], key, reply);
      if (tensor === null) return;
      inputs.push(tensor);
    }
    const { database } = session;
    infer(session, (answer) => {
      session.server.devices.run(model, inputs, execution.timeoutMs, session, (result) => {
        answer((to) => {
          if (result === TIMEDOUT) return to.simple('TIMEDOUT');
          if (typeof result === 'string') return to.error(result);
          to.ok();
          outputs.forEach((key, i) => {
            const old = database.get(key);
            // The success has been told already: a key that cannot take its output gets a reply of its own, as in RedisAI.
            if (old !== undefined && !(old instanceof Tensor)) to.error(WRONGTYPE);
            else if (result[i] !== null) database.set(key, result[i]);
          });
        });
      });
    });
  };
}

/** Keys of `INPUTS n …` and `OUTPUTS n …`; null when the counts are wrong. */
function keysOfExecute(request: Request): number[] | null {
  const places = [1];
  let at = 2;
  for (const keyword of ['INPUTS', 'OUTPUTS']) {
    const count = request.is(at, keyword) && at + 1 < request.argc ? request.integer(at + 1) : NaN;
    if (!(count > 0) || at + 2 + count > request.argc) return null;
    for (let i = 0; i < count; i++) places.push(at + 2 + i);
    at += 2 + count;
  }
  return places;
}

function keysOfRun(request: Request): number[] | null {
  const places = [1];
  let inside = false;
  for (let i = 2; i < request.argc; i++) {
    if (request.is(i, 'INPUTS') || request.is(i, 'OUTPUTS')) inside = true;
    else if (inside) places.push(i);
  }
  return inside ? places : null;
}

const KEYS: Command['keys'] = [4, 4, 1];

export const executeCommands = [
  command('ai.modelexecute', -1, 'write denyoom movablekeys', KEYS, execute(parseExecute), { keysOf: keysOfExecute }),
  command('ai.modelrun', -1, 'write denyoom movablekeys', [3, 3, 1], execute(parseRun), { keysOf: keysOfRun }),
];
