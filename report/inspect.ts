/** What a data set, a result or a sweep is, as data and as a page of text. */
import { basename } from 'node:path';
import { stat } from 'node:fs/promises';
import { openDataset, type Dataset } from '../core/dataset.js';
import { readResult } from '../core/result-folder.js';
import type { Column, Manifest } from '../core/manifest.js';
import type { Result } from '../core/result.js';
import { describeDataset } from './inspect-text.js';
import type { SweepSummary } from '../core/sweep-points.js';
import { isResult, isSweep, placeOf, refuseManyResults } from './place.js';
import { report, sweepAt } from './report.js';
import { valuesOf, type Value } from './values.js';

/** Rows shown are read into memory with all their values: more than this is a task for a data tool. */
const ROWS_MAX = 1000;

export interface InspectOptions {
  /** First rows to show; 3 by default. */
  readonly rows?: number;
}

/** One row of the data set: its number, and each column's value; a list for a tensor, null where the value is missing. */
export interface SampleRow {
  readonly row: number;
  readonly values: { readonly [column: string]: Value };
}

export interface DatasetDescription {
  readonly kind: 'dataset';
  readonly path: string;
  readonly rows: number;
  /** Of the shards, or of the one file; null where there are several files of somebody else. */
  readonly sizeBytes: number | null;
  readonly columns: readonly Column[];
  /** null where the data set is not ours. */
  readonly manifest: Manifest | null;
  readonly sample: readonly SampleRow[];
}

export interface ResultDescription {
  readonly kind: 'result';
  readonly folder: string;
  readonly result: Result;
}

export interface SweepDescription {
  readonly kind: 'sweep';
  readonly summary: SweepSummary;
}

/**
 * @param path a data set (folder, manifest.json, or Arrow files from elsewhere), a result (folder or result.json), a
 * sweep (folder or sweep.json), or `results/latest`, whichever was measured last
 * @throws InferplayError DATA where it is none of them, unfinished, or damaged
 */
export async function describe(path: string, { rows = 3 }: InspectOptions = {}): Promise<DatasetDescription | ResultDescription | SweepDescription> {
  const place = await placeOf(path);
  if (isSweep(place)) return { kind: 'sweep', summary: (await sweepAt(place)).summary };
  if (isResult(place)) return { kind: 'result', ...(await readResult(place)) };
  await refuseManyResults(path);
  const dataset = await openDataset(path);
  const { columns, manifest } = dataset;
  return { kind: 'dataset', path, rows: dataset.rows, sizeBytes: await sizeOf(dataset), columns, manifest, sample: await firstRows(dataset, Math.min(rows, ROWS_MAX)) };
}

/** The same as text of at most 100 columns. */
export async function inspect(path: string, options: InspectOptions = {}): Promise<string> {
  const description = await describe(path, options);
  return description.kind === 'dataset' ? describeDataset(description) : report(path, { width: 100 });
}

async function sizeOf({ path, manifest }: Dataset): Promise<number | null> {
  if (manifest) return manifest.shards.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const stats = await stat(path);
  return stats.isFile() && basename(path) !== 'manifest.json' ? stats.size : null;
}

async function firstRows(dataset: Dataset, rows: number): Promise<SampleRow[]> {
  const sample: SampleRow[] = [];
  if (rows === 0) return sample;
  for await (const batch of dataset.batches({ fromRow: 0, toRow: rows })) {
    for (let row = 0; row < batch.rows; row++) {
      const values: { [column: string]: Value } = {};
      for (const column of dataset.columns) values[column.name] = valuesOf(batch, column, row);
      sample.push({ row: batch.firstRow + row, values });
    }
  }
  return sample;
}
