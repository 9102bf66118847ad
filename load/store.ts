/**
 * What the sinks for Redis and RedisAI share. Two connections: a bulk one, which is there first and writes, and a control one
 * (models, reading back), which is opened when it is needed or while the server is busy with the first writes.
 */
import { InferplayError } from '../core/errors.js';
import { parseOptions } from '../core/options.js';
import { rowBytes } from '../core/schema.js';
import { parseStoreManifest, STORE_MANIFEST_KEY, type StoreManifest } from '../core/store-manifest.js';
import { connectRedis, type ConnectRedisOptions, type RedisControl } from '../wire/redis.js';
import { databaseOf, parseRedisUrl, whereOf, type RedisAddress } from '../wire/redis-address.js';
import { refusal } from '../wire/redis-errors.js';
import { TLS_OPTIONS } from '../wire/redis-tls.js';
import { RespError, type Reply } from '../wire/resp.js';
import { openBulk, type Bulk, type BulkOptions } from './bulk.js';
import { bufferBytesOf, bulkWriter, countKeys, formsOf, readForm, type KeyForm } from './keys.js';
import { checkModel, putModel } from './models.js';
import { KEY_COLUMN } from './options.js';
import type { Sink, SinkContext } from './sink.js';

type Form = 'blob' | 'tensor';

/** @param requireAi true: refuse a server without RedisAI's commands; false: go by what the server has */
export async function openStore(url: string, requireAi: boolean, context: SinkContext): Promise<Sink> {
  const { address, parameters } = parseRedisUrl(url);
  const { settings, signal, dataset } = context;
  const options: ConnectRedisOptions = { ...parseOptions(TLS_OPTIONS, parameters, 'the URL to load into'), signal };
  // Sizes are those of the larger choice of forms; what the server knows is asked on the very connection that they are for.
  const sizes = formsOf(dataset, wantedForms(settings.put, settings.put !== 'blob'), true);
  const bulk = await openPatiently(address, options, {
    ...options,
    bufferBytes: bufferBytesOf(sizes, settings.batchKeys),
    commandsMax: settings.batchKeys + 1,
    inFlight: settings.inFlight,
    signal,
    onError: context.onError,
    onAnswered: context.onStored,
  });
  try {
    const where = whereOf(address);
    const ai = await knows(bulk, where, ['AI.TENSORGET', 'inferplay:probe', 'META']);
    if (requireAi && !ai) throw new InferplayError('SERVER', `${where} does not know AI.TENSORSET: start it with --loadmodule redisai.so, use "inferplay serve", or load the blobs alone with redis:// in place of redisai://.`);
    if (ai && databaseOf(address.path) !== 0) throw new InferplayError('USAGE', `RedisAI looks for models and tensors in database 0 only, and the URL names database ${databaseOf(address.path)}: leave it out.`);
    const wanted = wantedForms(settings.put, ai);
    if (wanted.includes('tensor') && !ai) throw new InferplayError('SERVER', `${where} does not know AI.TENSORSET, which --put ${settings.put} needs: load RedisAI there, or use --put blob.`);
    const forms = formsOf(dataset, wanted, await knows(bulk, where, ['MSET', `${KEY_COLUMN}BLOB:{0}`, '', `${KEY_COLUMN}BLOB:{0}`]));
    return createSink(where, bulk, lazily(() => connectRedis(address, options)), forms, ai, context);
  } catch (error) {
    bulk.close();
    throw error;
  }
}

/** Whatever else the key may hold is replaced. */
function storeManifestIn(reply: Reply): StoreManifest | null {
  try {
    return Buffer.isBuffer(reply) ? parseStoreManifest(reply) : null;
  } catch {
    return null;
  }
}

/** The control connection waits for a server that is still loading, and explains best why one cannot be reached. */
async function openPatiently(address: RedisAddress, control: ConnectRedisOptions, options: BulkOptions): Promise<Bulk> {
  try {
    const bulk = await openBulk(address, options);
    const reply = await bulk.call(['PING']);
    if (!(reply instanceof RespError) || reply.code === 'NOPERM') return bulk;
    bulk.close();
  } catch (error) {
    if (error instanceof InferplayError && error.code !== 'CONNECT') throw error;
  }
  (await connectRedis(address, control)).close();
  return openBulk(address, options);
}

/**
 * Asks with a command that changes nothing, because a key is absent or an argument is missing: the kind of error tells whether the
 * server knows it and lets this user run it.
 */
async function knows(bulk: Bulk, where: string, command: readonly string[]): Promise<boolean> {
  const reply = await bulk.call(command);
  if (!(reply instanceof RespError)) return true;
  if (['NOAUTH', 'LOADING', 'MASTERDOWN'].includes(reply.code)) throw refusal(reply.message, command[0], where);
  return reply.code !== 'NOPERM' && !/^ERR unknown command/i.test(reply.message);
}

function wantedForms(put: string, ai: boolean): readonly Form[] {
  if (put === 'none') return [];
  const forms = put === 'auto' ? (ai ? 'both' : 'blob') : put;
  return forms === 'both' ? ['blob', 'tensor'] : [forms as Form];
}

interface Lazy<T> {
  (): Promise<T>;
  /** What was opened, null when it never was. */
  opened(): Promise<T> | null;
}

function lazily<T>(open: () => Promise<T>): Lazy<T> {
  let value: Promise<T> | null = null;
  return Object.assign(() => (value ??= open()), { opened: () => value });
}

function createSink(where: string, bulk: Bulk, control: Lazy<RedisControl>, forms: readonly KeyForm[], ai: boolean, { dataset, settings, onCounted }: SinkContext): Sink {
  const column = dataset.columns.find((entry) => entry.name === KEY_COLUMN);
  const writer = forms.length > 0 ? bulkWriter(bulk, forms, settings.batchKeys) : null;
  return {
    where,
    keys: forms.map((form) => `${form.prefix}:{<id>}`),
    rowBytes: column ? rowBytes(column) * forms.length : 0,
    models: ai,
    async begin() {
      const held = await bulk.call(['GET', STORE_MANIFEST_KEY]);
      const reply = await bulk.call(['DEL', STORE_MANIFEST_KEY]);
      if (reply instanceof RespError) throw refusal(reply.message, 'DEL', where);
      return storeManifestIn(held);
    },
    async put(batch) {
      await writer?.put(batch);
      // The server is busy with what was just written. A failure is met by whoever needs the connection.
      control().catch(() => {});
    },
    flush: async () => writer?.flush(),
    storedRow: () => writer?.storedRow() ?? 0,
    count: async (ids) => (forms.length > 0 ? countKeys(await control(), bulk, forms, ids, onCounted) : { existing: 0, firstMissing: null, firstMissingAt: null }),
    readBack: async (id, bytes) => {
      const redis = await control();
      return Promise.all(forms.map((form) => readForm(redis, form, id, bytes)));
    },
    putModel: async (model, bytes) => putModel(await control(), model, bytes, settings),
    checkModel: async (model) => checkModel(await control(), model, settings),
    finish: async (manifest) => void (await (await control()).call(['SET', STORE_MANIFEST_KEY, JSON.stringify(manifest)])),
    async stored() {
      const reply = await (await control()).call(['GET', STORE_MANIFEST_KEY]);
      return Buffer.isBuffer(reply) ? parseStoreManifest(reply) : null;
    },
    close() {
      bulk.close();
      control.opened()?.then((redis) => redis.close(), () => {});
    },
  };
}
