/** The summary of a run that a person reads: the verdict first, then what was done, how fast, how it ended, and how the client felt. */
import { counted, grouped } from '../core/quantity.js';
import { isNullTarget } from '../core/remedies.js';
import { PERCENTILES, type Latency, type PercentileName, type Result } from '../core/result.js';
import type { ServerStatistics } from '../core/server-statistics.js';
import { failures } from '../core/verdict.js';
import { painter, printable, toAscii, wrap, type Color, type Paint } from './layout.js';
import { sparkline } from './sparkline.js';
import { decimals, fixed, percent, perSecond, threeDigits, unitFor } from './units.js';

export interface SummaryOptions {
  readonly color: boolean;
  /** Characters in a line. */
  readonly width: number;
  /** Nothing but ASCII. */
  readonly ascii?: boolean;
}

const COLORS: { readonly [code: string]: Color } = { VALID: 'green', SUSPECT: 'yellow', INVALID: 'red' };
/** Width of the labels on the left. */
const LABEL = 12;
/** Lines of one fact or message: more than any real one needs, and a bound for what a server or a path may be. */
const LINES_MAX = 12;
/** Kinds of failure that are listed, and messages of each. */
const FAILURES_MAX = 5;
const MESSAGES_MAX = 2;

/** Of all requests, those that end between the opening of the window and the reading of the counters: milliseconds of at least a second. */
const EDGE_SHARE = 0.01;

