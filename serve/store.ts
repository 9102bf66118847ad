/** The keyspace: numbered databases. */
import { Database } from './database.js';
import { DATABASES } from './limits.js';

export class Store {
  readonly databases: readonly Database[];

  /** @param now milliseconds since the epoch */
  constructor(now: () => number = Date.now) {
    this.databases = Array.from({ length: DATABASES }, () => new Database(now));
  }

  clear(): number {
    return this.databases.reduce((keys, database) => keys + database.clear(), 0);
  }

  /** Bytes of all databases. */
  get usedBytes(): number {
    let bytes = 0;
    for (const { usedBytes } of this.databases) bytes += usedBytes;
    return bytes;
  }

  /** What INFO tells of all databases. */
  sum(count: 'expired' | 'hits' | 'misses'): number {
    return this.databases.reduce((sum, database) => sum + database[count], 0);
  }

  /** @returns how many expired keys were removed */
  sweep(): number {
    return this.databases.reduce((removed, database) => removed + database.sweep(), 0);
  }
}
