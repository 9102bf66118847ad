/** Facts of the machine that measured: a number without them cannot be compared. Nothing of the environment is kept. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, hostname, release, totalmem, type } from 'node:os';

export interface Platform {
  readonly inferplay: string;
  readonly node: string;
  readonly os: string;
  readonly cpu: string;
  /** That this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  readonly hostname: string;
}

export function platform(): Platform {
  return {
    inferplay: inferplayVersion(),
    node: process.versions.node,
    os: `${type()} ${release()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    hostname: hostname(),
  };
}

export function inferplayVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
