/**
 * Checks that a data set, a result or the results of a sweep on disk are what their manifest says: checksums, sizes, row counts, and that every file
 * really opens. Problems are collected, not thrown, so that one reading names them all.
 */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openDataset, type Dataset } from '../core/dataset.js';
import { InferplayError, messageOf } from '../core/errors.js';
import { openModel } from '../core/inference.js';
import { MANIFEST_FILE, manifestSha256, readManifest, type Column, type Manifest, type ModelEntry, type ShardEntry } from '../core/manifest.js';
import type { OnProgress } from '../core/progress.js';
import { RESULT_FILE } from '../core/result-folder.js';
import { readSweep } from '../core/sweep-folder.js';
import { fileProblem, short, startChecks, type Checks, type Verification } from './checks.js';
import { isResult, isSweep, placeOf, refuseManyResults } from './place.js';
import { CHECKS_BEHIND_RESULT, verifyResult } from './verify-result.js';

export type { Problem, Verification } from './checks.js';

export interface VerifyOptions {
  readonly signal?: AbortSignal;
  /** Counts bytes. */
  readonly onProgress?: OnProgress;
}

/**
 * @param path folder of a data set, a result or a sweep, its manifest.json, result.json or sweep.json, or `results/latest`
 * @throws InferplayError DATA where there is neither, no readable manifest, or, for Arrow files from elsewhere, none at all: there is
 *   nothing to compare them with; INTERRUPTED on the signal
 */
export async function verify(path: string, { signal, onProgress }: VerifyOptions = {}): Promise<Verification> {
  const checks = startChecks(path, signal, onProgress);
  const folder = basename(path) === MANIFEST_FILE ? dirname(path) : path;
  const place = await placeOf(path);
  if (isSweep(place)) await verifySweep(place, checks);
  else if (isResult(place)) await verifyResult(place, checks);
  else if (existsSync(join(folder, MANIFEST_FILE))) await verifyDataset(folder, checks, signal);
  else await refuse(path);
  return checks.verification();
}

async function verifyDataset(folder: string, checks: Checks, signal: AbortSignal | undefined): Promise<void> {
  const manifest = await readManifest(folder);
  checks.expect([...manifest.shards, ...manifest.models].reduce((sum, entry) => sum + entry.sizeBytes, 0));
  await checks.check(MANIFEST_FILE, () => identityProblem(manifest));
  for (const shard of manifest.shards) {
    const whole = await checks.check(shard.file, () => fileProblem(folder, shard, signal));
    if (whole) await checks.check(shard.file, () => shardProblem(folder, shard, manifest.columns, signal));
    else checks.leaveOut(1);
    checks.read(shard.sizeBytes);
  }
  for (const model of manifest.models) {
    const whole = await checks.check(model.file, () => fileProblem(folder, model, signal));
    if (whole) await checks.check(model.file, () => modelProblem(folder, model));
    else checks.leaveOut(1);
    checks.read(model.sizeBytes);
  }
}

/** Every run that has a result. */
async function verifySweep(path: string, checks: Checks): Promise<void> {
  const { folder, state } = await readSweep(path);
  for (const run of state.runs) {
    const place = join(folder, run.folder);
    if (!existsSync(join(place, RESULT_FILE))) continue;
    const within: Checks = { ...checks, check: (file, look) => checks.check(`${run.folder}/${file}`, look) };
    // What cannot be read is a problem of that run, and no reason not to look at the others.
    await verifyResult(place, within).catch(async (error: unknown) => {
      await within.check(RESULT_FILE, () => messageOf(error));
      within.leaveOut(CHECKS_BEHIND_RESULT);
    });
  }
}

/** The hash over the hashes: it is what a server's manifest key and a result name the data set by. */
function identityProblem(manifest: Manifest): string | null {
  const actual = manifestSha256(manifest.shards, manifest.models);
  return actual === manifest.sha256 ? null : `says that the data set is ${short(manifest.sha256)}, and the hashes of its files make ${short(actual)}; it was edited`;
}

async function shardProblem(folder: string, shard: ShardEntry, columns: readonly Column[], signal?: AbortSignal): Promise<string | null> {
  const dataset = await openDataset(join(folder, shard.file));
  if (dataset.rows !== shard.rows) return `holds ${dataset.rows} rows, and the manifest says ${shard.rows}`;
  const [held, promised] = [dataset.columns.map(columnText).join(', '), columns.map(columnText).join(', ')];
  if (held !== promised) return `has the columns ${held}, and the manifest says ${promised}`;
  return readThrough(dataset, signal);
}

function columnText({ name, dtype, shape, nullable }: Column): string {
  return `${name} ${dtype}${shape ? `[${shape.join(',')}]` : ''}${nullable ? '?' : ''}`;
}

/** Decodes every batch and touches every column: an Arrow file can have a sound footer and damaged batches. */
async function readThrough(dataset: Dataset, signal?: AbortSignal): Promise<string | null> {
  let rows = 0;
  for await (const batch of dataset.batches()) {
    signal?.throwIfAborted();
    for (const { name, dtype } of dataset.columns) {
      if (dtype !== 'utf8') batch.bytes(name);
      else for (let row = 0; row < batch.rows; row++) batch.text(name, row);
    }
    rows += batch.rows;
  }
  return rows === dataset.rows ? null : `has batches of ${rows} rows altogether, and its footer says ${dataset.rows}`;
}

async function modelProblem(folder: string, { file, inputs, outputs, ports }: ModelEntry): Promise<string | null> {
  const model = await openModel(join(folder, file), { threads: 1 });
  model.close();
  const names = (ports: readonly { readonly name: string }[]): string => ports.map(({ name }) => name).join(', ');
  // A graph may name its inputs otherwise than the columns that they are given.
  const promised = ports === undefined ? inputs.join(', ') : names(ports);
  if (names(model.inputs) !== promised) return `has the inputs ${names(model.inputs)}, and the manifest says ${promised}`;
  if (names(model.outputs) !== outputs.join(', ')) return `has the outputs ${names(model.outputs)}, and the manifest says ${outputs.join(', ')}`;
  return null;
}

/** To pass what has no checksums would be a promise that nobody can keep. */
async function refuse(path: string): Promise<never> {
  await refuseManyResults(path);
  await openDataset(path);
  throw new InferplayError('DATA', `${path} has no ${MANIFEST_FILE} with checksums, so there is nothing to compare it with; look at it with \`inferplay inspect\`, or name the folder of a data set or a result.`);
}
