/** The text of INFO: Redis's sections as far as they mean something here, and the module's own. */
import { MODULE_VERSION, REDIS_VERSION, type Server } from './server.js';

type Section = (server: Server) => [string, string | number][];

const SECTIONS: { readonly [name: string]: Section } = {
  server: (server) => [
    ['redis_version', REDIS_VERSION], ['redis_mode', 'standalone'], ['os', `${process.platform} ${process.arch}`], ['arch_bits', 64],
    ['process_id', process.pid], ['tcp_port', server.port], ['uptime_in_seconds', Math.floor((Date.now() - server.stats.startedAtMs) / 1000)],
    ['uptime_in_days', Math.floor((Date.now() - server.stats.startedAtMs) / 86_400_000)], ['server_software', 'inferplay'],
  ],
  clients: (server) => [['connected_clients', server.sessions.size], ['maxclients', server.settings.connectionsMax], ['blocked_clients', 0]],
  memory: () => {
    const memory = process.memoryUsage();
    return [
      ['used_memory', memory.heapUsed + memory.external], ['used_memory_rss', memory.rss], ['maxmemory', 0], ['maxmemory_policy', 'noeviction'],
      ['mem_allocator', 'v8'],
    ];
  },
  persistence: () => [['loading', 0], ['rdb_bgsave_in_progress', 0], ['aof_enabled', 0]],
  stats: ({ stats }) => [
    ['total_connections_received', stats.connections], ['total_commands_processed', stats.commands], ['total_net_input_bytes', stats.inputBytes],
    ['total_net_output_bytes', stats.outputBytes], ['rejected_connections', stats.rejected],
  ],
  replication: () => [['role', 'master'], ['connected_slaves', 0]],
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return [['used_cpu_sys', (system / 1e6).toFixed(6)], ['used_cpu_user', (user / 1e6).toFixed(6)]];
  },
  modules: () => [['module', `name=ai,ver=${MODULE_VERSION},api=1,filters=0,usedby=[],using=[],options=[handle-io-errors]`]],
  cluster: () => [['cluster_enabled', 0]],
  keyspace: (server) => server.store.databases.flatMap((database, index): [string, string][] =>
    database.size === 0 ? [] : [[`db${index}`, `keys=${database.size},expires=${database.expiring},avg_ttl=0`]]),
};

const TITLES: { readonly [name: string]: string } = { cpu: 'CPU' };
const ALL = new Set(['default', 'all', 'everything']);

/** The module's own sections, which INFO MODULES shows. */
function moduleSections(server: Server): string {
  const { user, system } = process.cpuUsage();
  const seconds = (us: number): string => (us / 1e6).toFixed(6);
  const backend = server.models.backendVersion;
  const sections: [string, [string, string | number][]][] = [
    ['versions', [['RedisAI_version', '1.2.7'], ['low_level_API_version', 1], ['rdb_version', 4]]],
    ['git', [['git_sha', '1bf38d8']]],
    ['load_time_configs', [['threads_per_queue', 1], ['inter_op_parallelism', 0], ['intra_op_parallelism', 0],
      ['model_execution_timeout', server.devices.executionTimeoutMs], ['backend_memory_limit', 0]]],
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
    if (!ALL.has(wanted) && wanted !== name) continue;
    const lines = section(server).map(([key, value]) => `${key}:${value}\r\n`).join('');
    const own = name === 'modules' && wanted !== 'default' ? moduleSections(server) : '';
    texts.push(`# ${TITLES[name] ?? name[0].toUpperCase() + name.slice(1)}\r\n${lines}${own}`);
  }
  return texts.join('\r\n');
}
