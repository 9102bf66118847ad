/** INFO, CONFIG, MEMORY, SLOWLOG and other questions about the server's state. */
import { usedBytes } from '../admission.js';
import { configure, PARAMETERS } from '../config.js';
import type { Database } from '../database.js';
import { infoText, peakBytes } from '../info.js';
import { SERVER_BYTES, WAIT_MS_MAX } from '../limits.js';
import { shown, timeoutProblem, unknownSubcommand, writeHelp } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { KEY_OVERHEAD_BYTES, sizeOf, typeName } from '../value.js';
import { command, globToRegExp, NO_KEYS, NOT_AN_INTEGER, SYNTAX } from './command.js';

/** What the table of expiry times takes for a key. */
const EXPIRY_BYTES = 24;

function info(session: Session, request: Request, reply: Reply): void {
  if (request.argc > 2) return reply.error(SYNTAX);
  reply.verbatim(infoText(session.server, request.argc === 2 ? request.text(1).toLowerCase() : 'default'));
}

function config({ server }: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  if (request.is(1, 'GET') && argc === 3) {
    const matcher = globToRegExp(request.text(2).toLowerCase());
    // What Redis 6.2 does not know is told to those who ask for it by its name, and not among what a pattern finds.
    const found = [...PARAMETERS].filter(([name, { added }]) => (added ? name === request.text(2).toLowerCase() : matcher.test(name)));
    reply.map(found.length);
    for (const [name, { get }] of found) {
      reply.bulkText(name);
      reply.bulkUtf8(get(server));
    }
  } else if (request.is(1, 'SET') && argc === 4) {
    const problem = configure(server, request.text(2), request.text(3));
    if (problem === null) reply.ok();
    else reply.error(problem);
  } else if (request.is(1, 'RESETSTAT') && argc === 2) {
    const { stats } = server;
    stats.connections = stats.rejected = stats.inputLimited = stats.outputLimited = stats.inputBytes = stats.outputBytes = stats.reads = stats.writes = 0;
    server.statistics.reset();
    for (const database of server.store.databases) database.expired = database.hits = database.misses = 0;
    reply.ok();
  } else if (request.is(1, 'REWRITE') && argc === 2) reply.error('ERR The server is running without a config file');
  else if (request.is(1, 'HELP') && argc === 2) writeHelp(request, ['GET <pattern>', 'SET <parameter> <value>', 'RESETSTAT', 'REWRITE'], reply);
  else reply.error(unknownSubcommand(request));
}

function memory(session: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  if (request.is(1, 'USAGE') && argc >= 3) return memoryUsage(session, request, reply);
  if (request.is(1, 'STATS') && argc === 2) return memoryStats(session, reply);
  if (request.is(1, 'DOCTOR') && argc === 2) return reply.verbatim('This server does not diagnose its memory: look at INFO memory.\n');
  if (request.is(1, 'MALLOC-STATS') && argc === 2) return reply.verbatim('Stats not supported for the current allocator');
  // Memory is given back by the garbage collector, when it thinks best.
  if (request.is(1, 'PURGE') && argc === 2) return reply.ok();
  if (request.is(1, 'HELP') && argc === 2) return writeHelp(request, ['DOCTOR', 'MALLOC-STATS', 'PURGE', 'STATS', 'USAGE <key> [SAMPLES <count>]'], reply);
  reply.error(unknownSubcommand(request));
}

function memoryUsage({ database }: Session, request: Request, reply: Reply): void {
  for (let i = 3; i < request.argc; i += 2) {
    const samples = request.is(i, 'SAMPLES') && i + 1 < request.argc ? request.long(i + 1) : -1;
    if (!(samples >= 0)) return reply.error(Number.isNaN(samples) ? NOT_AN_INTEGER : SYNTAX);
  }
  const value = database.get(request.text(2));
  if (value === undefined) return reply.null();
  reply.int(KEY_OVERHEAD_BYTES + request.length(2) + sizeOf(value));
}

/** Names and order are Redis's, and behind them what only this server has. */
function memoryStats({ server }: Session, reply: Reply): void {
  const { store } = server;
  const [used, peak, keys] = [usedBytes(server), peakBytes(server), store.databases.reduce((sum, { size }) => sum + size, 0)];
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const [allocated, active] = [heapUsed + external, heapTotal + external];
  const int = (bytes: number) => (): void => reply.int(bytes);
  const double = (value: number) => (): void => reply.double(value);
  const entries: [string, () => void][] = [
    ['peak.allocated', int(peak)], ['total.allocated', int(used)], ['startup.allocated', int(SERVER_BYTES)], ['replication.backlog', int(0)], ['clients.slaves', int(0)],
    ['clients.normal', int(server.buffers.bytes)], ['aof.buffer', int(0)], ['lua.caches', int(0)],
    ...store.databases.flatMap((database, index): [string, () => void][] => (database.size === 0 ? [] : [[`db.${index}`, () => tableSizes(database, reply)]])),
    ['overhead.total', int(SERVER_BYTES + keys * KEY_OVERHEAD_BYTES)], ['keys.count', int(keys)], ['keys.bytes-per-key', int(keys === 0 ? 0 : Math.floor(store.usedBytes / keys))],
    ['dataset.bytes', int(store.usedBytes - keys * KEY_OVERHEAD_BYTES)], ['dataset.percentage', double(keys === 0 ? 0 : 100 - (100 * keys * KEY_OVERHEAD_BYTES) / store.usedBytes)],
    ['peak.percentage', double((100 * used) / peak)], ['allocator.allocated', int(allocated)], ['allocator.active', int(active)], ['allocator.resident', int(rss)],
    ['allocator-fragmentation.ratio', double(active / allocated)], ['allocator-fragmentation.bytes', int(active - allocated)],
    ['allocator-rss.ratio', double(rss / active)], ['allocator-rss.bytes', int(rss - active)], ['rss-overhead.ratio', double(1)], ['rss-overhead.bytes', int(0)],
    ['fragmentation', double(rss / used)], ['fragmentation.bytes', int(rss - used)], ['process.heap', int(heapUsed)], ['process.external', int(external)],
  ];
  reply.map(entries.length);
  for (const [name, write] of entries) {
    reply.bulkText(name);
    write();
  }
}

