/**
 * Requests of RedisAI as bytes. The command is laid out once; a request then only fills in its id and its tensors, so that encoding costs
 * about a microsecond and 284,807 requests are ready in a third of a second. Values that are stored smaller than they are sent are converted
 * while they are written: straight into the frame, which is so placed that they lie where an array of their type can start.
 */
import { createConvert, sentDtype, type Convert } from '../core/conversion.js';
import { InferplayError } from '../core/errors.js';
import type { Column } from '../core/manifest.js';
import { rowBytes } from '../core/schema.js';
import { commandsOf, type Arg, type RequestForm } from './redisai-commands.js';
import type { Encoder, Rows, Surround } from './target.js';

/** Digits of 2^53. */
const ID_DIGITS_MAX = 16;
/** Redis refuses longer arguments (proto-max-bulk-len). */
const TENSOR_BYTES_MAX = 512 * 1024 * 1024;
/** Where an array of float32 can start, and where values are best converted to: two at a time. */
const FLOAT_BYTES = 4;
const PLACE_BYTES = 8;

/** The values of some rows, as they are stored or converted. */
interface Values {
  readonly kind: 'values';
  readonly column: string;
  /** Of one row in the data set, and of all of them in the request. */
  readonly storedBytes: number;
  readonly sizeBytes: number;
  readonly convert: Convert | null;
}

type Text =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** Header and text before the id, by the number of the id's digits. */
  | { readonly kind: 'key'; readonly heads: readonly Buffer[] };

/** A piece of the laid-out request. */
type Piece = Text | Values;

const CLOSE = Buffer.from('}\r\n');

/** Requests of so many rows. */
interface Laid {
  readonly pieces: readonly Piece[];
  /** Bytes to leave free before the frame, by the number of the id's digits; null where nothing is converted. */
  readonly leads: readonly number[] | null;
}

/** @throws InferplayError USAGE for a batch that cannot be sent, DATA for a type that RedisAI has not */
export function createRequestEncoder(form: RequestForm, tensorBatch: number): Encoder {
  refuseBatch(form, tensorBatch);
  const commands = commandsOf(form, tensorBatch);
  const { head, body, tail } = parted(form, piecesOf(commands, tensorBatch));
  const whole = laid(body);
  // The data set's last rows may be fewer than a batch. There is one number of them, so that this is made once or never.
  let short = whole;
  let shortRows = tensorBatch;
  const laidFor = (count: number): Laid => {
    if (count === tensorBatch) return whole;
    if (count !== shortRows) {
      short = laid(parted(form, piecesOf(commandsOf(form, count), count)).body);
      shortRows = count;
    }
    return short;
  };
  return {
    frameBytesMax: sizeOf(body, ID_DIGITS_MAX) + (whole.leads ? PLACE_BYTES - 1 : 0),
    expects: form.expects,
    replies: commands.length,
    columns: form.inputs.filter(({ stored }) => !stored).map(({ column }) => column.name),
    surround: form.keys === 'worker' ? (connection): Surround => ({ head: textOf(head, `w${connection}`), tail: textOf(tail, `w${connection}`) }) : null,
    lead(rows, row, count) {
      const { leads } = laidFor(count);
      return leads === null ? 0 : leads[String(rows.ids[row]).length];
    },
    encode(rows, row, count, into, offset) {
      const id = String(rows.ids[row]);
      for (const piece of laidFor(count).pieces) {
        offset = piece.kind === 'values' ? writeValues(piece, rows, row, count, into, offset) : writeText(piece, id, into, offset);
      }
      return offset;
    },
  };
}

function refuseBatch({ inputs, model, fixedRows }: RequestForm, tensorBatch: number): void {
  const stored = inputs.find((input) => input.stored);
  if (stored && tensorBatch > 1) {
    throw new InferplayError('USAGE', `A request with ${tensorBatch} rows cannot load ${stored.column.name}Tensor:{id}, which the store holds for each row by itself: use --tensor-batch 1, or a model without it (reference=off in the target's URL).`);
  }
  if (fixedRows !== null && fixedRows !== tensorBatch) {
    throw new InferplayError('USAGE', `The model ${model} takes exactly ${fixedRows} ${fixedRows === 1 ? 'row' : 'rows'} a request, its graph says, and not ${tensorBatch}: use --tensor-batch ${fixedRows}, or a model whose first dimension is open.`);
  }
  for (const { column } of inputs.filter((input) => !input.stored)) {
    const bytes = tensorBatch * sentBytes(column);
    if (bytes > TENSOR_BYTES_MAX) throw new InferplayError('USAGE', `A tensor of ${tensorBatch} rows of "${column.name}" has ${bytes} bytes, and Redis takes at most ${TENSOR_BYTES_MAX} in one argument: lower --tensor-batch.`);
  }
}

