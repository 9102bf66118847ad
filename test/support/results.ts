/** Results made by hand: one of each kind that a summary has to show. */
import type { Plan } from '../../core/plan.js';
import type { Platform } from '../../core/platform.js';
import { emptyRecording, type Recording } from '../../core/recording.js';
import { makeResult, type DatasetFacts, type Measured } from '../../core/result.js';
import { histogramOf, latencies, planOf, recordingOf } from './recordings.js';

export const PLATFORM: Platform = { inferplay: '0.1.0', node: '20.20.0', os: 'Linux 6.1 x64', cpu: 'A CPU', cores: 2, memoryBytes: 8e9, hostname: 'here' };

export const DATASET: DatasetFacts = { path: 'data/fraud', rows: 50_000, rowName: null, useCase: 'fraud', sha256: 'a'.repeat(64), seed: 1, source: null };

export function measured(plan: Partial<Plan>, recording: Recording): Measured {
  const server = { software: 'redis 7.0.15', model: 'financialNet', backend: 'ONNX', storeChecked: true };
  return { plan: planOf(plan), platform: PLATFORM, server, serverStatistics: null, dataset: DATASET, recording };
}

const open: Partial<Plan> = { arrivals: { kind: 'poisson', ratePerSecond: 2000 }, threads: 1 };

const ONE_WORKER = [{ worker: 0, utilization: 0.21, delayP99Ms: 0.4, delayMaxMs: 3.1 }];

function failing(): Recording {
  const good = recordingOf(18_000, 1800, 2_400_000);
  return {
    ...good,
    due: 20_000, sent: 20_000, done: 20_000,
    rows: { sent: 20_000, ok: 18_000, shortRequests: 0, shortRows: 0 },
    outcomes: {
      ok: { count: 18_000, messages: {} },
      'wrong-answer': { count: 12, messages: { 'row 17: expected 0.25,0.75, got 0.5,0.5': 1, '': 11 } },
      ERR: { count: 1500, messages: { 'ERR model key is empty': 1500 } },
      timeout: { count: 400, messages: { 'no answer within 10 s': 400 } },
      'connection-lost': { count: 88, messages: { 'read ECONNRESET': 80, 'the server closed the connection': 5, 'evil \x1b[31m text': 3 } },
    },
    failedService: histogramOf(latencies(1988, 5_000_000)),
    connections: { opened: 50, lost: 88, reopened: 86, refused: 2 },
    seconds: good.seconds.map((one) => ({ ...one, due: 2000, sent: 2000, failed: 200 })),
    workers: ONE_WORKER,
  };
}

function dead(): Recording {
  return {
    ...emptyRecording(),
    startedAtMs: Date.UTC(2025, 0, 2, 3, 4, 5),
    elapsedNs: 2.1e9,
    ending: 'server-lost',
    due: 50, sent: 50, done: 50,
    rows: { sent: 50, ok: 0, shortRequests: 0, shortRows: 0 },
    outcomes: { 'connection-lost': { count: 50, messages: { 'read ECONNRESET': 50 } } },
    failedService: histogramOf(latencies(50, 900_000)),
    connections: { opened: 50, lost: 50, reopened: 0, refused: 120 },
    workers: [{ worker: 0, utilization: 0.02, delayP99Ms: 0.1, delayMaxMs: 0.2 }],
    seconds: [{ second: 0, due: 50, sent: 50, ok: 0, failed: 50, inFlight: 0, response: {}, service: {} }],
  };
}

/** By the name of the golden file. */
export const CASES: { readonly [name: string]: Measured } = {
  'valid-closed': measured({}, recordingOf(234_567, 23_457, 2_050_000)),
  'valid-open': measured(open, recordingOf(20_000, 2000, 640_000, { workers: ONE_WORKER })),
  'invalid-errors-and-wrong-answers': measured(open, failing()),
  'poisson-varies': measured(open, recordingOf(19_620, 1962, 640_000, { workers: ONE_WORKER, connections: { opened: 50, lost: 1, reopened: 1, refused: 0 } })),
  deadline: measured({ requests: 100_000, durationMs: 1000, threads: 1 }, recordingOf(20_000, 20_000, 640_000, { ending: 'deadline', workers: ONE_WORKER })),
  interrupted: measured({ threads: 1, durationMs: 30_000 }, recordingOf(500, 160, 3_100_000, { ending: 'interrupted', workers: ONE_WORKER })),
  'images-in-batches': {
    ...measured({ dataset: 'data/vision', target: 'redisai://127.0.0.1:6379?command=modelrun', clients: 8, threads: 1, tensorBatch: 8 }, recordingOf(2_000, 200, 38_000_000, { workers: ONE_WORKER, rows: { sent: 15_997, ok: 15_997, shortRequests: 1, shortRows: 5 } })),
    dataset: { ...DATASET, path: 'data/vision', useCase: 'vision', rows: 4997, rowName: 'image' },
    serverStatistics: { since: 'window', calls: 2008, samples: 16_061, errors: 0, durationUs: 65_059_200, runs: 502, samplesPerCall: 7.9985, microsecondsPerCall: 32_400, samplesPerRun: 31.994 },
  },
  'zero-successes': measured({ requests: 1000, durationMs: null, threads: 1 }, dead()),
};

export const RESULTS = Object.entries(CASES).map(([name, one]) => [name, makeResult(one)] as const);
