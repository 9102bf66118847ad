/** The seam between the load stage and a store. A sink is one file in sinks/ and one line in sinks/index.ts. */
import type { Batch, Dataset } from '../core/dataset.js';
import type { ModelEntry } from '../core/manifest.js';
import type { StoreManifest } from '../core/store-manifest.js';
import type { LoadSettings } from './options.js';

/** A registry entry. */
export interface SinkKind {
  /** Of the URL, without the colon; the second of a pair is the first one over TLS. */
  readonly schemes: readonly string[];
  readonly summary: string;
  readonly defaultPort: number;
  /** @throws InferplayError USAGE for a URL that it does not understand, CONNECT, SERVER */
  open(url: string, context: SinkContext): Promise<Sink>;
}

export interface SinkContext {
  readonly dataset: Dataset;
  readonly settings: LoadSettings;
  readonly signal: AbortSignal | undefined;
  /** An error reply to a bulk command that does not end the load; so many keys were not stored. */
  onError(kind: string, message: string, keys: number): void;
  /** Bulk replies were read: so many keys are stored. */
  onStored(keys: number): void;
  /** So many keys were asked for by `count`. */
  onCounted(keys: number): void;
}

/** How one row ended up, or did not: for a sampled read-back. */
export type ReadBack = 'same' | 'missing' | 'different';

export interface Counted {
  /** Keys that exist, of all that were asked for. */
  readonly existing: number;
  /** One key that does not, for the message; null when there is none. */
  readonly firstMissing: string | null;
  /** Its place among the ids that were asked for, from 0. */
  readonly firstMissingAt: number | null;
}

export type ModelState = 'stored' | 'present';

export interface Sink {
  /** `host:port`, for messages. */
  readonly where: string;
  /** Forms of the keys that are put for each row, for example `referenceTensor:{<id>}`; empty when there is nothing to put. */
  readonly keys: readonly string[];
  /** Bytes of the values of one row, all forms together. */
  readonly rowBytes: number;
  /** False where models cannot be stored. */
  readonly models: boolean;
  /** Removes the manifest key, and answers what it held, null for anything else: from here on the store holds nothing that can be relied on. */
  begin(): Promise<StoreManifest | null>;
  /** Bulk: puts a batch's keys. Resolves when the batch's bytes are no longer needed, with a bounded number of replies pending. */
  put(batch: Batch): Promise<void>;
  /** Resolves when every reply to what was put has been read. */
  flush(): Promise<void>;
  /** Every row before this one is stored, its replies read and good; the row to go on with after a failure. */
  storedRow(): number;
  /** Bulk: how many of these ids' keys exist, each form counted. */
  count(ids: AsyncIterable<Float64Array> | Iterable<Float64Array>): Promise<Counted>;
  /** Reads one row's keys back, one answer for each form. */
  readBack(id: number, bytes: Uint8Array): Promise<readonly ReadBack[]>;
  /** Idempotent: answers `present` when the store has these very bytes already. */
  putModel(model: ModelEntry, bytes: Buffer): Promise<ModelState>;
  /** Whether the store has the model with these very bytes: what is wrong, as the rest of a sentence about the model; null where it has. */
  checkModel(model: ModelEntry): Promise<string | null>;
  /** Writes the manifest key. */
  finish(manifest: StoreManifest): Promise<void>;
  /** The manifest key, null where there is none. */
  stored(): Promise<StoreManifest | null>;
  close(): void;
}
