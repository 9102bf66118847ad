/** A data set's description as a page of text. */
import { counted, grouped } from '../core/quantity.js';
import type { Column, Json, Manifest } from '../core/manifest.js';
import { kebab } from '../core/options.js';
import { rowBytes } from '../core/schema.js';
import { short } from './checks.js';
import { clip, printable, wrap } from './layout.js';
import type { DatasetDescription, SampleRow } from './inspect.js';
import { threeDigits } from './units.js';
import { numberText, type Value } from './values.js';

const WIDTH = 100;
const ANSWERS = 'its answers: expected';
/** More shards, bad rows or models than this are counted, not listed. */
const LISTED_MAX = 8;

export function describeDataset(description: DatasetDescription): string {
  const { manifest, columns, sample } = description;
  const parts = [
    title(description),
    ...(manifest ? [facts(manifest)] : []),
    section('Columns', columnTable(columns)),
    ...(manifest && manifest.models.length > 0 ? [section('Models', modelTable(manifest))] : []),
    ...(manifest ? [section('Shards', shardTable(manifest))] : []),
    ...(sample.length > 0 ? [section(sample.length === 1 ? 'First row' : `First ${sample.length} rows`, sampleText(sample, columns))] : []),
  ];
  return parts.map((lines) => lines.map((line) => clip(printable(line).trimEnd(), WIDTH)).join('\n')).join('\n\n');
}

function title({ path, rows, sizeBytes, manifest }: DatasetDescription): string[] {
  const what = manifest ? `data set of the use case ${manifest.useCase}` : 'Arrow data from elsewhere (no manifest)';
  const size = sizeBytes === null ? '' : `, ${bytesText(sizeBytes)}`;
  const shards = manifest ? ` in ${counted(manifest.shards.length, 'shard')}` : '';
  return [`${path}: ${what}`, `${counted(rows, 'row')}${size}${shards}`];
}

function facts(manifest: Manifest): string[] {
  const { generator, seed, source, options, sha256, badRows } = manifest;
  const from = source
    ? `${source.name} (${bytesText(source.sizeBytes)}, ${counted(source.rows, 'row')}, sha256 ${short(source.sha256)})`
    : 'made up by the generator';
  const given = Object.entries(options).filter(([, value]) => value !== null).map(([name, value]) => `${kebab(name)} ${optionText(value)}`);
  const lines = [
    ['made by', `inferplay ${generator}, seed ${seed}`],
    ['rows from', from],
    ['options', given.join(', ') || 'none'],
    ['identity', sha256],
  ];
  if (badRows.count > 0) lines.push(['bad rows', `${grouped(badRows.count)} skipped${badRows.listed.length > 0 ? ', the first:' : ''}`]);
  const listed = badRows.listed.slice(0, LISTED_MAX).map(({ line, column, reason, text }) => ['', `line ${line}${column ? `, ${column}` : ''}: ${reason}: ${JSON.stringify(text)}`]);
  const labelWidth = Math.max(...lines.map(([label]) => label.length));
  const wrapped = [...lines, ...listed].flatMap(([label, text]) => wrap(printable(text), WIDTH - labelWidth - 4).map((part, at) => [at === 0 ? label : '', part]));
  return table(wrapped);
}

