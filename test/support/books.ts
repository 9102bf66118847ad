/** The books of a replay. */
import assert from 'node:assert/strict';
import type { Recording } from '../../core/recording.js';
import { replay, type ReplayOptions } from '../../replay/replay.js';
import { OK_DAG, type StubAnswer } from './stub-server.js';

/** A replay of four connections that begins at once and asks the server for no proof. */
export const at = { storeCheck: false, warmupMs: 0, clients: 4 } as const;
export const OK: StubAnswer = { pieces: [OK_DAG] };

/** Replays, and checks the books. */
export async function record(file: string, options: ReplayOptions, signal?: AbortSignal): Promise<Recording> {
  const { recording } = await replay(file, { ...at, ...options }, { signal });
  checkBooks(recording);
  return recording;
}

/** What must add up in every recording, however it ended. */
export function checkBooks(recording: Recording): void {
  const counts = Object.fromEntries(Object.entries(recording.outcomes).map(([code, { count }]) => [code, count]));
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const notSent = counts['not-sent'] ?? 0;
  assert.equal(recording.due, total, 'everything that came due has an outcome');
  assert.equal(recording.sent, total - notSent);
  assert.equal(recording.done, recording.sent);
  assert.equal(recording.response.count, counts.ok ?? 0, 'only successes are in the latency');
  assert.equal(recording.service.count, counts.ok ?? 0);
  assert.equal(recording.lateness.count, recording.sent);
  assert.equal(recording.failedService.count, recording.sent - (counts.ok ?? 0) - (counts['wrong-answer'] ?? 0) - (counts.interrupted ?? 0));
  assert.equal(recording.seconds.at(-1)?.inFlight ?? 0, 0, 'in the end nothing is in flight');
  assert.ok(recording.seconds.every(({ inFlight }) => inFlight >= 0));
  const sum = (field: 'due' | 'sent' | 'ok' | 'failed'): number => recording.seconds.reduce((all, second) => all + second[field], 0);
  assert.equal(sum('due'), recording.due);
  assert.equal(sum('sent'), recording.sent);
  assert.equal(sum('ok'), counts.ok ?? 0);
  assert.equal(sum('failed'), recording.sent - (counts.ok ?? 0));
  const { rows } = recording;
  assert.ok(rows.sent >= recording.sent && rows.ok >= (counts.ok ?? 0) && rows.ok <= rows.sent && rows.shortRows <= rows.sent, JSON.stringify(rows));
}

/** Counts by code, in the order of the codes. */
export function outcomes(recording: Recording): { [code: string]: number } {
  return Object.fromEntries(Object.entries(recording.outcomes).map(([code, { count }]) => [code, count]).sort());
}