/** Ends without a newline. */
export function summarize(result: Result, { color, width, ascii = false }: SummaryOptions): string {
  const paint = painter(color);
  const sections = [
    verdict(result, paint, width),
    facts(result, paint, width),
    latencies(result, paint, width),
    timeline(result, paint, width),
    outcomes(result, paint, width),
    client(result, paint, width),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n');
  return ascii ? toAscii(text) : text;
}

function verdict({ verdict: { code, reasons }, plan, recording }: Result, paint: Paint, width: number): string[] {
  const [head, ...more] = wrap(`${load(plan)}${ending(recording.ending, plan)}`, width - code.length - 2);
  const lines = [`${paint('bold', paint(COLORS[code], code))}  ${head}`, ...more.map((line) => ' '.repeat(code.length + 2) + line)];
  for (const reason of reasons) {
    // The code is wrapped with the message and painted afterwards.
    const code = printable(reason.code);
    const [first, ...rest] = wrap(`${code}: ${printable(reason.message)}`, width - 4);
    lines.push(`  ${paint(COLORS[reason.severity], code)}${first.slice(code.length)}`, ...rest.map((line) => `    ${line}`));
  }
  return lines;
}

function load({ arrivals, clients, threads }: Result['plan']): string {
  const how = `${counted(clients, 'connection')}, ${counted(threads, 'thread')}`;
  if (arrivals.kind === 'closed') return `closed loop: ${how}`;
  return `open loop: ${perSecond(arrivals.ratePerSecond)} ${arrivals.kind === 'poisson' ? 'Poisson' : 'constant'}, ${how}`;
}

function ending(kind: string, { requests, durationMs }: Result['plan']): string {
  const [count, time] = [requests === null ? '' : counted(requests, 'request'), durationMs === null ? '' : `${durationMs / 1000} s`];
  if (kind === 'deadline') return `, time was up (${time})${count === '' ? '' : ` before ${count}`}`;
  // Of both limits one ends a run; the other was not reached.
  if (kind === 'complete') return `, ${count !== '' && time !== '' ? `${count} within ${time}` : count || time}`;
  return `, ${kind === 'server-lost' ? 'server lost' : kind} before ${[count, time].filter(Boolean).join(' or ')}`;
}

function facts(result: Result, paint: Paint, width: number): string[] {
  return factsOf(result).flatMap(([label, text]) => fact(label, text, paint, width));
}

/** What was asked of which server, and what came of it: label and text, for every format that people read. */
export function factsOf(result: Result): (readonly [label: string, text: string])[] {
  const { dataset, plan, recording, server, serverStatistics } = result;
  const { requests, ratesPerSecond: rates, elapsedSeconds } = recording;
  const counts = [
    `${grouped(requests.ok)} ok`,
    `${grouped(requests.failed)} failed`,
    requests.notSent > 0 ? `${grouped(requests.notSent)} not sent` : '',
    requests.interrupted > 0 ? `${grouped(requests.interrupted)} interrupted` : '',
  ].filter(Boolean);
  const isEach = plan.tensorBatch === 1 && dataset.rowName !== null && rates.achieved !== null;
  const facts = Object.entries(server).map(([fact, value]) => `${fact.replaceAll('_', ' ')} ${value}`).join(', ');
  const lines: [string, string][] = [
    ['data set', `${dataset.path} (${dataset.useCase ? `${dataset.useCase}, ` : ''}${counted(dataset.rows, dataset.rowName ?? 'row')})`],
    ['target', plan.target],
    ['server', facts],
    ['requests', `${counts.join(', ')} in ${threeDigits(elapsedSeconds)} s; ${checks(plan, requests, server.model)}`],
    ['rate', rateLine(rates, plan.arrivals.kind, elapsedSeconds) + (isEach ? `, one ${dataset.rowName} a request` : '')],
    ['rows', plan.tensorBatch === 1 ? '' : rowsLine(result)],
    ['counted', serverStatistics === null ? '' : countedLine(serverStatistics, plan.clients, requests.done)],
  ];
  return lines.filter(([, text]) => text !== '');
}

/** What the requests carried, where that is not simply one row each. */
function rowsLine({ plan: { tensorBatch }, dataset, recording: { rows } }: Result): string {
  const name = dataset.rowName ?? 'row';
  const { sentPerSecond: sent, okPerSecond: ok } = rows;
  if (sent === null || ok === null) return 'nothing was answered';
  const rate = (value: number) => `${threeDigits(value)} ${name}s/s`;
  const each = rows.shortRequests > 1 ? ' each' : '';
  const short = rows.shortRequests === 0 ? '' : `; ${counted(rows.shortRequests, 'short request')} with ${counted(rows.shortRows / rows.shortRequests, name)}${each}, where the data set ends`;
  return `${rate(sent)}${ok === sent ? '' : `, ${rate(ok)} of it ok`}, ${grouped(tensorBatch)} a request${short}`;
}

/** What the server says of the same run. */
function countedLine({ since, calls, errors, runs, samplesPerCall, samplesPerRun, microsecondsPerCall }: ServerStatistics, clients: number, done: number): string {
  const unit = unitFor((microsecondsPerCall ?? 0) / 1000);
  const parts = [
    `by the server${since === 'window' ? ' since the warm-up' : ''}: ${counted(calls, 'call')}${samplesPerCall === null ? '' : ` of ${amount(samplesPerCall)} ${samplesPerCall === 1 ? 'row' : 'rows'}`}`,
    runs === null ? '' : `${counted(runs, 'run')}${samplesPerRun === null ? '' : ` of ${amount(samplesPerRun)}`}`,
    microsecondsPerCall === null ? '' : `${threeDigits((microsecondsPerCall / 1000) * unit.perMs)} ${unit.name} in the model a call`,
    errors > 0 ? counted(errors, 'error') : '',
  ];
  return `${parts.filter(Boolean).join(', ')}${since === 'window' ? edges(calls, done, clients) : ''}`;
}

/**
 * Requests of the warm-up that are under way as the window opens are counted too, and those that end before the counters are read are not.
 * A difference that is larger than that can make has other causes, other clients for one.
 */
function edges(calls: number, done: number, clients: number): string {
  const difference = Math.abs(calls - done);
  return difference === 0 || difference > clients + EDGE_SHARE * done ? '' : `; ±${grouped(difference)} where the window opened`;
}

function amount(value: number): string {
  return Number.isInteger(value) ? grouped(value) : threeDigits(value);
}

/** A fact on as many lines as it needs: what is cut off is just what somebody looks for. */
function fact(label: string, text: string, paint: Paint, width: number): string[] {
  return block(text, width).map((line, at) => paint('dim', (at === 0 ? label : '').padEnd(LABEL)) + line);
}

function block(text: string, width: number): string[] {
  const lines = wrap(printable(text), width - LABEL);
  return lines.length <= LINES_MAX ? lines : [...lines.slice(0, LINES_MAX - 1), '… (the rest is in result.json)'];
}

function checks({ check, target }: Result['plan'], { checked, wrongAnswers, uncheckable }: Result['recording']['requests'], model?: Result['server'][string]): string {
  const noneCheckable = check !== 'none' && checked === 0 && uncheckable > 0;
  if (noneCheckable && isNullTarget({ target })) return 'answers not checked: the target null: gives none';
  if (noneCheckable) return `answers not checked: the data set has no expected answers${model === undefined ? '' : ` of model ${model}`}`;
  if (check === 'none' || checked === 0) return 'no answers checked';
  return `${counted(checked, 'answer')} checked, ${wrongAnswers > 0 ? `${grouped(wrongAnswers)} wrong` : 'all right'}`;
}

function rateLine({ asked, achieved, goodput, offered }: Result['recording']['ratesPerSecond'], kind: Result['plan']['arrivals']['kind'], elapsedSeconds: number): string {
  if (achieved === null || goodput === null) return 'nothing was answered';
  const good = goodput === achieved ? '' : `, ${perSecond(goodput)} of it ok`;
  if (asked === null) return `${perSecond(achieved)}${good}`;
  if (offered !== null && kind === 'poisson' && isLuck(offered, asked, elapsedSeconds) && perSecond(offered) !== perSecond(asked)) {
    return `${perSecond(achieved)}; ${perSecond(offered)} came due of ${perSecond(asked)} asked: Poisson arrivals vary${good}`;
  }
  const off = offered === null || Math.abs(offered / asked - 1) < 0.05 ? '' : `, ${perSecond(offered)} came due`;
  return `${perSecond(achieved)} of ${perSecond(asked)} asked (${percent(achieved / asked)})${off}${good}`;
}

/** Within four standard deviations of a Poisson schedule: one run in 16,000 is beyond by luck. Anything more has another cause. */
function isLuck(offered: number, asked: number, elapsedSeconds: number): boolean {
  return Math.abs(offered - asked) * Math.sqrt(Math.max(1, Math.floor(elapsedSeconds))) <= 4 * Math.sqrt(asked);
}

function latencies({ recording: { latency } }: Result, paint: Paint, width: number): string[] {
  if (latency.response.samples === 0 && latency.failedService.samples === 0) return [];
  const names = Object.keys(PERCENTILES) as PercentileName[];
  const measured: [string, Latency][] = [['response', latency.response], ['service', latency.service], ['lateness', latency.lateness], ['failed', latency.failedService]];
  const rows = measured.filter(([, { samples }]) => samples > 0);
  const [, typical] = rows.find(([label]) => label !== 'lateness') ?? rows[0];
  const unit = unitFor(typical.percentiles.p99.ms ?? 0);
  const digits = decimals((typical.percentiles.p50.ms ?? 0) * unit.perMs);
  const cell = (one: Latency['percentiles']['p50']) => (one.ms === null ? '-' : `${one.supported ? '' : '~'}${fixed(one.ms * unit.perMs, digits)}`);
  const cells = rows.map(([, { percentiles }]) => names.map((name) => cell(percentiles[name])));
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((line) => line[at].length)) + 2);
  const lines = [paint('dim', `latency, ${unit.name}`.padEnd(LABEL) + names.map((name, at) => name.padStart(widths[at])).join(''))];
  for (const [at, [label]] of rows.entries()) {
    const text = cells[at].map((one, column) => one.padStart(widths[column])).join('');
    lines.push(`${paint('dim', label.padEnd(LABEL))}${label === 'response' ? paint('bold', text) : text}`);
  }
  return [...lines, ...footnote(rows, paint, width)];
}

