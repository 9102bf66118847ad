/**
 * The seam between the replay loop and a model server. A target is one file in targets/ and one line in targets/index.ts.
 * The core owns the clock: a target never measures time.
 *
 * A target is created anew in every thread, from its URL. Its encoder runs before the clock starts (or ahead of it, in a
 * thread of its own), its clients run in the workers, and `inspect` runs once in the main thread.
 */
import type { Address } from '../core/address.js';
import type { Batch, Dataset } from '../core/dataset.js';
import type { OptionTable, OptionValues } from '../core/options.js';
import type { ServerCounters } from '../core/server-statistics.js';

export type { Address, ServerCounters };

/** A registry entry. */
export interface TargetKind<T extends OptionTable = OptionTable> {
  /** Scheme of the URL; with an `s` appended it means TLS. */
  readonly scheme: string;
  readonly summary: string;
  /** null for a target without a server. */
  readonly defaultPort: number | null;
  /** Parameters of the URL; an unknown one is refused. */
  readonly options: T;
  create(address: Address, options: OptionValues<T>): Target;
}

/** What the target found on the server; it ends up in the result. */
export type Facts = { readonly [fact: string]: string | number | boolean };

export interface InspectOptions {
  /** Do not compare the data set with the one that was loaded into the store. */
  readonly skipStoreCheck: boolean;
  /** That the run has on the way at most. */
  readonly rowsInFlight: number;
  /** The models are stored anew before the run, as it wants them: what the server holds of them says nothing yet. */
  readonly modelsToCome?: boolean;
  readonly signal?: AbortSignal;
}

export interface Target {
  /**
   * Local and never timed.
   * @param tensorBatch rows of the data set that a request carries as one tensor
   * @throws InferplayError DATA when the data set lacks a column that the requests need, USAGE when they cannot be made like that
   */
  encoder(dataset: Pick<Dataset, 'columns' | 'manifest'>, tensorBatch: number): Encoder;
  /**
   * Control plane, before the run: the server is there, holds the model and the data, and does not wait for more than the run sends.
   * @throws InferplayError CONNECT, SERVER, DATA, USAGE
   */
  inspect(dataset: Dataset, options: InspectOptions): Promise<Facts>;
  /**
   * Opens one connection, with all that must be said on it before the first request.
   * @param slot the connection's number, which the client repeats in every call of the hooks
   * @throws InferplayError CONNECT, SERVER
   */
  connect(slot: number, hooks: Hooks, options: ConnectOptions): Promise<Client>;
  /**
   * An optional ability, control plane: what the server counts about the model, read before and after the measured window; null where it does not
   * count. A failure costs the statistics and nothing else.
   */
  stats?(dataset: Dataset): Promise<ServerCounters | null>;
}

export interface ConnectOptions {
  readonly timeoutMs: number;
  /** As the encoder said. */
  readonly replies: number;
  /** As the encoder said of this connection; null where frames are whole requests. */
  readonly surround: Surround | null;
}

/** What stands before and behind every frame of one connection, where requests name the connection that they go out on. Plain data. */
export interface Surround {
  readonly head: string;
  readonly tail: string;
}

/** Consecutive rows as an encoder sees them: a batch of the file, or rows that were put together out of two. */
export type Rows = Omit<Batch, 'text'>;

export interface Encoder {
  /** No frame is longer, the bytes left free before it included. */
  readonly frameBytesMax: number;
  /** Whether the column `expected` holds the answers of the model that is asked. */
  readonly expects: boolean;
  /** Replies that the server gives to one frame: more than 1 for a pipeline of commands. */
  readonly replies: number;
  /** Columns whose values it reads. */
  readonly columns: readonly string[];
  /** null where frames are whole requests, the same for every connection. @param connection its number over all threads, from 0 */
  readonly surround: ((connection: number) => Surround) | null;
  /** Bytes to leave free before a frame whose place is a multiple of eight, so that its values come to lie where they can be written in place. */
  lead(rows: Rows, row: number, count: number): number;
  /** Writes the request for `count` rows from `row` on; answers the offset after it. */
  encode(rows: Rows, row: number, count: number, into: Buffer, offset: number): number;
}

/** One connection, one request in flight. */
export interface Client {
  /** Every network trip of one inference. The frame stays untouched until `done` or `closed`. @returns bytes that go out */
  send(frame: Uint8Array): number;
  /** No hook is called afterwards, whatever arrives: a late reply must never be taken for another request's. */
  close(): void;
}

/** What a client tells the loop: never from inside `send`. No allocation is needed to call any of them. */
export interface Hooks {
  firstByte(slot: number): void;
  /**
   * The reply is complete and was read to its end.
   * @param code `ok` or an error's code; @param message of the error, capped, else ''
   * @param answer bytes of the output tensor, a view that is valid only during the call; null when there is none
   * @param sizeBytes of the reply
   */
  done(slot: number, code: string, message: string, answer: Uint8Array | null, sizeBytes: number): void;
  /**
   * The connection is gone. Nothing follows.
   * @param code how a request in flight ended, `connection-lost` where nothing else is said: a reply that makes the
   * rest of the connection unreadable ends both
   */
  closed(slot: number, reason: string, code?: string): void;
}
