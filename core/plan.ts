/**
 * A run as validated, frozen, JSON-able data. It goes to the workers, into the result, and back in to repeat the run.
 */
export type Arrivals =
  /** Every client sends its next request when its last one is answered. */
  | { readonly kind: 'closed' }
  /** Requests are due on a schedule, whether or not the server keeps up. */
  | { readonly kind: 'constant' | 'poisson'; readonly ratePerSecond: number };

export interface Plan {
  /** Folder or file of the data set, as the user named it. */
  readonly dataset: string;
  /** Identity of the data set (manifest.sha256), null for one that is not ours. */
  readonly datasetSha256: string | null;
  /** Target URL without user and password; these travel to the workers apart from the plan. */
  readonly target: string;
  readonly arrivals: Arrivals;
  /** Connections, each with at most one request in flight: the in-flight cap of an open loop. */
  readonly clients: number;
  readonly threads: number;
  /** The run ends at whichever of the two comes first; at least one is set. Warm-up is not included in either. */
  readonly requests: number | null;
  readonly durationMs: number | null;
  /** Traffic before the measured window opens: sent and answered, but not recorded. */
  readonly warmupMs: number;
  readonly seed: number;
  readonly pick: 'sequential' | 'random';
  /** Rows of the data set that a request carries as one tensor; `requests` and `pick` count requests, not rows. */
  readonly tensorBatch: number;
  /** Compare answers with the column `expected`: none, a sample of about one in 16, or all. */
  readonly check: 'none' | 'sample' | 'all';
  /** A request without an answer after this long is an outcome of its own and its connection is reopened. */
  readonly timeoutMs: number;
  /** Encoded requests kept in memory before the clock starts; beyond it they are encoded ahead, in a ring of this size. */
  readonly framesBytesMax: number;
  /** Burn a core per worker instead of sleeping until the next due time. */
  readonly spin: boolean;
}
