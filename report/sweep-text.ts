/** A sweep as a person reads it: what was measured, a table for each figure, where throughput was highest, and what speaks against it. */
import { counted } from '../core/quantity.js';
import type { SweepSummary } from '../core/sweep-points.js';
import { painter, printable, toAscii, wrap, type Color, type Paint } from './layout.js';
import type { SummaryOptions } from './summary.js';
import { bestTable, commonText, countsText, figureTables, partCounts, placesText, reservations, type Cell, type Reservation, type Table } from './sweep-tables.js';

const MARK_COLORS: { readonly [mark: string]: Color } = { '?': 'yellow', '!': 'red' };
const GAP = 3;

/** Ends without a newline. */
export function sweepText(summary: SweepSummary, { color, width, ascii = false }: SummaryOptions): string {
  const paint = painter(color);
  const best = bestTable(summary);
  const sections = [head(summary, paint, width), ...[...figureTables(summary), ...(best ? [best] : [])].map((table) => tableLines(table, paint, width)), notes(summary, paint, width)];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.map((line) => line.trimEnd()).join('\n')).join('\n\n');
  return ascii ? toAscii(text) : text;
}

function head(summary: SweepSummary, paint: Paint, width: number): string[] {
  const { plan } = summary.definition;
  const lines = wrap(printable(`sweep of ${String(plan.dataset)} on ${String(plan.target)}`), width);
  return [...lines.map((line) => paint('bold', line)), ...[countsText(summary), commonText(summary)].flatMap((text) => wrap(printable(text), width - 2).map((line) => `  ${line}`))];
}

/** Columns that do not fit go below, under the title again. */
function tableLines(table: Table, paint: Paint, width: number): string[] {
  const rows = table.groups.flatMap((group) => group.rows);
  if (rows.length === 0) return [];
  const labelWidth = Math.max(table.head[0].length, ...rows.map(({ label }) => label.length));
  // Numbers end under one another, texts begin so.
  const aligned = (label: string): string => (rows.some((row) => /^[a-z]/i.test(row.label)) ? label.padEnd(labelWidth) : label.padStart(labelWidth));
  const columns = table.head.slice(1).map((title, at) => columnOf(title, rows.map(({ cells }) => cells[at])));
  const lines: string[] = [];
  for (let from = 0; from < columns.length; ) {
    let to = from + 1;
    for (let used = labelWidth + GAP + columns[from].width; to < columns.length && used + GAP + columns[to].width <= width; to++) used += GAP + columns[to].width;
    const part = columns.slice(from, to);
    lines.push(paint('bold', table.title), paint('dim', [aligned(table.head[0]), ...part.map((column) => column.title)].join(' '.repeat(GAP))));
    for (const group of table.groups) {
      if (group.title !== '') lines.push(paint('dim', group.title));
      for (const { label, cells } of group.rows) lines.push([aligned(label), ...part.map((column, at) => column.show(cells[from + at], paint))].join(' '.repeat(GAP)));
    }
    from = to;
  }
  if (table.note !== '') lines.push(...wrap(table.note, width).map((line) => paint('dim', line)));
  return lines;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly show: (cell: Cell, paint: Paint) => string;
}

/** Medians end under one another, and so do spreads begin. */
function columnOf(title: string, cells: readonly Cell[]): Column {
  const valueWidth = Math.max(...cells.map(({ value }) => value.length));
  const texts = cells.map(({ spread, mark }) => `${spread === '' ? '' : ` (${spread})`}${mark === '' ? '' : ` ${mark}`}`);
  const width = Math.max(title.length, valueWidth + Math.max(...texts.map((text) => text.length)));
  return {
    title: title.padEnd(width),
    width,
    show({ value, spread, mark }, paint) {
      const plain = `${value.padStart(valueWidth)}${spread === '' ? '' : ` (${spread})`}`;
      const padding = ' '.repeat(width - plain.length - (mark === '' ? 0 : 2));
      return `${plain.slice(0, valueWidth)}${paint('dim', plain.slice(valueWidth))}${mark === '' ? '' : ` ${paint(MARK_COLORS[mark], mark)}`}${padding}`;
    },
  };
}

function notes(summary: SweepSummary, paint: Paint, width: number): string[] {
  const { runs, points } = summary;
  const left = runs.planned - runs.done;
  const lines = left === 0 ? [] : wrap(`${counted(left, 'run is', 'runs are')} not done yet: the command that began the sweep goes on.`, width);
  const parts = partCounts(summary);
  if (parts.length > 0) lines.push(...wrap(`${parts.map((count) => `"of ${count}"`).join(', ')}: so many runs have the figure, and not all ${summary.definition.repeat}`, width));
  if (points.some(({ supported, runs }) => runs.length > 0 && !(supported.responseP50Ms && supported.responseP99Ms))) lines.push(...wrap('~ in some run there were too few samples to rely on the percentile', width));
  const found = reservations(summary);
  if (found.length === 0) return lines;
  const marks = ([['INVALID', '!'], ['SUSPECT', '?']] as const).filter(([code]) => found.some(({ severity }) => severity === code));
  lines.push(...wrap(`${marks.map(([code, mark]) => `${mark} a run of the point is ${code}`).join(', ')}; its figures are in the median all the same:`, width));
  return [...lines, ...found.flatMap((reservation) => reservationLines(reservation, placesText(reservation, summary), paint, width))];
}

function reservationLines({ code, severity, runs, message, folder }: Reservation, places: string, paint: Paint, width: number): string[] {
  const mark = severity === 'INVALID' ? '!' : '?';
  const text = `${mark} ${code}, ${counted(runs, 'run')}: ${printable(message)} (${folder})`;
  const [first, ...rest] = wrap(text, width - 4);
  const where = wrap(places, width - 4);
  return [`  ${paint(MARK_COLORS[mark], first.slice(0, 2 + code.length))}${first.slice(2 + code.length)}`, ...rest.map((line) => `    ${line}`), ...where.map((line) => `    ${paint('dim', line)}`)];
}
