/** Options of the embedded server's models: threads, limits in time, and the snapshot. */
import { Option, type Command } from 'commander';
import { integer } from './options.js';

export interface InferenceGiven {
  save?: string;
  threadsPerQueue?: number;
  intraOpParallelism?: number;
  interOpParallelism?: number;
  modelChunkSize?: number;
  modelExecutionTimeout?: number;
}

/** The settings of the module that is imitated, as its load arguments name them. */
export function addInference(command: Command): void {
  command
    .addOption(new Option('--save <FILE>', 'snapshot: read at start, written at the end and by SAVE and BGSAVE'))
    .addOption(new Option('--threads-per-queue <N>', 'runs of one device at a time (default: 1)').argParser(integer(1, 64)))
    .addOption(new Option('--intra-op-parallelism <N>', 'threads inside one operator; 0 leaves it to the server, which takes 1 (default: 0)').argParser(integer(0, 64)))
    .addOption(new Option('--inter-op-parallelism <N>', 'operators of one run side by side; 0 leaves it to the server, which takes 1 (default: 0)').argParser(integer(0, 64)))
    .addOption(new Option('--model-chunk-size <BYTES>', 'AI.MODELGET splits larger models (default: 535822336)').argParser(integer(1)))
    .addOption(new Option('--model-execution-timeout <MS>', 'a running model is given up after so many milliseconds (default: 5000)').argParser(integer(1, 2 ** 31 - 1)));
}

/** As the server takes them. */
export function inferenceOf({ save, threadsPerQueue, intraOpParallelism, interOpParallelism, modelChunkSize, modelExecutionTimeout }: InferenceGiven) {
  return {
    save, threadsPerQueue, intraOpThreads: intraOpParallelism, interOpThreads: interOpParallelism, modelChunkBytes: modelChunkSize,
    executionTimeoutMs: modelExecutionTimeout,
  };
}