/** Which percentiles the response times cannot support, or another row where these can. */
function footnote(rows: readonly [string, Latency][], paint: Paint, width: number): string[] {
  const [label, latency] = rows.find(([, one]) => one.samples > 0 && Object.values(one.percentiles).some(({ supported }) => !supported)) ?? [];
  if (!latency) return [];
  const weak = Object.entries(latency.percentiles).filter(([, { supported }]) => !supported);
  const needs = weak.map(([name, { samplesNeeded }]) => `${name} needs ${grouped(samplesNeeded)}`).join(', ');
  const text = `~ too few samples to rely on: ${label} has ${grouped(latency.samples)}, ${needs}`;
  return wrap(text, width - LABEL).map((line) => ' '.repeat(LABEL) + paint('dim', line));
}

function timeline({ recording: { series } }: Result, paint: Paint, width: number): string[] {
  const { points } = series;
  if (points.length < 2) return [];
  const p99 = points.map(({ responseP99Ms }) => responseP99Ms);
  const known = p99.filter((value) => value !== null);
  const unit = unitFor(Math.max(0, ...known));
  const rates = points.map(({ okPerSecond }) => okPerSecond);
  const texts = [range(rates, 1), known.length > 0 ? range(known, unit.perMs) : ''];
  const room = width - LABEL - Math.max(...texts.map((text) => text.length)) - 2;
  const row = (label: string, line: string, text: string) => `${paint('dim', label.padEnd(LABEL))}${line}  ${paint('dim', text)}`;
  const lines = [row('ok/s', sparkline(rates, room, 'mean'), texts[0])];
  if (known.length > 0) lines.push(row(`p99, ${unit.name}`, sparkline(p99, room, 'max'), texts[1]));
  return lines;
}

