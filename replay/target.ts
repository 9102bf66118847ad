/**
 * The seam between the replay loop and a model server. A target is one file in targets/ and one line in targets/index.ts.
 * The core owns the clock: a target never measures time.
 */
import type { Batch, Dataset } from '../core/dataset.js';
import type { OptionTable, OptionValues } from '../core/options.js';
import type { Secret } from '../core/secret.js';

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: Secret | null;
  readonly password: Secret | null;
  /** Path of the URL without the leading slash. */
  readonly path: string;
}

/** A registry entry. */
export interface TargetKind<T extends OptionTable = OptionTable> {
  readonly scheme: string;
  readonly summary: string;
  readonly defaultPort: number;
  /** Parameters of the URL; an unknown one is refused. */
  readonly options: T;
  create(address: Address, options: OptionValues<T>): Target;
}

export interface Target {
  /** Local and never timed. @throws InferplayError DATA when the data set lacks a column that the requests need */
  encoder(dataset: Pick<Dataset, 'columns' | 'manifest'>): Encoder;
  /** Control plane, before the run: the server is there, holds the model and the data. Facts end up in the result. */
  inspect(dataset: Dataset, signal?: AbortSignal): Promise<{ readonly [fact: string]: string | number | boolean }>;
  /** Opens one connection. @throws InferplayError CONNECT */
  connect(hooks: Hooks): Promise<Client>;
}

export interface Encoder {
  /** No frame is longer. */
  readonly frameBytesMax: number;
  /** Writes the whole request for one row of a batch; answers the offset after it. */
  encode(batch: Batch, row: number, into: Buffer, offset: number): number;
}

/** One connection, one request in flight. */
export interface Client {
  /** Every network trip of one inference. The frame stays untouched until `done` or `closed`. */
  send(frame: Uint8Array): void;
  close(): void;
}

/** What a client tells the loop. No allocation is needed to call any of them. */
export interface Hooks {
  firstByte(client: Client): void;
  /**
   * The reply is complete and was read to its end.
   * @param code `ok` or an error's code; @param message of the error, capped, else ''
   * @param answer bytes of the output tensor, a view that is valid only during the call; null when there is none
   */
  done(client: Client, code: string, message: string, answer: Uint8Array | null, bytes: number): void;
  /** The connection is gone; a request in flight did not complete. Nothing follows. */
  closed(client: Client, reason: string): void;
}
