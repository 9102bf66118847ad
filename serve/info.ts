/** The text of INFO: Redis's sections as far as they mean something here, and the module's own. */
import { createHash } from 'node:crypto';
import { usedBytes } from './admission.js';
import { SERVER_BYTES } from './limits.js';
import { MODULE_VERSION, REDIS_VERSION, type Server } from './server.js';

type Section = (server: Server) => [string, string | number][];

const SECTIONS: { readonly [name: string]: Section } = {
  server: (server) => [
    ['redis_version', REDIS_VERSION], ['redis_git_sha1', '00000000'], ['redis_mode', 'standalone'], ['os', `${process.platform} ${process.arch}`], ['arch_bits', 64],
    ['multiplexing_api', 'libuv'], ['process_id', process.pid], ['run_id', runId(server)], ['tcp_port', server.port], ['uptime_in_seconds', Math.floor((Date.now() - server.stats.startedAtMs) / 1000)],
    ['uptime_in_days', Math.floor((Date.now() - server.stats.startedAtMs) / 86_400_000)], ['server_software', 'inferplay'],
  ],
  clients: ({ sessions, settings }) => [
    ['connected_clients', sessions.size], ['cluster_connections', 0], ['maxclients', settings.connectionsMax],
    ['blocked_clients', [...sessions.values()].filter(({ blocked }) => blocked).length], ['tracking_clients', 0],
  ],
  memory: (server) => {
    const { rss, heapUsed, external } = process.memoryUsage();
    const used = usedBytes(server);
    const max = server.settings.maxmemoryBytes;
    peakBytes = Math.max(peakBytes, used);
    return [
      ['used_memory', used], ['used_memory_human', human(used)], ['used_memory_rss', rss], ['used_memory_rss_human', human(rss)], ['used_memory_peak', peakBytes],
      ['used_memory_peak_human', human(peakBytes)], ['used_memory_startup', SERVER_BYTES], ['used_memory_dataset', used - SERVER_BYTES],
      ['maxmemory', max], ['maxmemory_human', human(max)], ['maxmemory_policy', 'noeviction'], ['mem_fragmentation_ratio', (rss / used).toFixed(2)],
      ['mem_clients_normal', server.buffers.bytes], ['mem_allocator', 'v8'], ['process_heap', heapUsed], ['process_external', external],
    ];
  },
  persistence: ({ persistence, stats }) => [['loading', 0], ['rdb_changes_since_last_save', 0], ['rdb_bgsave_in_progress', persistence?.running ? 1 : 0],
    ['rdb_last_save_time', Math.floor((persistence?.lastSaveMs ?? stats.startedAtMs) / 1000)], ['rdb_last_bgsave_status', persistence?.lastOk === false ? 'err' : 'ok'], ['aof_enabled', 0]],
  stats: ({ stats, statistics, store, buffers }) => [
    ['total_connections_received', stats.connections], ['total_commands_processed', stats.commands], ['total_net_input_bytes', stats.inputBytes],
    ['total_net_output_bytes', stats.outputBytes], ['rejected_connections', stats.rejected], ['expired_keys', store.expired], ['evicted_keys', 0],
    ['evicted_clients', buffers.evicted], ['total_error_replies', statistics.errorCount],
    ['client_query_buffer_limit_disconnections', stats.inputLimited], ['client_output_buffer_limit_disconnections', stats.outputLimited],
  ],
  replication: () => [['role', 'master'], ['connected_slaves', 0]],
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return [['used_cpu_sys', (system / 1e6).toFixed(6)], ['used_cpu_user', (user / 1e6).toFixed(6)]];
  },
  modules: () => [['module', `name=ai,ver=${MODULE_VERSION},api=1,filters=0,usedby=[],using=[],options=[handle-io-errors]`]],
  // Not one of Redis's: what AI.INFO counts, and beside it how often a session really ran.
  inference: ({ devices, models }) => [['given_up_runs_in_progress', devices.givenUp], ...[...models.all()].map(({ definition, info }): [string, string] =>
    [`model_${definition.key}`, `runs=${info.runs},calls=${info.calls},samples=${info.samples},errors=${info.errors},duration_us=${info.durationUs}`])],
  commandstats: ({ statistics }) => [...statistics.commands].map(([{ name }, { calls, us, rejected, failed }]): [string, string] => [
    `cmdstat_${name}`, `calls=${calls},usec=${Math.round(us)},usec_per_call=${(calls === 0 ? 0 : us / calls).toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`]),
  errorstats: ({ statistics }) => [...statistics.errors].map(([code, count]): [string, string] => [`errorstat_${code}`, `count=${count}`]),
  cluster: () => [['cluster_enabled', 0]],
  keyspace: (server) => server.store.databases.flatMap((database, index): [string, string][] =>
    database.size === 0 ? [] : [[`db${index}`, `keys=${database.size},expires=${database.expiring},avg_ttl=0`]]),
};

/** Forty hexadecimal digits that tell one run of a server from another. */
function runId(server: Server): string {
  return createHash('sha1').update(`${process.pid} ${server.host} ${server.port} ${server.stats.startedAtMs}`).digest('hex');
}

/** Largest size that INFO has seen. */
let peakBytes = 0;

/** A size as Redis writes it for people: 1.50M. */
function human(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes}B` : `${(bytes / 1024 ** power).toFixed(2)}${'BKMGT'[power]}`;
}

const TITLES: { readonly [name: string]: string } = { cpu: 'CPU' };
const ALL = new Set(['default', 'all', 'everything']);
/** Shown only when asked for. */
const OWN = new Set(['inference']);

/** The module's own sections, which INFO MODULES shows. */
function moduleSections(server: Server): string {
  const { user, system } = process.cpuUsage();
  const seconds = (us: number): string => (us / 1e6).toFixed(6);
  const backend = server.models.backendVersion;
  const sections: [string, [string, string | number][]][] = [
    ['versions', [['RedisAI_version', '1.2.7'], ['low_level_API_version', 1], ['rdb_version', 4]]],
    ['git', [['git_sha', '1bf38d8']]],
    ['load_time_configs', [['threads_per_queue', server.devices.settings.threadsPerQueue],
      ['inter_op_parallelism', server.models.settings.interOpThreads], ['intra_op_parallelism', server.models.settings.intraOpThreads],
      ['model_execution_timeout', server.devices.settings.executionTimeoutMs], ['backend_memory_limit', 0]]],
    ['backends_info', backend === null ? [] : [['onnxruntime_version', backend]]],
    ['cpu', [['self_used_cpu_sys', seconds(system)], ['self_used_cpu_user', seconds(user)], ['children_used_cpu_sys', '0.000000'],
      ['children_used_cpu_user', '0.000000'], ['main_thread_used_cpu_sys', seconds(system)], ['main_thread_used_cpu_user', seconds(user)]]],
  ];
  return sections.map(([name, lines]) => `\r\n# ai_${name}\r\n${lines.map(([key, value]) => `ai_${key}:${value}\r\n`).join('')}`).join('');
}

/** @param wanted `default`, `all`, `everything` or one section's name in lower case */
export function infoText(server: Server, wanted: string): string {
  const texts: string[] = [];
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (wanted !== name && (!ALL.has(wanted) || OWN.has(name) || (wanted === 'default' && name === 'commandstats'))) continue;
    const lines = section(server).map(([key, value]) => `${key}:${value}\r\n`).join('');
    const own = name === 'modules' && wanted !== 'default' ? moduleSections(server) : '';
    texts.push(`# ${TITLES[name] ?? name[0].toUpperCase() + name.slice(1)}\r\n${lines}${own}`);
  }
  return texts.join('\r\n');
}
