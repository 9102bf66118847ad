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
    infer(session, [model], (answer) => {
      session.server.devices.run(model, inputs, execution.timeoutMs, session, (result) => {
        answer((to) => {
          if (result === TIMEDOUT) return to.simple('TIMEDOUT');
          if (typeof result === 'string') return to.error(result);
          to.ok();
          for (let i = 0; i < outputs.length; i++) {
            const tensor = result[i];
            if (tensor === null) continue;
            const old = database.get(outputs[i]);
            // The success has been told already: the first key that cannot take its output gets a reply of its own, and ends it, as in RedisAI.
            if (old !== undefined && !(old instanceof Tensor)) return to.error(WRONGTYPE);
            database.set(outputs[i], tensor);
          }
        });
      });
    });
  };
}

/** Positions of the keys of `model INPUTS n key… OUTPUTS n key…`, of the model alone where a count makes no sense. */
function keysOfExecute(request: Request): number[] {
  const { argc } = request;
  if (argc < 4) return [];
  const inputs = request.long(3);
  const outputsAt = inputs + 5;
  const outputs = outputsAt > 0 && outputsAt < argc ? request.long(outputsAt) : NaN;
  if (!(outputsAt + outputs >= 0 && outputsAt + outputs < argc)) return [1];
  return [1, ...range(4, inputs), ...range(outputsAt + 1, outputs)];
}

/** Positions of the keys of AI.MODELRUN: everything behind its INPUTS, whatever that is, but for the keyword OUTPUTS. */
function keysOfRun(request: Request): number[] {
  if (request.argc < 2) return [];
  const inputsAt = request.is(2, 'TIMEOUT') ? 4 : 2;
  return [1, ...range(inputsAt + 1, request.argc - inputsAt - 1).filter((i) => !request.is(i, 'OUTPUTS'))];
}

function range(from: number, length: number): number[] {
  return Array.from({ length: Math.max(0, length) }, (_, i) => from + i);
}

const KEYS: Command['keys'] = [4, 4, 1];

export const executeCommands = [
  command('ai.modelexecute', -1, 'write denyoom movablekeys', KEYS, execute(parseExecute), { keysOf: keysOfExecute }),
  command('ai.modelrun', -1, 'write denyoom movablekeys', [3, 3, 1], execute(parseRun), { keysOf: keysOfRun }),
];