/** Bytes of one row as it is sent. */
function sentBytes(column: Column): number {
  return rowBytes({ dtype: sentDtype(column), shape: column.shape });
}

function laid(pieces: readonly Piece[]): Laid {
  const first = pieces.findIndex((piece) => piece.kind === 'values' && piece.convert !== null);
  if (first < 0) return { pieces, leads: null };
  const before = pieces.slice(0, first);
  return { pieces, leads: Array.from({ length: ID_DIGITS_MAX + 1 }, (_, digits) => -sizeOf(before, digits) & (PLACE_BYTES - 1)) };
}

/**
 * What depends on the rows, and what stands around it. With keys of the row everything does; with keys of the connection only what lies
 * between the key of the one tensor that is sent and the next key: its type, its shape and its values.
 */
function parted({ keys }: RequestForm, pieces: readonly Piece[]): { head: Text[]; body: readonly Piece[]; tail: Text[] } {
  if (keys === 'row') return { head: [], body: pieces, tail: [] };
  const values = pieces.findIndex(({ kind }) => kind === 'values');
  const from = pieces.findLastIndex(({ kind }, at) => kind === 'key' && at < values) + 1;
  return { head: pieces.slice(0, from) as Text[], body: pieces.slice(from, values + 1), tail: pieces.slice(values + 1) as Text[] };
}

function sizeOf(pieces: readonly Piece[], digits: number): number {
  return pieces.reduce((sum, piece) => sum + (piece.kind === 'bytes' ? piece.bytes.length : piece.kind === 'values' ? piece.sizeBytes : piece.heads[digits].length + digits + CLOSE.length), 0);
}

function textOf(pieces: readonly Text[], id: string): string {
  const into = Buffer.alloc(sizeOf(pieces, id.length));
  let offset = 0;
  for (const piece of pieces) offset = writeText(piece, id, into, offset);
  return into.toString();
}

function writeText(piece: Text, id: string, into: Buffer, offset: number): number {
  if (piece.kind === 'bytes') {
    into.set(piece.bytes, offset);
    return offset + piece.bytes.length;
  }
  const head = piece.heads[id.length];
  into.set(head, offset);
  offset += head.length;
  for (let at = 0; at < id.length; at++) into[offset++] = id.charCodeAt(at);
  into.set(CLOSE, offset);
  return offset + CLOSE.length;
}

function writeValues({ column, storedBytes, convert }: Values, rows: Rows, row: number, count: number, into: Buffer, offset: number): number {
  const stored = rows.bytes(column).subarray(row * storedBytes, (row + count) * storedBytes);
  if (convert === null) {
    into.set(stored, offset);
    return offset + stored.length;
  }
  const address = into.byteOffset + offset;
  if (address % FLOAT_BYTES === 0) {
    convert(stored, new Float32Array(into.buffer, address, stored.length));
  } else {
    // Only the first of several converted tensors can be given its place.
    const sent = new Float32Array(stored.length);
    convert(stored, sent);
    into.set(new Uint8Array(sent.buffer), offset);
  }
  return offset + stored.length * FLOAT_BYTES;
}

function piecesOf(commands: readonly (readonly Arg[])[], count: number): Piece[] {
  return merged(commands.flatMap((args) => [text(`*${args.length}\r\n`), ...args.flatMap((arg) => argument(arg, count))]));
}

function argument(arg: Arg, count: number): Piece[] {
  if (typeof arg === 'string') return [text(`$${Buffer.byteLength(arg)}\r\n${arg}\r\n`)];
  if ('blob' in arg) {
    const { name, shape, sent } = arg.blob;
    const sizeBytes = count * sentBytes(arg.blob);
    return [text(`$${sizeBytes}\r\n`), { kind: 'values', column: name, storedBytes: rowBytes(arg.blob), sizeBytes, convert: sent ? createConvert(sent, shape!) : null }, text('\r\n')];
  }
  // The braces make every key of a request fall into one slot of a cluster.
  const prefix = `${arg.key}:{`;
  const head = (_: unknown, digits: number) => Buffer.from(`$${Buffer.byteLength(prefix) + digits + 1}\r\n${prefix}`);
  return [{ kind: 'key', heads: Array.from({ length: ID_DIGITS_MAX + 1 }, head) }];
}

function text(value: string): Piece {
  return { kind: 'bytes', bytes: Buffer.from(value) };
}

/** Neighbouring texts as one. */
function merged(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (piece.kind === 'bytes' && last?.kind === 'bytes') result[result.length - 1] = { kind: 'bytes', bytes: Buffer.concat([last.bytes, piece.bytes]) };
    else result.push(piece);
  }
  return result;
}
