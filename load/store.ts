/** What the sinks for Redis and RedisAI share: forms of keys, bulk writes, counting and reading back. */
import type { Batch, Dataset } from '../core/dataset.js';
import { InferplayError } from '../core/errors.js';
import { rowBytes } from '../core/schema.js';
import { parseStoreManifest, STORE_MANIFEST_KEY } from '../core/store-manifest.js';
import { DTYPES } from '../core/tensor.js';
import { connectRedis, type RedisControl } from '../wire/redis.js';
import { databaseOf, parseRedisUrl, TLS_OPTIONS } from '../wire/redis-address.js';
import { parseOptions } from '../core/options.js';
import { RespError } from '../wire/resp.js';
import { openBulk, type Bulk } from './bulk.js';
import { existsFrame, keyOf, rowFrame, type RowFrame } from './frames.js';
import { checkModel, field, putModel } from './models.js';
import { KEY_COLUMN, type Counted, type ReadBack, type Sink, type SinkContext } from './sink.js';

/** One way in which a row's value is stored. */
interface KeyForm {
  readonly prefix: string;
  readonly frame: RowFrame;
  readonly tensor: boolean;
}

/** Buffers of bulk writes are kept within this, however large the values are, unless a single command needs more. */
const BUFFER_BYTES_MAX = 4 << 20;
const BUFFER_BYTES_MIN = 1 << 16;
/** Rows whose keys one EXISTS asks for. */
const EXISTS_ROWS = 500;

/** @param requireAi true: refuse a server without RedisAI's commands; false: go by what the server has */
export async function openStore(url: string, requireAi: boolean, context: SinkContext): Promise<Sink> {
  const { address, parameters } = parseRedisUrl(url);
  const tls = parseOptions(TLS_OPTIONS, parameters, 'the URL to load into');
  const control = await connectRedis(address, { ...tls, signal: context.signal });
  try {
    const ai = await hasAi(control);
    if (requireAi && !ai) throw new InferplayError('SERVER', `${control.where} does not know AI.TENSORSET: start it with --loadmodule redisai.so, use "inferplay serve", or load the blobs alone with redis:// in place of redisai://.`);
    if (ai && databaseOf(address.path) !== 0) throw new InferplayError('USAGE', `RedisAI looks for models and tensors in database 0 only, and the URL names database ${databaseOf(address.path)}: leave it out.`);
    const forms = formsOf(context.dataset, wantedForms(context.settings.put, ai, control.where));
    const bufferBytes = bufferBytesOf(forms, context.settings.batchKeys);
    const { inFlight } = context.settings;
    const onAnswered = context.onStored;
    const bulk = forms.length === 0 ? null : await openBulk(address, { ...tls, bufferBytes, inFlight, signal: context.signal, onError: context.onError, onAnswered });
    return createSink(control, bulk, forms, bufferBytes, ai, context);
  } catch (error) {
    control.close();
    throw error;
  }
}

/** A key that nobody has, asked for by a command that only RedisAI knows: the kind of error tells. */
async function hasAi(control: RedisControl): Promise<boolean> {
  try {
    await control.call(['AI.TENSORGET', 'inferplay:probe', 'META']);
    return true;
  } catch (error) {
    const cause = error instanceof InferplayError ? error.cause : null;
    if (!(cause instanceof RespError) || ['NOAUTH', 'LOADING'].includes(cause.code)) throw error;
    return !/^ERR unknown command/i.test(cause.message);
  }
}

function wantedForms(put: string, ai: boolean, where: string): readonly ('blob' | 'tensor')[] {
  const forms = put === 'auto' ? (ai ? 'both' : 'blob') : put;
  if (forms !== 'blob' && !ai) throw new InferplayError('SERVER', `${where} does not know AI.TENSORSET, which --put ${forms} needs: load RedisAI there, or use --put blob.`);
  return forms === 'both' ? ['blob', 'tensor'] : [forms as 'blob' | 'tensor'];
}

