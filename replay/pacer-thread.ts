/** Entry of the pacer's thread. */
import { workerData, type MessagePort } from 'node:worker_threads';
import type { Plan } from '../core/plan.js';
import { createClock } from './clock.js';
import { pace } from './pacer.js';
import type { Start } from './run.js';

export interface PacerData {
  readonly plan: Plan;
  readonly epoch: bigint;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly start: Start;
  /** A port to each worker. */
  readonly ports: readonly MessagePort[];
}

const { plan, epoch, control, start, ports } = workerData as PacerData;
pace({ plan, clock: createClock(epoch), control, start, wake: (worker) => ports[worker].postMessage(0) });
for (const port of ports) port.close();