function tableSizes({ size, expiring }: Database, reply: Reply): void {
  reply.map(2);
  reply.bulkText('overhead.hashtable.main');
  reply.int(size * KEY_OVERHEAD_BYTES);
  reply.bulkText('overhead.hashtable.expires');
  reply.int(expiring * EXPIRY_BYTES);
}

function slowlog({ server: { statistics } }: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  if (request.is(1, 'LEN') && argc === 2) return reply.int(statistics.slow.length);
  if (request.is(1, 'RESET') && argc === 2) {
    statistics.slow = [];
    return reply.ok();
  }
  if (request.is(1, 'HELP') && argc === 2) return writeHelp(request, ['GET [<count>]', 'LEN', 'RESET'], reply);
  if (!request.is(1, 'GET') || argc > 3) return reply.error(unknownSubcommand(request));
  const count = argc === 3 ? request.long(2) : 10;
  if (Number.isNaN(count)) return reply.error(NOT_AN_INTEGER);
  const slow = statistics.slow.slice(0, count < 0 ? undefined : count);
  reply.array(slow.length);
  for (const { id, atSeconds, us, args, address, clientName } of slow) {
    reply.array(6);
    for (const number of [id, atSeconds, us]) reply.int(number);
    reply.array(args.length);
    for (const arg of args) reply.bulkText(arg);
    reply.bulkText(address);
    reply.bulkText(clientName);
  }
}

/** Nothing is watched, so there is never an event. */
function latency(_: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  if (request.is(1, 'LATEST') && argc === 2) return reply.array(0);
  if (request.is(1, 'HISTORY') && argc === 3) return reply.array(0);
  if (request.is(1, 'GRAPH') && argc === 3) return reply.error(`ERR No samples available for event '${shown(request.text(2))}'`);
  if (request.is(1, 'RESET')) return reply.int(0);
  if (request.is(1, 'DOCTOR') && argc === 2) return reply.verbatim('This server does not monitor its latency: SLOWLOG tells of slow commands.\n');
  if (request.is(1, 'HELP') && argc === 2) return writeHelp(request, ['DOCTOR', 'GRAPH <event>', 'HISTORY <event>', 'LATEST', 'RESET [<event> ...]'], reply);
  reply.error(unknownSubcommand(request));
}

/** There are no replicas: whoever waits for any waits until its time is up, and 0 is for ever. */
function wait(session: Session, request: Request, reply: Reply): void {
  const replicas = request.long(1);
  if (Number.isNaN(replicas)) return reply.error(NOT_AN_INTEGER);
  const ms = request.long(2);
  const problem = timeoutProblem(ms);
  if (problem !== null) return reply.error(problem);
  if (replicas <= 0 || session.executing) return reply.int(0);
  session.later((answer) => {
    if (ms > 0) setTimeout(() => answer((late) => late.int(0)), Math.min(ms, WAIT_MS_MAX)).unref();
  });
}

function time(_: Session, __: Request, reply: Reply): void {
  const now = Date.now();
  reply.array(2);
  reply.bulkText(String(Math.floor(now / 1000)));
  reply.bulkText(String((now % 1000) * 1000));
}

function debug(session: Session, request: Request, reply: Reply): void {
  if (request.is(1, 'OBJECT') && request.argc === 3) {
    const value = session.database.get(request.text(2));
    if (value === undefined) return reply.error('ERR no such key');
    return reply.simple(`Value at:0x0 refcount:1 encoding:${typeName(value)} serializedlength:${sizeOf(value)} lru:0 lru_seconds_idle:0`);
  }
  reply.error('ERR DEBUG subcommand not supported');
}

export const serverCommands = [
  command('info', -1, 'random loading stale @dangerous', NO_KEYS, info),
  command('config', -2, 'admin noscript loading stale', NO_KEYS, config),
  command('memory', -2, 'readonly random movablekeys', NO_KEYS, memory, { keysOf: (request) => (request.argc > 2 && request.is(1, 'USAGE') ? [2] : []) }),
  command('slowlog', -2, 'admin random loading stale', NO_KEYS, slowlog),
  command('latency', -2, 'admin noscript loading stale', NO_KEYS, latency),
  command('wait', 3, 'noscript @keyspace', NO_KEYS, wait),
  command('time', 1, 'random loading stale fast', NO_KEYS, time),
  command('debug', -2, 'admin noscript loading stale', NO_KEYS, debug),
];

