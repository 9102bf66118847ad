/** A real redis-server for tests: on a free port of 127.0.0.1, without persistence, ended by its own process id. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The reason to skip a test that needs redis-server, or false when it is installed. */
export const noRedisServer: string | false =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'needs redis-server: apt-get install redis-server';

/** The reason to skip a test that needs redis-cli and redis-benchmark, or false when they are installed. */
export const noRedisTools: string | false =
  spawnSync('redis-cli', ['--version']).status === 0 ? false : 'needs redis-cli and redis-benchmark: apt-get install redis-tools';

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly pid: number;
  /** Ends the process and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/**
 * @param args further options of redis-server, for example `['--maxmemory', '3mb']`
 * @param test where given, its end ends the server
 */
export async function startRedisServer(args: readonly string[] = [], test?: { after(fn: () => Promise<void>): void }): Promise<RedisServer> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'inferplay-redis-'));
  const portArgs = args.includes('--tls-port') ? ['--port', '0'] : ['--port', String(port)];
  const given = args.map((arg) => (arg === 'FREE' ? String(port) : arg));
  const child = spawn('redis-server', [...portArgs, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder, ...given], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
  child.stderr.on('data', (chunk) => (output = (output + chunk).slice(-4000)));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  test?.after(() => stop('SIGKILL'));
  await listening(port, child, () => output);
  return { port, url: `redis://127.0.0.1:${port}`, pid: child.pid!, stop };
}

async function listening(port: number, child: ChildProcess, output: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`redis-server did not start: ${output()}`);
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true)));
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