function optionText(value: Json): string {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? grouped(value) : String(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function columnTable(columns: readonly Column[]): string[] {
  const rows = columns.map(({ name, dtype, shape, nullable, dimNames, sent }) => {
    const remarks = [sent ? `sent as ${sent.dtype}` : '', nullable ? 'may be null' : ''].filter(Boolean).join(', ');
    return [name, dtype === 'utf8' ? 'text' : dtype, shapeText(shape, dimNames), dtype === 'utf8' ? '' : `${grouped(rowBytes({ dtype, shape }))} B`, remarks];
  });
  return table([['name', 'type', 'shape', 'a row', ''], ...rows], [3]);
}

function shapeText(shape: Column['shape'], dimNames: Column['dimNames']): string {
  return shape === null ? '' : `[${shape.join(', ')}]${dimNames ? ` ${dimNames.join('')}` : ''}`;
}

function modelTable({ models }: Manifest): string[] {
  const lines = table(models.map(({ name, backend, sizeBytes, inputs, outputs }) => [name, backend, bytesText(sizeBytes), `${inputs.join(', ')} → ${outputs.join(', ')}`]), [2]);
  return lines.flatMap((line, at) => {
    if (!models[at].expected) return [line];
    return line.length + 2 + ANSWERS.length <= WIDTH ? [`${line}  ${ANSWERS}`] : [line, `    ${ANSWERS}`];
  });
}

function shardTable({ shards }: Manifest): string[] {
  const rows = shards.slice(0, LISTED_MAX).map(({ file, firstRow, rows: count, sizeBytes, sha256 }) => [
    file, count === 0 ? 'no rows' : `rows ${grouped(firstRow)} to ${grouped(firstRow + count - 1)}`, bytesText(sizeBytes), `sha256 ${short(sha256)}`,
  ]);
  const more = shards.length - LISTED_MAX;
  return [...table(rows, [2]), ...(more > 0 ? [`  and ${counted(more, 'more shard', 'more shards')}`] : [])];
}

/** Scalars share lines, and every tensor has one: as many of its first values as fit, and its last; of answers the largest. */
function sampleText(sample: readonly SampleRow[], columns: readonly Column[]): string[] {
  const scalars = columns.filter(({ shape }) => shape === null);
  const tensors = columns.filter(({ shape }) => shape !== null);
  const nameWidth = Math.max(0, ...tensors.map(({ name }) => name.length));
  return sample.flatMap(({ row, values }) => [
    ...scalarLines(row, values, scalars),
    ...tensors.map(({ name, dtype }) => {
      const lead = `    ${name.padEnd(nameWidth)}  `;
      return lead + tensorText(values[name], dtype, WIDTH - lead.length, name === 'expected');
    }),
  ]);
}

/** Name and value of each, as many in a line as fit. A checksum is told by its beginning. */
function scalarLines(row: number, values: SampleRow['values'], scalars: readonly Column[]): string[] {
  if (scalars.length === 0) return [`  row ${row}`];
  const lines = [''];
  for (const { name, dtype } of scalars) {
    const value = values[name];
    const text = `${name} ${name === 'sha256' && typeof value === 'string' ? short(value) : scalarText(value, dtype)}`;
    const line = lines[lines.length - 1];
    if (line !== '' && line.length + text.length + 5 > WIDTH) lines.push(text);
    else lines[lines.length - 1] = line === '' ? text : `${line}   ${text}`;
  }
  return lines.map((line, at) => (at === 0 ? `  ${line}` : `    ${line}`));
}

function scalarText(value: Value, dtype: Column['dtype']): string {
  if (value === null) return 'none';
  return typeof value === 'number' ? numberText(value, dtype) : typeof value === 'string' ? value : '';
}

function tensorText(value: Value, dtype: Column['dtype'], width: number, answers: boolean): string {
  if (value === null || typeof value === 'number' || typeof value === 'string') return scalarText(value, dtype);
  const texts = Array.from(value, (each) => numberText(each, dtype));
  const whole = texts.join(' ');
  if (whole.length <= width) return whole;
  const count = `  (${grouped(texts.length)} values)`;
  // The first of a thousand classes say nothing: they are all next to 0.
  if (answers) return `largest: ${fitting(largest(value).map((at) => `${at} is ${texts[at]}`), ', ', width - 'largest: '.length - count.length)}${count}`;
  const tail = ` … ${texts[texts.length - 1]}${count}`;
  return fitting(texts, ' ', width - tail.length) + tail;
}

const LARGEST_MAX = 5;

/** Where the largest values are, the largest first, and of equal ones the first first. */
function largest(values: readonly number[]): number[] {
  const order = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  return values.map((_, at) => at).sort((a, b) => (order(values[a]) === order(values[b]) ? a - b : order(values[b]) > order(values[a]) ? 1 : -1)).slice(0, LARGEST_MAX);
}

/** As many of the first texts as fit. */
function fitting(texts: readonly string[], between: string, width: number): string {
  let line = '';
  for (const text of texts) {
    if (line.length + between.length + text.length > width) break;
    line += line === '' ? text : between + text;
  }
  return line;
}

function section(name: string, lines: readonly string[]): string[] {
  return [name, ...lines];
}

/** Columns as wide as their widest cell; the numbered ones are flushed right. */
function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string[] {
  const widths = rows.reduce<number[]>((all, row) => row.map((cell, index) => Math.max(all[index] ?? 0, cell.length)), []);
  return rows.map((row) => '  ' + row.map((cell, index) => (right.includes(index) ? cell.padStart(widths[index]) : cell.padEnd(widths[index]))).join('  '));
}

/** Decimal units, as file managers and df -H have them. */
function bytesText(sizeBytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  let size = sizeBytes;
  if (size < 1000) return `${size} B`;
  let unit = -1;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${threeDigits(size)} ${units[unit]}`;
}
