/** Options of a replay, checked and made into a plan. */
import { InferplayError } from '../core/errors.js';
import { parseOptions, type OptionTable } from '../core/options.js';
import type { Arrivals, Plan } from '../core/plan.js';
import { redactUrl } from '../core/secret.js';

export interface ReplayOptions {
  /** URL of the server, for example `redisai://127.0.0.1:6379?model=financialNet`; user and password may be in it. */
  readonly target: string;
  /** Default: constant where there is a rate, else closed. */
  readonly arrivals?: Arrivals['kind'];
  /** Makes the loop an open one. */
  readonly ratePerSecond?: number;
  /** Connections (50). */
  readonly clients?: number;
  /** Worker threads (1). */
  readonly threads?: number;
  /** End of the run: after so many requests, after so long, or whichever comes first. Default: 10 s. */
  readonly requests?: number;
  readonly durationMs?: number;
  /** Default: 1 s. */
  readonly warmupMs?: number;
  /** Of arrivals, picks and checks (1). */
  readonly seed?: number;
  readonly pick?: Plan['pick'];
  /** Consecutive rows that a request carries as one tensor (1). */
  readonly tensorBatch?: number;
  readonly check?: Plan['check'];
  /** Default: 10 s. */
  readonly timeoutMs?: number;
  /** Default: 256 MiB. */
  readonly framesBytesMax?: number;
  readonly spin?: boolean;
  /** false: do not compare the data set with the one that was loaded into the store. */
  readonly storeCheck?: boolean;
  /** Result folder; `auto` for a new one under `results/`. Default: none is written. */
  readonly out?: string | null;
}

/** A timer of Node counts milliseconds in 31 bits. */
const TIMER_MS_MAX = 2 ** 31 - 1;
/** Entries of a ring are addressed with Buffers, which end at 4 GiB. */
export const FRAMES_BYTES_MAX = 2 ** 32 - 2 ** 20;

/** More than any server was meant for; what it means in bytes is limited by the target and by the memory for frames. */
const TENSOR_BATCH_MAX = 10_000;

const TABLE = {
  arrivals: { kind: 'choice', choices: ['closed', 'constant', 'poisson'], default: 'closed', help: 'when requests are due' },
  ratePerSecond: { kind: 'number', min: 1e-3, max: 1e7, help: 'requests per second of an open loop' },
  clients: { kind: 'integer', default: 50, min: 1, max: 65_000, help: 'connections' },
  threads: { kind: 'integer', default: 1, min: 1, max: 64, help: 'worker threads' },
  requests: { kind: 'integer', min: 1, help: 'end after so many requests' },
  durationMs: { kind: 'number', min: 1, max: TIMER_MS_MAX, help: 'end after so long' },
  warmupMs: { kind: 'number', default: 1000, min: 0, max: TIMER_MS_MAX, help: 'traffic before the measured window' },
  seed: { kind: 'integer', default: 1, min: 0, help: 'of arrivals, picks and checks' },
  pick: { kind: 'choice', choices: ['sequential', 'random'], default: 'sequential', help: 'order of the rows' },
  tensorBatch: { kind: 'integer', default: 1, min: 1, max: TENSOR_BATCH_MAX, help: 'rows in the tensor of a request' },
  check: { kind: 'choice', choices: ['none', 'sample', 'all'], default: 'sample', help: 'which answers are compared' },
  timeoutMs: { kind: 'number', default: 10_000, min: 1, max: TIMER_MS_MAX, help: 'an answer later than this is a failure' },
  framesBytesMax: { kind: 'integer', default: 256 * 2 ** 20, min: 1, max: FRAMES_BYTES_MAX, help: 'memory for encoded requests' },
  spin: { kind: 'boolean', default: false, help: 'spend a core on sending on time' },
} as const satisfies OptionTable;

const DURATION_MS_DEFAULT = 10_000;

/** @throws InferplayError USAGE */
export function makePlan(dataset: string, options: ReplayOptions, datasetSha256: string | null): Plan {
  const { target, storeCheck: _storeCheck, out: _out, ...given } = options;
  if (typeof target !== 'string' || target === '') throw new InferplayError('USAGE', 'A replay needs a target, for example redisai://127.0.0.1:6379?model=financialNet.');
  const open = given.ratePerSecond !== undefined;
  const values = parseOptions(TABLE, { ...given, arrivals: given.arrivals ?? (open ? 'constant' : 'closed') }, 'replay');
  const { ratePerSecond, requests = null, threads, clients, warmupMs } = values;
  const kind = values.arrivals as Arrivals['kind'];
  if (kind !== 'closed' && ratePerSecond === undefined) throw new InferplayError('USAGE', `Arrivals "${kind}" need a rate: say with --rate how many requests per second are due.`);
  if (kind === 'closed' && ratePerSecond !== undefined) throw new InferplayError('USAGE', 'A closed loop has no rate: leave out --rate, or choose constant or poisson arrivals.');
  if (threads > clients) throw new InferplayError('USAGE', `${threads} threads cannot share ${clients} connection${clients === 1 ? '' : 's'}: each needs at least one.`);
  const durationMs = values.durationMs ?? (requests === null ? DURATION_MS_DEFAULT : null);
  if (warmupMs + (durationMs ?? 0) > TIMER_MS_MAX) throw new InferplayError('USAGE', `Warm-up and duration together must be at most ${Math.floor(TIMER_MS_MAX / 86_400_000)} days.`);
  const arrivals: Arrivals = kind === 'closed' ? { kind } : { kind, ratePerSecond: ratePerSecond! };
  return Object.freeze({
    dataset,
    datasetSha256,
    target: redactUrl(target).replace(/^([a-z][a-z0-9+.-]*:\/\/)\*\*\*@/i, '$1'),
    arrivals: Object.freeze(arrivals),
    clients,
    threads,
    requests,
    durationMs,
    warmupMs,
    seed: values.seed,
    pick: values.pick as Plan['pick'],
    tensorBatch: values.tensorBatch,
    check: values.check as Plan['check'],
    timeoutMs: values.timeoutMs,
    framesBytesMax: values.framesBytesMax,
    spin: values.spin,
  });
}
