/** The text of INFO: Redis's sections with all their fields, zero where this server has nothing of the kind, and the module's own. */
import { createHash } from 'node:crypto';
import { arch, release, totalmem, type as system } from 'node:os';
import { usedBytes } from './admission.js';
import { SERVER_BYTES } from './limits.js';
import { inModuleOrder } from './module-table.js';
import { MODULE_VERSION, REDIS_VERSION, type Server } from './server.js';

type Line = readonly [string, string | number];
type Section = (server: Server) => Line[];

/** Fields of things that are not here. */
const none = (...names: string[]): Line[] => names.map((name) => [name, 0]);

/** -1 where there is no such time. */
const wholeSeconds = (ms: number | null | undefined): number => (ms == null || ms < 0 ? -1 : Math.floor(ms / 1000));

const CLOCK_HZ = 10;
const SECONDS_A_DAY = 86_400;
const BACKLOG_BYTES = 1024 * 1024;

const SECTIONS: { readonly [name: string]: Section } = {
  server: (server) => {
    const seconds = Math.floor((Date.now() - server.stats.startedAtMs) / 1000);
    return [
      ['redis_version', REDIS_VERSION], ['redis_git_sha1', '00000000'], ['redis_git_dirty', 0], ['redis_build_id', hash(REDIS_VERSION).slice(0, 16)], ['redis_mode', 'standalone'],
      ['os', `${system()} ${release()} ${arch() === 'x64' ? 'x86_64' : arch()}`], ['arch_bits', 64], ['monotonic_clock', 'POSIX clock_gettime'], ['multiplexing_api', 'libuv'],
      ['atomicvar_api', 'none'], ['gcc_version', '0.0.0'], ['process_id', process.pid], ['process_supervised', 'no'], ['run_id', runId(server)], ['tcp_port', server.port],
      ['server_time_usec', Date.now() * 1000], ['uptime_in_seconds', seconds], ['uptime_in_days', Math.floor(seconds / SECONDS_A_DAY)], ['hz', CLOCK_HZ], ['configured_hz', CLOCK_HZ],
      ['lru_clock', Math.floor(Date.now() / 1000) & 0xffffff], ['executable', process.execPath], ['config_file', ''], ['io_threads_active', 0], ['server_software', 'inferplay'],
    ];
  },
  clients: ({ sessions, settings }) => [
    ['connected_clients', sessions.size], ['cluster_connections', 0], ['maxclients', settings.connectionsMax],
    ...none('client_recent_max_input_buffer', 'client_recent_max_output_buffer'),
    ['blocked_clients', [...sessions.values()].filter(({ blocked }) => blocked).length], ...none('tracking_clients', 'clients_in_timeout_table'),
  ],
  memory,
  persistence: ({ persistence, stats }) => [
    ...none('loading', 'current_cow_size', 'current_cow_size_age'), ['current_fork_perc', '0.00'], ...none('current_save_keys_processed', 'current_save_keys_total', 'rdb_changes_since_last_save'),
    ['rdb_bgsave_in_progress', persistence?.running ? 1 : 0], ['rdb_last_save_time', Math.floor((persistence?.lastSaveMs ?? stats.startedAtMs) / 1000)],
    ['rdb_last_bgsave_status', persistence?.lastOk === false ? 'err' : 'ok'], ['rdb_last_bgsave_time_sec', wholeSeconds(persistence?.lastBackgroundMs)],
    ['rdb_current_bgsave_time_sec', wholeSeconds(persistence?.startedMs && Date.now() - persistence.startedMs)], ['rdb_last_cow_size', 0],
    ...none('aof_enabled', 'aof_rewrite_in_progress', 'aof_rewrite_scheduled'), ['aof_last_rewrite_time_sec', -1], ['aof_current_rewrite_time_sec', -1],
    ['aof_last_bgrewrite_status', 'ok'], ['aof_last_write_status', 'ok'], ...none('aof_last_cow_size', 'module_fork_in_progress', 'module_fork_last_cow_size'),
  ],
  stats: ({ stats, statistics, store, buffers }) => [
    ['total_connections_received', stats.connections], ['total_commands_processed', statistics.calls], ['instantaneous_ops_per_sec', Math.round(statistics.rates.perSecond('commands'))],
    ['total_net_input_bytes', stats.inputBytes], ['total_net_output_bytes', stats.outputBytes],
    ['instantaneous_input_kbps', (statistics.rates.perSecond('inputBytes') / 1024).toFixed(2)], ['instantaneous_output_kbps', (statistics.rates.perSecond('outputBytes') / 1024).toFixed(2)],
    ['rejected_connections', stats.rejected], ...none('sync_full', 'sync_partial_ok', 'sync_partial_err'), ['expired_keys', store.sum('expired')], ['expired_stale_perc', '0.00'],
    ...none('expired_time_cap_reached_count', 'expire_cycle_cpu_milliseconds', 'evicted_keys'), ['keyspace_hits', store.sum('hits')], ['keyspace_misses', store.sum('misses')],
    ...none('pubsub_channels', 'pubsub_patterns', 'latest_fork_usec', 'total_forks', 'migrate_cached_sockets', 'slave_expires_tracked_keys', 'active_defrag_hits',
      'active_defrag_misses', 'active_defrag_key_hits', 'active_defrag_key_misses', 'tracking_total_keys', 'tracking_total_items', 'tracking_total_prefixes', 'unexpected_error_replies'),
    ['total_error_replies', statistics.errorCount],
    ['dump_payload_sanitizations', 0], ['total_reads_processed', stats.reads], ['total_writes_processed', stats.writes],
    ...none('io_threaded_reads_processed', 'io_threaded_writes_processed'),
    // Of later versions, behind what 6.2 tells.
    ['evicted_clients', buffers.evicted], ['client_query_buffer_limit_disconnections', stats.inputLimited], ['client_output_buffer_limit_disconnections', stats.outputLimited],
  ],
  replication: (server) => [
    ['role', 'master'], ['connected_slaves', 0], ['master_failover_state', 'no-failover'], ['master_replid', hash(`replication ${runId(server)}`)], ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0], ['second_repl_offset', -1], ['repl_backlog_active', 0], ['repl_backlog_size', BACKLOG_BYTES], ...none('repl_backlog_first_byte_offset', 'repl_backlog_histlen'),
  ],
  cpu: () => {
    const { user, system } = process.cpuUsage();
    const seconds = (us: number): string => (us / 1e6).toFixed(6);
    return [
      ['used_cpu_sys', seconds(system)], ['used_cpu_user', seconds(user)], ['used_cpu_sys_children', seconds(0)], ['used_cpu_user_children', seconds(0)],
      ['used_cpu_sys_main_thread', seconds(system)], ['used_cpu_user_main_thread', seconds(user)],
    ];
  },
  modules: () => [['module', `name=ai,ver=${MODULE_VERSION},api=1,filters=0,usedby=[],using=[],options=[handle-io-errors]`]],
  commandstats: ({ statistics }) => [...statistics.commands].filter(([{ unlisted }, { calls, rejected }]) => !unlisted && calls + rejected > 0).map(([{ name }, { calls, us, rejected, failed }]) => [
    `cmdstat_${name}`, `calls=${calls},usec=${Math.round(us)},usec_per_call=${(calls === 0 ? 0 : us / calls).toFixed(2)},rejected_calls=${rejected},failed_calls=${failed}`]),
  errorstats: ({ statistics }) => [...statistics.errors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, count]) => [`errorstat_${code}`, `count=${count}`]),
  cluster: () => [['cluster_enabled', 0]],
  keyspace: ({ store }) => store.databases.flatMap((database, index) =>
    database.size === 0 ? [] : [[`db${index}`, `keys=${database.size},expires=${database.expiring},avg_ttl=0`] as const]),
};