/** Empty when the data set has no values to preload. */
function formsOf(dataset: Dataset, wanted: readonly ('blob' | 'tensor')[]): KeyForm[] {
  const column = dataset.columns.find((entry) => entry.name === KEY_COLUMN);
  if (!column) return [];
  if (column.nullable) throw new InferplayError('DATA', `Column "${KEY_COLUMN}" of ${dataset.path} may hold nulls, and every row needs its key: write the column as not nullable.`);
  const valueBytes = rowBytes(column);
  return wanted.map((form) => {
    if (form === 'blob') return { prefix: `${KEY_COLUMN}BLOB`, tensor: false, frame: rowFrame('SET', `${KEY_COLUMN}BLOB`, [], valueBytes) };
    const type = column.dtype === 'uint64' ? null : DTYPES[column.dtype].redisai;
    if (type === null) throw new InferplayError('DATA', `RedisAI has no tensors of type ${column.dtype}, which column "${KEY_COLUMN}" is of: use --put blob.`);
    const shape = ['1', ...(column.shape ?? []).map(String)];
    return { prefix: `${KEY_COLUMN}Tensor`, tensor: true, frame: rowFrame('AI.TENSORSET', `${KEY_COLUMN}Tensor`, [type, ...shape, 'BLOB'], valueBytes) };
  });
}

function bufferBytesOf(forms: readonly KeyForm[], batchKeys: number): number {
  const commandBytes = Math.max(0, ...forms.map((form) => form.frame.bytesMax));
  return Math.max(BUFFER_BYTES_MIN, commandBytes, Math.min(batchKeys * commandBytes, BUFFER_BYTES_MAX));
}

function createSink(control: RedisControl, bulk: Bulk | null, forms: readonly KeyForm[], bufferBytes: number, ai: boolean, { dataset, settings, onCounted }: SinkContext): Sink {
  const column = dataset.columns.find((entry) => entry.name === KEY_COLUMN);
  const valueBytes = column ? rowBytes(column) : 0;
  const writer = bulk && bulkWriter(bulk, forms, bufferBytes, settings.batchKeys);
  const tensorMeta = column && column.dtype !== 'uint64' ? [DTYPES[column.dtype].redisai, ...[1, ...(column.shape ?? [])]].join(' ') : '';
  return {
    where: control.where,
    keys: forms.map((form) => `${form.prefix}:{<id>}`),
    rowBytes: valueBytes * forms.length,
    models: ai,
    begin: async () => void (await control.call(['DEL', STORE_MANIFEST_KEY])),
    put: async (batch) => writer?.put(batch),
    flush: async () => writer?.flush(),
    storedRow: () => writer?.storedRow() ?? 0,
    count: (ids) => (bulk ? countKeys(control, bulk, forms, bufferBytes, ids, onCounted) : Promise.resolve({ existing: 0, firstMissing: null })),
    readBack: (id, bytes) => Promise.all(forms.map((form) => readForm(control, form, id, bytes, tensorMeta))),
    putModel: (model, bytes) => putModel(control, model, bytes, settings),
    checkModel: (model) => checkModel(control, model, settings),
    finish: async (manifest) => void (await control.call(['SET', STORE_MANIFEST_KEY, JSON.stringify(manifest)])),
    async stored() {
      const reply = await control.call(['GET', STORE_MANIFEST_KEY]);
      return Buffer.isBuffer(reply) ? parseStoreManifest(reply) : null;
    },
    close() {
      bulk?.close();
      control.close();
    },
  };
}

interface BulkWriter {
  put(batch: Batch): Promise<void>;
  flush(): Promise<void>;
  storedRow(): number;
}