function range(values: readonly number[], scale: number): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map((value) => threeDigits(value * scale));
  return low === high ? low : `${low} to ${high}`;
}

function outcomes({ recording: { outcomes } }: Result, paint: Paint, width: number): string[] {
  const kinds = failures(outcomes);
  const lines = kinds.slice(0, FAILURES_MAX).flatMap(([code, { count, messages }]) => {
    const texts = Object.entries(messages).filter(([text]) => text !== '' && text !== code).sort(([, a], [, b]) => b - a);
    const [head, ...more] = block(code, width);
    const below = [...more, ...texts.slice(0, MESSAGES_MAX).flatMap(([text]) => block(text, width))];
    return [paint('red', `${grouped(count).padStart(LABEL - 2)}  ${head}`), ...below.map((line) => ' '.repeat(LABEL) + paint('dim', line))];
  });
  if (kinds.length > FAILURES_MAX) lines.push(`${' '.repeat(LABEL)}and ${counted(kinds.length - FAILURES_MAX, 'more kind', 'more kinds')} of failure, in result.json`);
  return lines.length > 0 ? [paint('dim', 'failures'), ...lines] : [];
}

function client({ recording: { workers, cpu, requests, connections } }: Result, paint: Paint, width: number): string[] {
  const busy = workers.map(({ utilization }) => `${Math.round(utilization * 100)} %`);
  const late = Math.max(0, ...workers.map(({ delayP99Ms }) => delayP99Ms));
  const parts = [
    workers.length > 0 ? `event ${workers.length === 1 ? 'loop' : 'loops'} busy ${busy.slice(0, 8).join(', ')}, late by ${threeDigits(late)} ms (p99)` : '',
    cpu.microsecondsPerRequest === null ? '' : `${threeDigits(cpu.microsecondsPerRequest)} µs of CPU a request`,
    requests.capped > 0 ? `${grouped(requests.capped)} waited for a connection` : '',
    requests.starved > 0 ? `${grouped(requests.starved)} waited for a frame` : '',
    connections.lost > 0 ? `${counted(connections.lost, 'connection')} lost, ${grouped(connections.reopened)} reopened` : '',
  ].filter(Boolean);
  return fact('client', parts.join(', '), paint, width);
}
