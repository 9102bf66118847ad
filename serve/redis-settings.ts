/**
 * The parameters of Redis 6.2, in the order in which CONFIG GET tells them, and maxmemory-clients of Redis 7: what kind of text each takes, and what it is here.
 * Nearly none of them can be changed in this server; `config.ts` has those that can.
 */
import { parseInteger } from './numbers.js';

/** What CONFIG SET takes for a parameter. */
export interface Kind {
  /** What is wrong with a text, in Redis's words; null when nothing is. */
  problem(text: string): string | null;
  /** The text as CONFIG GET would tell it. */
  normal(text: string): string;
  /** Why a text that is right cannot be had here; empty where Redis gives no reasons. */
  readonly refusal: string;
}

export interface RedisSetting {
  /** Null: decided when the server starts. */
  readonly kind: Kind | null;
  readonly value: string;
}

const UNITS: { readonly [unit: string]: number } = { '': 1, b: 1, k: 1000, kb: 1024, m: 1e6, mb: 1024 ** 2, g: 1e9, gb: 1024 ** 3 };

/** A size as Redis reads it: `100`, `3mb`, `1G`; no digits are 0. NaN when it is none. */
export function parseMemory(text: string): number {
  const [, digits, unit] = /^(\d*)([a-z]*)$/i.exec(text) ?? [];
  const bytes = unit === undefined ? NaN : Math.min(Number(digits), 2 ** 63) * (UNITS[unit.toLowerCase()] ?? NaN);
  return bytes < 2 ** 64 ? Math.min(bytes, Number.MAX_SAFE_INTEGER) : NaN;
}

const NO_OTHER = 'this server knows no other value';
const between = (min: string, max: string): string => `argument must be between ${min} and ${max} inclusive`;

function integerKind(min: string, max: string): Kind {
  return {
    problem: (text) => {
      const value = parseInteger(text);
      if (value === null) return "argument couldn't be parsed into an integer";
      return value < BigInt(min) || value > BigInt(max) ? between(min, max) : null;
    },
    normal: (text) => text,
    refusal: NO_OTHER,
  };
}

function bytesKind(min: string): Kind {
  return {
    problem: (text) => {
      const bytes = parseMemory(text);
      if (Number.isNaN(bytes)) return 'argument must be a memory value';
      return bytes < Number(min) ? between(min, '9223372036854775807') : null;
    },
    normal: (text) => String(parseMemory(text)),
    refusal: NO_OTHER,
  };
}

function wordKind(words: readonly string[], problem: string): Kind {
  return { problem: (text) => (words.includes(text.toLowerCase()) ? null : problem), normal: (text) => text.toLowerCase(), refusal: NO_OTHER };
}

function kindOf(text: string): Kind | null {
  const [, name, given = ''] = /^([a-z]+)(?:\((.*)\))?$/.exec(text)!;
  const values = given.split(',');
  if (name === 'int') return integerKind(values[0], values[1]);
  if (name === 'bytes') return bytesKind(values[0]);
  if (name === 'yesno') return wordKind(['yes', 'no'], "argument must be 'yes' or 'no'");
  if (name === 'one') return wordKind(values, `argument must be one of the following: ${values.join(', ')}`);
  return name === 'start' ? null : { problem: () => null, normal: (any) => any, refusal: '' };
}