function memory(server: Server): Line[] {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  const used = usedBytes(server);
  const [peak, max, total] = [peakBytes(server), server.settings.maxmemoryBytes, totalmem()];
  const [allocated, active, dataset] = [heapUsed + external, heapTotal + external, used - SERVER_BYTES];
  const ratio = (bytes: number, of: number): string => (bytes / of).toFixed(2);
  return [
    ['used_memory', used], ['used_memory_human', human(used)], ['used_memory_rss', rss], ['used_memory_rss_human', human(rss)], ['used_memory_peak', peak],
    ['used_memory_peak_human', human(peak)], ['used_memory_peak_perc', `${ratio(used * 100, peak)}%`], ['used_memory_overhead', SERVER_BYTES], ['used_memory_startup', SERVER_BYTES],
    ['used_memory_dataset', dataset], ['used_memory_dataset_perc', `${dataset === 0 ? '0.00' : '100.00'}%`],
    ['allocator_allocated', allocated], ['allocator_active', active], ['allocator_resident', rss], ['total_system_memory', total], ['total_system_memory_human', human(total)],
    ['used_memory_lua', 0], ['used_memory_lua_human', human(0)], ['used_memory_scripts', 0], ['used_memory_scripts_human', human(0)], ['number_of_cached_scripts', 0],
    ['maxmemory', max], ['maxmemory_human', human(max)], ['maxmemory_policy', 'noeviction'],
    ['allocator_frag_ratio', ratio(active, allocated)], ['allocator_frag_bytes', active - allocated], ['allocator_rss_ratio', ratio(rss, active)], ['allocator_rss_bytes', rss - active],
    ['rss_overhead_ratio', ratio(rss, rss)], ['rss_overhead_bytes', 0], ['mem_fragmentation_ratio', ratio(rss, used)], ['mem_fragmentation_bytes', rss - used],
    ...none('mem_not_counted_for_evict', 'mem_replication_backlog', 'mem_clients_slaves'), ['mem_clients_normal', server.buffers.bytes], ['mem_aof_buffer', 0], ['mem_allocator', 'v8'],
    ...none('active_defrag_running', 'lazyfree_pending_objects', 'lazyfreed_objects'), ['process_heap', heapUsed], ['process_external', external],
  ];
}

