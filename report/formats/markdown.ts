import { PERCENTILES, type PercentileName, type Result } from '../../core/result.js';
import type { Format } from '../format.js';
import { factsOf } from '../summary.js';
import { bestTable, commonText, countsText, figureTables, placesText, reservations, type Cell, type Table } from '../sweep-tables.js';
import { fixed, perSecond } from '../units.js';

/** Tables for a page or a message: what the text says, without what is only for the terminal. */
export const markdown: Format = {
  name: 'markdown',
  summary: 'tables for a page or a message',
  render: resultPage,
  renderSweep({ summary }) {
    const { plan } = summary.definition;
    const best = bestTable(summary);
    const found = reservations(summary).map((one) => `- ${one.severity} ${one.code} (runs: ${one.runs}; ${escaped(placesText(one, summary))}): ${escaped(one.message)}`);
    return [
      `Sweep of ${escaped(String(plan.dataset))} on ${escaped(String(plan.target))}: ${countsText(summary)}; ${escaped(commonText(summary))}.`,
      ...[...figureTables(summary), ...(best ? [best] : [])].map(pageTable),
      ...(found.length > 0 ? [found.join('\n')] : []),
    ].join('\n\n');
  },
};

/** Facts that the heading of the page has already. */
const IN_HEADING = ['data set', 'target'];

function resultPage(result: Result): string {
  const { verdict, dataset, plan, recording } = result;
  const { requests, ratesPerSecond, latency } = recording;
  const names = Object.keys(PERCENTILES) as PercentileName[];
  const rows = (['response', 'service', 'lateness'] as const).map((kind) => [
    kind,
    ...names.map((name) => {
      const { ms, supported } = latency[kind].percentiles[name];
      return ms === null ? '-' : `${supported ? '' : '~'}${fixed(ms, 3)}`;
    }),
  ]);
  const rate = ratesPerSecond.goodput === null ? 'nothing was answered' : `${perSecond(ratesPerSecond.goodput)} ok`;
  const arrivals = ratesPerSecond.asked === null ? plan.arrivals.kind : `${plan.arrivals.kind}, ${perSecond(ratesPerSecond.asked)} asked`;
  const reasons = verdict.reasons.map(({ code, severity, message }) => `- ${severity} ${code}: ${escaped(message)}`);
  return [
    `**${verdict.code}** ${escaped(dataset.path)} on ${escaped(plan.target)}: ${arrivals}, clients ${plan.clients}, ${rate}, ${requests.failed} failed.`,
    ...(reasons.length > 0 ? [reasons.join('\n')] : []),
    lines(['latency, ms', ...names], rows),
    factsOf(result).filter(([label]) => !IN_HEADING.includes(label)).map(([label, text]) => `- ${label}: ${escaped(text)}`).join('\n'),
  ].join('\n\n');
}

function pageTable({ title, note, head, groups }: Table): string {
  const parts = groups.map((group) => {
    const heading = `**${escaped([title, group.title].filter(Boolean).join('; '))}**`;
    return `${heading}\n\n${lines(head, group.rows.map(({ label, cells }) => [label, ...cells.map(cellText)]))}`;
  });
  return [...parts, ...(note === '' ? [] : [escaped(note)])].join('\n\n');
}

function cellText({ value, spread, mark }: Cell): string {
  return `${value}${spread === '' ? '' : ` (${spread})`}${mark === '' ? '' : ` ${mark}`}`;
}

function lines(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;
  return [line(head), `|${head.map(() => ' ---: |').join('')}`, ...rows.map(line)].join('\n');
}

/** Text of a server or a file must not become markup, nor end a cell. */
function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|~!]/g, '\\$&');
}
