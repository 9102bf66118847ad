/** The account of a verification: checks run one after the other, problems are collected, bytes are counted. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InferplayError, messageOf } from '../core/errors.js';
import { sha256File } from '../core/folder.js';
import type { OnProgress } from '../core/progress.js';

export interface Problem {
  /** Name within the folder. */
  readonly file: string;
  /** The rest of a sentence about the file. */
  readonly problem: string;
}

export interface Verification {
  readonly ok: boolean;
  /** Empty when ok; at most one per check. */
  readonly problems: readonly Problem[];
  /** Number of checks made. */
  readonly checked: number;
  /** Checks that could not be made, because one that they build on has failed. */
  readonly undone: number;
  /** Bytes read. */
  readonly bytes: number;
}

export interface Checks {
  /** The check passes where it answers null; what it throws is the problem too. @returns whether it passed */
  check(file: string, run: () => Promise<string | null> | string | null): Promise<boolean>;
  /** So many further checks cannot be made, because one has failed: they stay part of the whole. */
  leaveOut(count: number): void;
  /** How many bytes will be read, for the progress. */
  expect(bytes: number): void;
  read(bytes: number): void;
  verification(): Verification;
}

export function startChecks(path: string, signal?: AbortSignal, onProgress?: OnProgress): Checks {
  const started = performance.now();
  const problems: Problem[] = [];
  let checked = 0;
  let undone = 0;
  let bytes = 0;
  let expected = 0;
  const stopIfAborted = (): void => {
    if (signal?.aborted) throw new InferplayError('INTERRUPTED', `Verifying ${path} was stopped after ${checked} checks; run it again.`);
  };
  return {
    async check(file, run) {
      stopIfAborted();
      let problem: string | null;
      try {
        problem = await run();
      } catch (error) {
        stopIfAborted();
        problem = messageOf(error);
      }
      checked++;
      if (problem !== null) problems.push({ file, problem });
      return problem === null;
    },
    leaveOut(count) {
      undone += count;
    },
    expect(total) {
      expected = total;
    },
    read(sizeBytes) {
      bytes += sizeBytes;
      onProgress?.({ unit: 'bytes', done: bytes, total: Math.max(bytes, expected), elapsedMs: performance.now() - started });
    },
    verification: () => ({ ok: problems.length === 0, problems, checked, undone, bytes }),
  };
}

/** A hash as messages show it: enough to compare by eye. */
export function short(sha256: string): string {
  return `${sha256.slice(0, 12)}…`;
}

/** Size first, because a copy that was cut short is the usual case and its sentence is the clearest. */
export async function fileProblem(folder: string, entry: { readonly file: string; readonly sizeBytes: number; readonly sha256: string }, signal?: AbortSignal): Promise<string | null> {
  const file = join(folder, entry.file);
  const stats = await stat(file).catch(() => null);
  if (stats === null) return 'is missing';
  if (stats.size !== entry.sizeBytes) return `has ${stats.size} bytes, and ${entry.sizeBytes} are expected`;
  const sha256 = await sha256File(file, signal);
  return sha256 === entry.sha256 ? null : `has other content: its SHA-256 is ${short(sha256)}, and ${short(entry.sha256)} is expected`;
}