/** Fills buffers across batches, so that small batches do not make small writes. */
function bulkWriter(bulk: Bulk, forms: readonly KeyForm[], bufferBytes: number, batchKeys: number): BulkWriter {
  const bytesMax = Math.max(...forms.map((form) => form.frame.bytesMax));
  let buffer: Buffer | null = null;
  let offset = 0;
  let commands = 0;
  let firstRow = 0;
  let nextRow = 0;
  const send = (): void => {
    bulk.send(offset, commands, firstRow);
    buffer = null;
  };
  return {
    async put(batch) {
      const { ids, rows } = batch;
      const data = batch.bytes(KEY_COLUMN);
      for (let row = 0; row < rows; row++) {
        const id = ids[row];
        if (!(id >= 0)) throw new InferplayError('DATA', `Row ${batch.firstRow + row} has the id ${id}; an id that becomes part of a key must not be negative.`);
        for (let form = 0; form < forms.length; form++) {
          if (buffer === null) {
            const free = bulk.acquire();
            buffer = free instanceof Promise ? await free : free;
            offset = commands = 0;
            firstRow = batch.firstRow + row;
          }
          offset = forms[form].frame.write(buffer, offset, id, data, row);
          if (++commands === batchKeys || offset + bytesMax > bufferBytes) send();
        }
      }
      nextRow = batch.firstRow + rows;
    },
    async flush() {
      if (buffer !== null) send();
      await bulk.flush();
    },
    storedRow: () => bulk.pendingRow() ?? (buffer === null ? nextRow : firstRow),
  };
}

async function countKeys(control: RedisControl, bulk: Bulk, forms: readonly KeyForm[], bufferBytes: number, ids: AsyncIterable<Float64Array> | Iterable<Float64Array>, onCounted: (keys: number) => void): Promise<Counted> {
  const frame = existsFrame(forms.map((form) => form.prefix));
  const rowsPerCommand = Math.min(EXISTS_ROWS, Math.floor((bufferBytes - frame.bytesHeadMax) / (frame.bytesPerKeyMax * forms.length)));
  let existing = 0;
  let short: Float64Array | null = null;
  for await (const chunk of ids) {
    for (let from = 0; from < chunk.length; from += rowsPerCommand) {
      const part = chunk.slice(from, from + rowsPerCommand);
      const free = bulk.acquire();
      const buffer = free instanceof Promise ? await free : free;
      bulk.send(frame.write(buffer, part, 0, part.length), 1, 0, (value) => {
        existing += value;
        onCounted(part.length * forms.length);
        if (value < part.length * forms.length) short ??= part;
      });
    }
  }
  await bulk.flush();
  return { existing, firstMissing: short === null ? null : await firstMissingKey(control, forms, short) };
}

async function firstMissingKey(control: RedisControl, forms: readonly KeyForm[], ids: Float64Array): Promise<string | null> {
  for (const id of ids) {
    for (const form of forms) {
      const key = keyOf(form.prefix, id);
      if ((await control.call(['EXISTS', key])) === 0) return key;
    }
  }
  return null;
}

async function readForm(control: RedisControl, form: KeyForm, id: number, bytes: Uint8Array, tensorMeta: string): Promise<ReadBack> {
  const key = keyOf(form.prefix, id);
  try {
    const reply = await control.call(form.tensor ? ['AI.TENSORGET', key, 'META', 'BLOB'] : ['GET', key]);
    if (reply === null) return 'missing';
    const value = form.tensor ? field(reply, 'blob') : reply;
    const shape = field(reply, 'shape');
    const meta = form.tensor ? [field(reply, 'dtype'), ...(Array.isArray(shape) ? shape : [])].join(' ') : tensorMeta;
    return Buffer.isBuffer(value) && value.equals(bytes) && meta === tensorMeta ? 'same' : 'different';
  } catch (error) {
    const cause = error instanceof InferplayError ? error.cause : null;
    if (cause instanceof RespError && /tensor key is empty/i.test(cause.message)) return 'missing';
    if (cause instanceof RespError && cause.code === 'WRONGTYPE') return 'different';
    throw error;
  }
}