const hash = (text: string): string => createHash('sha1').update(text).digest('hex');

/** Forty hexadecimal digits that tell one run of a server from another. */
function runId(server: Server): string {
  return hash(`${process.pid} ${server.host} ${server.port} ${server.stats.startedAtMs}`);
}

/** Largest `used_memory` there has been, as far as a look every tenth of a second sees it. */
export function peakBytes(server: Server): number {
  return Math.max(server.stats.peakBytes, usedBytes(server));
}

/** A size as Redis writes it for people: 1.50M. */
function human(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(5, Math.floor(Math.log2(bytes) / 10));
  return power === 0 ? `${bytes}B` : `${(bytes / 1024 ** power).toFixed(2)}${'BKMGTP'[power]}`;
}

/** The module's own sections, which INFO shows when everything or they are asked for. */
function moduleSections(server: Server): { readonly [name: string]: Line[] } {
  const { user, system } = process.cpuUsage();
  const seconds = (us: number): string => (us / 1e6).toFixed(6);
  const backend = server.models.backendVersion;
  const { threadsPerQueue, executionTimeoutMs } = server.devices.settings;
  const threads = inModuleOrder([...new Set(['CPU', ...server.devices.names])]).flatMap((device) =>
    Array.from({ length: threadsPerQueue }, (_, i): Line => [`ai_queue_${device}_bthread_n${i + 1}_used_cpu_total`, 'N/A']));
  return {
    ai_versions: [['ai_RedisAI_version', '1.2.7'], ['ai_low_level_API_version', 1], ['ai_rdb_version', 4]],
    ai_git: [['ai_git_sha', '1bf38d8']],
    ai_load_time_configs: [
      ['ai_threads_per_queue', threadsPerQueue], ['ai_inter_op_parallelism', server.models.settings.interOpThreads],
      ['ai_intra_op_parallelism', server.models.settings.intraOpThreads], ['ai_model_execution_timeout', executionTimeoutMs], ['ai_backend_memory_limit', 0]],
    ai_backends_info: backend === null ? [] : [['ai_onnxruntime_version', backend], ['ai_onnxruntime_maximum_run_sessions_number', threads.length]],
    ai_cpu: [
      ['ai_self_used_cpu_sys', seconds(system)], ['ai_self_used_cpu_user', seconds(user)], ['ai_children_used_cpu_sys', '0.000000'],
      ['ai_children_used_cpu_user', '0.000000'], ['ai_main_thread_used_cpu_sys', seconds(system)], ['ai_main_thread_used_cpu_user', seconds(user)], ...threads],
  };
}

/** Not one of Redis's: what waits and what runs, runs that nobody waits for any more, and what AI.INFO counts, beside it how often a session really ran. */
function inference(server: Server): Line[] {
  const models = [...server.models.all()].map(({ definition, info }): Line =>
    [`model_${definition.key}`, `runs=${info.runs},calls=${info.calls},samples=${info.samples},errors=${info.errors},duration_us=${info.durationUs}`]);
  const { devices } = server;
  return [['queued_requests', devices.sum('queued')], ['running_requests', devices.sum('running')], ['given_up_runs_in_progress', devices.sum('givenUp')], ...models];
}

const TITLES: { readonly [name: string]: string } = { cpu: 'CPU' };

/** @param wanted `default`, `all`, `everything` or the name of one section, or of the module, in lower case */
export function infoText(server: Server, wanted: string): string {
  const shown: [string, Line[]][] = [];
  const several = ['default', 'all', 'everything'].includes(wanted);
  for (const [name, section] of Object.entries(SECTIONS)) {
    if (wanted === name || (several && (wanted !== 'default' || name !== 'commandstats'))) shown.push([TITLES[name] ?? name[0].toUpperCase() + name.slice(1), section(server)]);
  }
  if (wanted === 'inference') shown.push(['Inference', inference(server)]);
  for (const [name, lines] of Object.entries(moduleSections(server))) if (['everything', 'modules', 'ai', name].includes(wanted)) shown.push([name, lines]);
  return shown.map(([title, lines]) => `# ${title}\r\n${lines.map(([key, value]) => `${key}:${value}\r\n`).join('')}`).join('\r\n');
}
