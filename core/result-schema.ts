/** The schema of result.json: what readers may rely on, and what `readResult` checks. docs/result.schema.json is a copy for others. */
import type { JsonSchema, JsonType } from './check-json.js';

const integer = { type: 'integer', minimum: 0 } as const;
const number = { type: 'number' } as const;
const string = { type: 'string' } as const;
const boolean = { type: 'boolean' } as const;
const orNull = (schema: JsonSchema & { type: JsonType }): JsonSchema => ({ ...schema, type: ['null', schema.type] });
const choice = (...values: string[]): JsonSchema => ({ enum: values });
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
/** Readers ignore fields that they do not know: version 1 may gain some. */
const object = (properties: { [name: string]: JsonSchema }): JsonSchema => ({ type: 'object', required: Object.keys(properties), properties });
const mapOf = (additionalProperties: JsonSchema): JsonSchema => ({ type: 'object', additionalProperties });

const plan = object({
  dataset: string,
  datasetSha256: orNull(string),
  target: string,
  arrivals: {
    anyOf: [object({ kind: choice('closed') }), object({ kind: choice('constant', 'poisson'), ratePerSecond: number })],
  },
  clients: integer,
  threads: integer,
  requests: orNull(integer),
  durationMs: orNull(number),
  warmupMs: number,
  seed: number,
  pick: choice('sequential', 'random'),
  tensorBatch: integer,
  check: choice('none', 'sample', 'all'),
  timeoutMs: number,
  framesBytesMax: integer,
  spin: boolean,
});

const platform = object({ inferplay: string, node: string, os: string, cpu: string, cores: integer, memoryBytes: integer, hostname: string });

const dataset = object({ path: string, rows: integer, rowName: orNull(string), useCase: orNull(string), sha256: orNull(string), seed: orNull(number), source: orNull(string) });

const serverStatistics = orNull({
  ...object({
    since: choice('start', 'window'), calls: integer, samples: integer, errors: integer, durationUs: integer, runs: orNull(integer),
    samplesPerCall: orNull(number), microsecondsPerCall: orNull(number), samplesPerRun: orNull(number),
  }),
  type: 'object',
});

const percentile: JsonSchema = { $ref: '#/$defs/percentile' };
const latency: JsonSchema = { $ref: '#/$defs/latency' };

const percentileDefinition = object({ ms: orNull(number), samples: integer, samplesNeeded: integer, supported: boolean });

const latencyDefinition = object({
  samples: integer,
  overflow: integer,
  minMs: orNull(number),
  meanMs: orNull(number),
  percentiles: object({ p50: percentile, p90: percentile, p95: percentile, p99: percentile, 'p99.9': percentile, max: percentile }),
});

const point = object({
  second: integer,
  okPerSecond: number,
  failedPerSecond: number,
  responseP50Ms: orNull(number),
  responseP99Ms: orNull(number),
  responseMaxMs: orNull(number),
});

const recording = object({
  startedAt: orNull(string),
  elapsedSeconds: number,
  ending: choice('complete', 'interrupted', 'deadline', 'server-lost'),
  requests: object({
    due: integer, sent: integer, done: integer, ok: integer, failed: integer, wrongAnswers: integer,
    notSent: integer, interrupted: integer, capped: integer, starved: integer, checked: integer, uncheckable: integer,
  }),
  rows: object({
    sent: integer, ok: integer, perRequest: orNull(number), shortRequests: integer, shortRows: integer,
    sentPerSecond: orNull(number), okPerSecond: orNull(number),
  }),
  ratesPerSecond: object({ asked: orNull(number), offered: orNull(number), achieved: orNull(number), goodput: orNull(number) }),
  outcomes: mapOf(object({ count: integer, messages: mapOf(integer) })),
  latency: object({ response: latency, service: latency, firstByte: latency, lateness: latency, failedService: latency }),
  connections: object({ opened: integer, lost: integer, reopened: integer, refused: integer }),
  bytes: object({ sent: integer, received: integer }),
  warmup: object({ done: integer, failed: integer }),
  workers: list(object({ worker: integer, utilization: number, delayP99Ms: number, delayMaxMs: number })),
  cpu: object({ userSeconds: number, systemSeconds: number, microsecondsPerRequest: orNull(number) }),
  series: object({ secondsPerPoint: integer, points: list(point) }),
});

const verdict = object({
  code: choice('VALID', 'SUSPECT', 'INVALID'),
  reasons: list(object({ code: string, severity: choice('SUSPECT', 'INVALID'), message: string })),
});

export const RESULT_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Result of an inferplay replay (result.json, version 1)',
  $defs: { percentile: percentileDefinition, latency: latencyDefinition },
  ...object({
    format: { const: 'inferplay-result' },
    version: { const: 1 },
    plan,
    platform,
    server: mapOf({ type: ['string', 'number', 'boolean'] }),
    serverStatistics,
    dataset,
    recording,
    verdict,
    files: mapOf(object({ sizeBytes: integer, sha256: string })),
  }),
};
