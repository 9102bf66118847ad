/** Keeps the keys in a file: read when the server starts, written by SAVE, in the background by BGSAVE, and when the server ends. */
import { accessSync, closeSync, constants, existsSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatDuration } from '../core/duration.js';
import { InferplayError, reasonUnwritable } from '../core/errors.js';
import { counted } from '../core/quantity.js';
import { putSaved } from './saved.js';
import { isSnapshotBeginning, pieces, readSnapshot } from './snapshot.js';
import type { Server } from './server.js';

/** A last save that takes longer than this is told about. */
const NOTICEABLE_MS = 500;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

export class Persistence {
  readonly file: string;
  readonly #server: Server;
  /** Seconds since the epoch, milliseconds of them. */
  lastSaveMs = Date.now();
  lastOk = true;
  /** When the save in the background began, if there is one, and how long the last one took; -1 before there was one. */
  startedMs: number | null = null;
  lastBackgroundMs = -1;
  #running: Promise<void> | null = null;

  readonly #noticeableMs: number;

  constructor(server: Server, file: string, noticeableMs = NOTICEABLE_MS) {
    this.#server = server;
    this.file = file;
    this.#noticeableMs = noticeableMs;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /**
   * Reads the file, if there is one, into the server's empty store, and makes sure that another can be written there.
   * @returns how many keys there are now, or null where there was no file
   * @throws InferplayError DATA: then nothing of it may be used. USAGE when it has no name
   */
  load(): number | null {
    if (this.file === '') throw new InferplayError('USAGE', 'The name of the snapshot (save) is empty; name a file, or leave it out.');
    try {
      this.#removeStale();
      accessSync(dirname(this.file), constants.W_OK | constants.X_OK);
    } catch (error) {
      throw new InferplayError('DATA', `The snapshot ${this.file} could not be written: ${reasonUnwritable(this.file, error)}; make the folder, or name another file.`, { cause: error });
    }
    if (!existsSync(this.file)) return null;
    const { store } = this.#server;
    const now = Date.now();
    let keys = 0;
    readSnapshot(this.file, (index, key, saved, expiresAtMs) => {
      if (expiresAtMs !== 0 && expiresAtMs <= now) return;
      const database = store.databases[index];
      putSaved(this.#server, database, key, saved);
      if (expiresAtMs !== 0) database.expireAt(key, expiresAtMs);
      keys++;
    });
    return keys;
  }

  get #part(): string {
    return `${this.file}.${process.pid}.part`;
  }

  /** Removes what servers that were killed while they saved have left behind: of their name, of a process that is gone, and with a beginning of ours. */
  #removeStale(): void {
    const folder = dirname(this.file);
    const start = `${basename(this.file)}.`;
    for (const name of readdirSync(folder)) {
      const pid = name.startsWith(start) ? /^(\d{1,10})\.part$/.exec(name.slice(start.length))?.[1] : undefined;
      if (pid === undefined || isAlive(Number(pid))) continue;
      const path = join(folder, name);
      try {
        if (isSnapshotBeginning(path)) rmSync(path, { force: true });
      } catch {
        // Whoever may not read or remove it leaves it there.
      }
    }
  }

  #done(failure: unknown): void {
    this.lastOk = failure === null;
    if (failure === null) this.lastSaveMs = Date.now();
    else throw new InferplayError('DATA', `The snapshot ${this.file} cannot be written: ${reasonUnwritable(this.file, failure)}; ${hintOf(failure)}.`, { cause: failure });
  }

  /**
   * Writes the file and lets nothing else happen meanwhile, so that it holds one moment.
   * @throws InferplayError DATA when it cannot be written
   */
  saveNow(): void {
    const path = this.#part;
    try {
      this.#removeStale();
      const fd = openSync(path, 'w', 0o600);
      try {
        for (const piece of pieces(this.#server.store)) for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameSync(path, this.file);
    } catch (error) {
      rmSync(path, { force: true });
      this.#done(error);
    }
    this.#done(null);
  }

  /**
   * Writes the file while the server goes on. It is settled when that is done; there is never more than one.
   * @throws InferplayError DATA (as a rejection) when it cannot be written
   */
  saveInBackground(): Promise<void> {
    return (this.#running ??= this.#timed());
  }

  async #timed(): Promise<void> {
    const startedMs = (this.startedMs = Date.now());
    try {
      await this.#write();
    } finally {
      this.lastBackgroundMs = Date.now() - startedMs;
      this.startedMs = this.#running = null;
    }
  }

  async #write(): Promise<void> {
    const path = this.#part;
    let handle: FileHandle | null = null;
    try {
      this.#removeStale();
      handle = await open(path, 'w', 0o600);
      // Every write gives the sockets their turn.
      for (const piece of pieces(this.#server.store)) for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
      await handle.sync();
      await handle.close();
      handle = null;
      await rename(path, this.file);
      const folder = await open(dirname(this.file), 'r');
      await folder.sync().finally(() => folder.close());
    } catch (error) {
      await handle?.close().catch(() => {});
      await rm(path, { force: true });
      this.#done(error);
    }
    this.#done(null);
  }

  /** The last save, when nobody changes anything any more. */
  async finish(): Promise<void> {
    const { store, log } = this.#server;
    const startedMs = Date.now();
    let told = false;
    const patience = setTimeout(() => {
      told = true;
      log('note', `saving ${counted(store.databases.reduce((sum, { size }) => sum + size, 0), 'key')} to ${this.file} …`);
    }, this.#noticeableMs);
    try {
      await this.#running?.catch(() => {});
      await this.saveInBackground();
    } finally {
      clearTimeout(patience);
    }
    if (told) log('note', `saved in ${formatDuration(Date.now() - startedMs)}`);
  }
}

function hintOf(failure: unknown): string {
  const gone = (failure as NodeJS.ErrnoException).code === 'ENOENT';
  return gone ? 'make it again, and SAVE before the server ends' : 'the one before it, if any, is unchanged';
}
