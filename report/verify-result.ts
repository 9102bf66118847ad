/** The checks of a result folder: result.json fits its schema, the other files are those it names, and the counts agree. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeHistogram } from '../core/hdr.js';
import { HLOG_FILE, readResult, RESULT_FILE } from '../core/result-folder.js';
import type { Result } from '../core/result.js';
import { fileProblem, type Checks } from './checks.js';

/** Tags of latency.hlog and what result.json calls the same histogram. */
const TAGS = { response: 'response', service: 'service', lateness: 'lateness', firstByte: 'firstByte', failed: 'failedService' } as const;

const HISTOGRAMS = Object.keys(TAGS).length;

/** What cannot be checked where result.json cannot be read: latency.hlog and its histograms, and timeline.csv. */
export const CHECKS_BEHIND_RESULT = 2 + HISTOGRAMS;

/** A log of one line a tag is far below this; a larger one is not ours. */
const HLOG_BYTES_MAX = 64 << 20;

/** @throws InferplayError DATA where result.json cannot be read or does not fit its schema */
export async function verifyResult(path: string, checks: Checks): Promise<void> {
  const { folder, result } = await readResult(path);
  checks.read((await stat(join(folder, RESULT_FILE))).size);
  await checks.check(RESULT_FILE, () => countsProblem(result));
  let hlogWhole = false;
  for (const [file, entry] of Object.entries(result.files)) {
    const whole = await checks.check(file, () => fileProblem(folder, { file, ...entry }));
    if (file === HLOG_FILE) hlogWhole = whole;
    checks.read(entry.sizeBytes);
  }
  if (hlogWhole) return verifyHlog(join(folder, HLOG_FILE), result, checks);
  if (!Object.hasOwn(result.files, HLOG_FILE)) await checks.check(HLOG_FILE, () => 'is not named by result.json');
  checks.leaveOut(HISTOGRAMS);
}

/** What follows from one number for another, whatever was measured. */
function countsProblem({ plan, recording }: Result): string | null {
  const { requests, outcomes, latency, rows } = recording;
  const outcomesTotal = Object.values(outcomes).reduce((sum, { count }) => sum + count, 0);
  const ok = outcomes['ok']?.count ?? 0;
  if (ok !== requests.ok) return `counts ${requests.ok} successes, and its outcomes have ${ok}`;
  if (outcomesTotal !== requests.due) return `counts ${requests.due} requests due, and its outcomes have ${outcomesTotal}`;
  if (requests.done + requests.notSent !== requests.due) return `counts ${requests.due} requests due, and ${requests.done} done and ${requests.notSent} not sent`;
  if (latency.response.samples !== ok) return `has ${latency.response.samples} response times for ${ok} successes`;
  if (latency.failedService.samples !== requests.failed) return `has ${latency.failedService.samples} service times of ${requests.failed} failed requests`;
  const carried = (requests.sent - rows.shortRequests) * plan.tensorBatch + rows.shortRows;
  if (rows.sent !== carried) return `counts ${rows.sent} rows sent, and its requests carried ${carried}`;
  if (rows.ok > rows.sent) return `counts ${rows.ok} rows answered, and only ${rows.sent} sent`;
  return null;
}

async function verifyHlog(file: string, result: Result, checks: Checks): Promise<void> {
  if ((await stat(file)).size > HLOG_BYTES_MAX) {
    await checks.check(HLOG_FILE, () => `is larger than ${HLOG_BYTES_MAX} bytes`);
    return checks.leaveOut(HISTOGRAMS - 1);
  }
  const lines = (await readFile(file, 'latin1')).split('\n').filter((line) => line.startsWith('Tag='));
  for (const [tag, name] of Object.entries(TAGS)) {
    const line = lines.find((each) => each.startsWith(`Tag=${tag},`));
    await checks.check(HLOG_FILE, async () => {
      if (line === undefined) return `has no line with the tag ${tag}`;
      const { count } = await decodeHistogram(line.slice(line.lastIndexOf(',') + 1));
      const { samples } = result.recording.latency[name];
      return count === samples ? null : `holds ${count} values with the tag ${tag}, and result.json says ${samples}`;
    });
  }
}
