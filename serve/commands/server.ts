/** INFO, CONFIG, MEMORY, SLOWLOG and other questions about the server's state. */
import { usedBytes } from '../admission.js';
import { configure, PARAMETERS } from '../config.js';
import { infoText } from '../info.js';
import { SERVER_BYTES } from '../limits.js';
import { unknownSubcommand } from '../lookup.js';
import type { Reply } from '../reply.js';
import type { Request } from '../request.js';
import type { Session } from '../session.js';
import { KEY_OVERHEAD_BYTES, sizeOf, typeName } from '../store.js';
import { command, globToRegExp, NO_KEYS, NOT_AN_INTEGER, SYNTAX } from './command.js';

function info(session: Session, request: Request, reply: Reply): void {
  if (request.argc > 2) return reply.error(SYNTAX);
  reply.verbatim(infoText(session.server, request.argc === 2 ? request.text(1).toLowerCase() : 'default'));
}

function config({ server }: Session, request: Request, reply: Reply): void {
  if (request.is(1, 'GET') && request.argc === 3) {
    const matcher = globToRegExp(request.text(2).toLowerCase());
    const found = [...PARAMETERS].filter(([name]) => matcher.test(name));
    reply.map(found.length);
    for (const [name, { get }] of found) {
      reply.bulkText(name);
      reply.bulkUtf8(get(server));
    }
  } else if (request.is(1, 'SET') && request.argc === 4) {
    const problem = configure(server, request.text(2), request.text(3));
    if (problem === null) reply.ok();
    else reply.error(problem);
  } else if (request.is(1, 'RESETSTAT') && request.argc === 2) {
    const { stats } = server;
    stats.commands = stats.connections = stats.rejected = stats.inputBytes = stats.outputBytes = 0;
    server.statistics.reset();
    reply.ok();
  } else if (request.is(1, 'REWRITE') && request.argc === 2) {
    reply.error('ERR The server is running without a config file');
  } else {
    reply.error(unknownSubcommand(request));
  }
}

function memory(session: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  if (request.is(1, 'USAGE') && (argc === 3 || (argc === 5 && request.is(3, 'SAMPLES')))) {
    if (argc === 5 && !(request.integer(4) >= 0)) return reply.error(Number.isNaN(request.integer(4)) ? NOT_AN_INTEGER : SYNTAX);
    const value = session.database.get(request.text(2));
    if (value === undefined) return reply.null();
    return reply.int(KEY_OVERHEAD_BYTES + request.length(2) + sizeOf(value));
  }
  if (request.is(1, 'USAGE') && argc > 3) return reply.error(SYNTAX);
  if (request.is(1, 'STATS') && argc === 2) return memoryStats(session, reply);
  if (request.is(1, 'DOCTOR') && argc === 2) return reply.verbatim('This server does not diagnose its memory: look at INFO memory.\n');
  if (request.is(1, 'MALLOC-STATS') && argc === 2) return reply.verbatim('Stats not supported for the current allocator');
  // Memory is given back by the garbage collector, when it thinks best.
  if (request.is(1, 'PURGE') && argc === 2) return reply.ok();
  reply.error(unknownSubcommand(request));
}

function memoryStats({ server }: Session, reply: Reply): void {
  const { store, buffers } = server;
  const keys = store.databases.reduce((sum, { size }) => sum + size, 0);
  const { rss, heapUsed, external } = process.memoryUsage();
  const lines: [string, number][] = [
    ['total.allocated', usedBytes(server)], ['startup.allocated', SERVER_BYTES], ['clients.normal', buffers.bytes],
    ['keys.count', keys], ['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(store.usedBytes / keys)], ['dataset.bytes', store.usedBytes],
    ['process.rss', rss], ['process.heap', heapUsed], ['process.external', external],
  ];
  reply.map(lines.length);
  for (const [name, bytes] of lines) {
    reply.bulkText(name);
    reply.int(bytes);
  }
}

function slowlog({ server: { statistics } }: Session, request: Request, reply: Reply): void {
  const { argc } = request;
  if (request.is(1, 'LEN') && argc === 2) return reply.int(statistics.slow.length);
  if (request.is(1, 'RESET') && argc === 2) {
    statistics.slow = [];
    return reply.ok();
  }
  if (!request.is(1, 'GET') || argc > 3) return reply.error(unknownSubcommand(request));
  const count = argc === 3 ? request.integer(2) : 10;
  if (Number.isNaN(count)) return reply.error(NOT_AN_INTEGER);
  const shown = statistics.slow.slice(0, count < 0 ? undefined : count);
  reply.array(shown.length);
  for (const { id, atSeconds, us, args, address, clientName } of shown) {
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
  if (request.is(1, 'RESET')) return reply.int(0);
  if (request.is(1, 'DOCTOR') && argc === 2) return reply.verbatim('This server does not monitor its latency: SLOWLOG tells of slow commands.\n');
  reply.error(unknownSubcommand(request));
}

/** There are no replicas, and so none to wait for. */
function wait(_: Session, request: Request, reply: Reply): void {
  const timeout = request.integer(2);
  if (Number.isNaN(request.integer(1))) return reply.error(NOT_AN_INTEGER);
  if (Number.isNaN(timeout)) return reply.error('ERR timeout is not an integer or out of range');
  if (timeout < 0) return reply.error('ERR timeout is negative');
  reply.int(0);
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
  command('info', -1, 'random loading stale', NO_KEYS, info),
  command('config', -2, 'admin noscript loading stale', NO_KEYS, config),
  command('memory', -2, 'readonly random movablekeys', NO_KEYS, memory, { keysOf: (request) => (request.argc > 2 ? [2] : []) }),
  command('slowlog', -2, 'admin random loading stale', NO_KEYS, slowlog),
  command('latency', -2, 'admin noscript loading stale', NO_KEYS, latency),
  command('wait', 3, 'noscript', NO_KEYS, wait),
  command('time', 1, 'random loading stale fast', NO_KEYS, time),
  command('debug', -2, 'admin noscript loading stale', NO_KEYS, debug),
];

