/** Entry of a thread that encodes requests ahead of one worker. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { openDataset } from '../core/dataset.js';
import { messageOf } from '../core/errors.js';
import type { Plan } from '../core/plan.js';
import { encodeAhead } from './encoder.js';
import { groupsIn } from './groups.js';
import { createPick } from './pick.js';
import { RingWriter, type RingData } from './ring.js';
import { createTarget } from './target-url.js';

export interface EncoderData {
  readonly plan: Plan;
  readonly targetUrl: string;
  readonly worker: number;
  readonly ring: RingData;
  readonly port: MessagePort;
}

const { plan, targetUrl, worker, ring, port } = workerData as EncoderData;
try {
  const dataset = await openDataset(plan.dataset);
  await encodeAhead({
    dataset,
    encoder: createTarget(targetUrl).encoder(dataset, plan.tensorBatch),
    ring,
    writer: new RingWriter(ring, () => port.postMessage(0), () => parentPort!.postMessage({ kind: 'ready' })),
    worker,
    workers: plan.threads,
    order: plan.pick,
    pick: createPick(plan, groupsIn(dataset.rows, plan.tensorBatch)),
  });
} catch (error) {
  parentPort!.postMessage({ kind: 'failed', message: messageOf(error) });
}
port.close();
