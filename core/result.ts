/** A result folder: result.json, latency.hlog and timeline.csv. Read docs/result.md for the schema. */
import type { Plan } from './plan.js';

export type VerdictCode = 'VALID' | 'SUSPECT' | 'INVALID';

export interface Reason {
  /** For example `errors`, `wrong-answers`, `schedule-missed`, `too-few-samples`, `client-saturated`, `interrupted`. */
  readonly code: string;
  readonly severity: 'SUSPECT' | 'INVALID';
  /** A sentence with the numbers, and what to change. */
  readonly message: string;
}

export interface Verdict {
  readonly code: VerdictCode;
  readonly reasons: readonly Reason[];
}

export interface Platform {
  readonly inferplay: string;
  readonly node: string;
  readonly os: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly hostname: string;
}

export type { Plan };