/** Name, kind and value. */
const SETTINGS = `
rdbchecksum start yes; daemonize start no; io-threads-do-reads start no; lua-replicate-commands yesno yes; always-show-logo start no; protected-mode yesno no
rdbcompression yesno yes; rdb-del-sync-files yesno no; activerehashing yesno yes; stop-writes-on-bgsave-error yesno yes; set-proc-title start yes; dynamic-hz yesno yes
lazyfree-lazy-eviction yesno no; lazyfree-lazy-expire yesno no; lazyfree-lazy-server-del yesno no; lazyfree-lazy-user-del yesno no; lazyfree-lazy-user-flush yesno no
repl-disable-tcp-nodelay yesno no; repl-diskless-sync yesno no; gopher-enabled yesno no; aof-rewrite-incremental-fsync yesno yes; no-appendfsync-on-rewrite yesno no
cluster-require-full-coverage yesno yes; rdb-save-incremental-fsync yesno yes; aof-load-truncated yesno yes; aof-use-rdb-preamble yesno yes
cluster-replica-no-failover yesno no; cluster-slave-no-failover yesno no; replica-lazy-flush yesno no; slave-lazy-flush yesno no; replica-serve-stale-data yesno yes
slave-serve-stale-data yesno yes; replica-read-only yesno yes; slave-read-only yesno yes; replica-ignore-maxmemory yesno yes; slave-ignore-maxmemory yesno yes
jemalloc-bg-thread yesno yes; activedefrag yesno no; syslog-enabled start no; cluster-enabled start no; appendonly yesno no; cluster-allow-reads-when-down yesno no
crash-log-enabled yesno yes; crash-memcheck-enabled yesno yes; use-exit-on-panic yesno no; disable-thp yesno yes; cluster-allow-replica-migration yesno yes
replica-announced yesno yes; aclfile start; unixsocket start; pidfile start; replica-announce-ip text; slave-announce-ip text; masteruser text
cluster-announce-ip text; syslog-ident start redis; dbfilename text dump.rdb; appendfilename start appendonly.aof; server_cpulist start; bio_cpulist start
aof_rewrite_cpulist start; bgsave_cpulist start; ignore-warnings text; proc-title-template text {title} {listen-addr} {server-mode}; masterauth text; requirepass text
supervised start no; syslog-facility start local0; repl-diskless-load one(disabled,on-empty-db,swapdb) disabled; loglevel one(debug,verbose,notice,warning) notice
maxmemory-policy one(volatile-lru,volatile-lfu,volatile-random,volatile-ttl,allkeys-lru,allkeys-lfu,allkeys-random,noeviction) noeviction
appendfsync one(everysec,always,no) everysec; oom-score-adj one(no,yes,relative,absolute) no; acl-pubsub-default one(allchannels,resetchannels) allchannels
sanitize-dump-payload one(no,yes,clients) no; databases start 16; port start 0; io-threads start 1; auto-aof-rewrite-percentage int(0,2147483647) 100
cluster-replica-validity-factor int(0,2147483647) 10; cluster-slave-validity-factor int(0,2147483647) 10; list-max-ziplist-size int(-2147483648,2147483647) -2
tcp-keepalive int(0,2147483647) 300; cluster-migration-barrier int(0,2147483647) 1; active-defrag-cycle-min int(1,99) 1; active-defrag-cycle-max int(1,99) 25
active-defrag-threshold-lower int(0,1000) 10; active-defrag-threshold-upper int(0,1000) 100; lfu-log-factor int(0,2147483647) 10; lfu-decay-time int(0,2147483647) 1
replica-priority int(0,2147483647) 100; slave-priority int(0,2147483647) 100; repl-diskless-sync-delay int(0,2147483647) 5; maxmemory-samples int(1,2147483647) 5
maxmemory-eviction-tenacity int(0,100) 10; timeout int(0,2147483647) 0; replica-announce-port int(0,65535) 0; slave-announce-port int(0,65535) 0; tcp-backlog start 511
cluster-announce-bus-port int(0,65535) 0; cluster-announce-port int(0,65535) 0; cluster-announce-tls-port int(0,65535) 0; repl-timeout int(1,2147483647) 60
repl-ping-replica-period int(1,2147483647) 10; repl-ping-slave-period int(1,2147483647) 10; list-compress-depth int(0,2147483647) 0
rdb-key-save-delay int(-2147483648,2147483647) 0; key-load-delay int(-2147483648,2147483647) 0; active-expire-effort int(1,10) 1; hz int(0,2147483647) 10
min-replicas-to-write int(0,2147483647) 0; min-slaves-to-write int(0,2147483647) 0; min-replicas-max-lag int(0,2147483647) 10; min-slaves-max-lag int(0,2147483647) 10
maxclients int(1,4294967295) 10000; active-defrag-max-scan-fields int(1,9223372036854775807) 1000; slowlog-max-len int(0,9223372036854775807) 128
acllog-max-len int(0,9223372036854775807) 128; lua-time-limit int(0,9223372036854775807) 5000; cluster-node-timeout int(0,9223372036854775807) 15000
slowlog-log-slower-than int(-1,9223372036854775807) 10000; latency-monitor-threshold int(0,9223372036854775807) 0; proto-max-bulk-len bytes(1048576) 536870912
stream-node-max-entries int(0,9223372036854775807) 100; repl-backlog-size bytes(1) 1048576; maxmemory bytes(0) 0
hash-max-ziplist-entries int(0,9223372036854775807) 512; set-max-intset-entries int(0,9223372036854775807) 512; zset-max-ziplist-entries int(0,9223372036854775807) 128
active-defrag-ignore-bytes bytes(1) 104857600; hash-max-ziplist-value bytes(0) 64; stream-node-max-bytes bytes(0) 4096; zset-max-ziplist-value bytes(0) 64
hll-sparse-max-bytes bytes(0) 3000; tracking-table-max-keys int(0,9223372036854775807) 1000000; client-query-buffer-limit bytes(1048576) 1073741824
repl-backlog-ttl int(0,9223372036854775807) 3600; auto-aof-rewrite-min-size bytes(0) 67108864; logfile start; watchdog-period text 0; dir text; save text
client-output-buffer-limit text normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60; unixsocketperm start 0; slaveof start; notify-keyspace-events text
bind text; oom-score-adj-values text 0 200 800; tls-port start 0; maxmemory-clients bytes(0) 0
`;

export const REDIS_SETTINGS: ReadonlyMap<string, RedisSetting> = new Map(SETTINGS.trim().split(/[;\n]\s*/).map((line) => {
  const [name, kind, ...value] = line.split(' ');
  return [name, { kind: kindOf(kind), value: value.join(' ') }];
}));
