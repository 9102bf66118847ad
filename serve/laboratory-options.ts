/** What the laboratory is told, checked: how long inferences take, how many at once, and what goes wrong how often. */
import { parseDuration } from '../core/duration.js';
import { InferplayError } from '../core/errors.js';
import { counted, grouped } from '../core/quantity.js';

export interface LaboratoryOptions {
  /** Times have units: `2ms`, `1s`. `exp:MEAN`, `fixed:TIME` or `bimodal:TIME,TIME,SHARE`, where SHARE (0 to 1) of the inferences take the second time. */
  readonly serviceTime?: string;
  /** Inferences that are served at once; the others wait in order. Default: 1 with a service time, else any number. */
  readonly servers?: number;
  /** `LENGTH/EVERY`, for example `1s/10s`: nothing is served during the last second of every ten. */
  readonly stall?: string;
  /** Share of the inferences (0 to 1) that are answered with an error. */
  readonly failRate?: number;
  /** Share of the inferences (0 to 1) whose connection is closed instead of an answer. */
  readonly dropRate?: number;
  /** Bytes per second that are read of each connection, whatever its commands are, for example `64k`. */
  readonly slowReader?: string;
  /** Of every draw (1). */
  readonly seed?: number;
}

/** Milliseconds, shares from 0 to 1, bytes per second. */
export interface LaboratoryPlan {
  readonly service: ServiceTime | null;
  readonly servers: number;
  readonly stall: { readonly lengthMs: number; readonly everyMs: number } | null;
  readonly failRate: number;
  readonly dropRate: number;
  readonly readBytesPerSecond: number;
  readonly seed: number;
}

/** A service time for a uniform draw from 0 to 1, the latter excluded. */
export interface ServiceTime {
  readonly meanMs: number;
  /** For people. */
  readonly text: string;
  draw(uniform: number): number;
}

/** Longer times would outlive any timer. */
const TIME_MS_MAX = 3_600_000;

const usage = (text: string): InferplayError => new InferplayError('USAGE', text);

/** A number without a unit would be seconds elsewhere, and most mean milliseconds here. */
function timeMs(text: string, where: string): number {
  if (/^[\d.]+$/.test(text.trim()) && Number(text) !== 0) throw usage(`${where}: "${text}" has no unit; write ${text.trim()}ms or ${text.trim()}s.`);
  const ms = parseDuration(text, where);
  if (ms <= TIME_MS_MAX) return ms;
  throw usage(`${where}: "${text}" is too long; an hour is the limit.`);
}

/** @throws InferplayError USAGE */
export function parseServiceTime(text: string): ServiceTime {
  const where = '--service-time';
  const [, kind, rest] = /^([a-z]+):(.+)$/.exec(text.trim()) ?? [];
  const parts = rest?.split(',') ?? [];
  if (kind === 'exp' && parts.length === 1) {
    const meanMs = timeMs(parts[0], where);
    return { meanMs, text: `exponential service times of ${timeText(meanMs)}`, draw: (uniform) => Math.min(TIME_MS_MAX, -meanMs * Math.log(1 - uniform)) };
  }
  if (kind === 'fixed' && parts.length === 1) {
    const meanMs = timeMs(parts[0], where);
    return { meanMs, text: `service times of ${timeText(meanMs)}`, draw: () => meanMs };
  }
  if (kind === 'bimodal' && parts.length === 3) {
    const [usualMs, otherMs] = [timeMs(parts[0], where), timeMs(parts[1], where)];
    const share = rate(shareOf(parts[2]), where, parts[2]);
    return {
      meanMs: usualMs * (1 - share) + otherMs * share, text: `service times of ${timeText(usualMs)}, ${shareText(share)} of them ${timeText(otherMs)}`,
      draw: (uniform) => (uniform < share ? otherMs : usualMs),
    };
  }
  throw usage(`${where}: "${text}" is no service time; write exp:2ms, fixed:5ms or bimodal:1ms,20ms,0.1.`);
}

/** Text as a share, NaN for nothing at all, which Number reads as 0. */
export function shareOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

function rate(value: number, where: string, given: string | number = value): number {
  if (value >= 0 && value <= 1) return value;
  throw usage(`${where}: "${given}" is no share; write a number from 0 to 1.`);
}

function parseStall(text: string): LaboratoryPlan['stall'] {
  const [length, every, ...more] = text.split('/');
  if (every === undefined || more.length > 0) throw usage(`--stall: "${text}" is no stall; write its length and how often, for example 1s/10s.`);
  const stall = { lengthMs: timeMs(length, '--stall'), everyMs: timeMs(every, '--stall') };
  if (stall.lengthMs < stall.everyMs) return stall.lengthMs > 0 ? stall : null;
  throw usage(`--stall: "${text}" leaves no time for service; the first time must be shorter than the second.`);
}

function parseReadRate(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([km]?)b?(?:\/s)?$/i.exec(text.trim());
  const bytes = match ? Number(match[1]) * (match[2] === '' ? 1 : match[2].toLowerCase() === 'k' ? 1000 : 1_000_000) : 0;
  if (bytes >= 1) return bytes;
  throw usage(`--slow-reader: "${text}" is no rate; write bytes per second, for example 64k or 1M.`);
}

const timeText = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`);
const shareText = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;

/** One line for people: `exponential service times of 2 ms, 1 server, seed 7`. */
export function describeLaboratory({ service, servers, stall, failRate, dropRate, readBytesPerSecond, seed }: LaboratoryPlan): string {
  const parts: string[] = [];
  if (service !== null) parts.push(service.text);
  if (servers < Infinity) parts.push(counted(servers, 'server'));
  if (stall !== null) parts.push(`stalls of ${timeText(stall.lengthMs)} in every ${timeText(stall.everyMs)}`);
  if (failRate > 0) parts.push(`${shareText(failRate)} fail`);
  if (dropRate > 0) parts.push(`${shareText(dropRate)} are dropped`);
  if (readBytesPerSecond < Infinity) parts.push(`${grouped(readBytesPerSecond)} bytes a second read of each connection`);
  return [...parts, `seed ${seed}`].join(', ');
}

/**
 * @returns null when nothing was asked for, and the server is an ordinary one
 * @throws InferplayError USAGE
 */
export function planLaboratory({ serviceTime, servers, stall, failRate, dropRate, slowReader, seed = 1 }: LaboratoryOptions): LaboratoryPlan | null {
  if ([serviceTime, servers, stall, failRate, dropRate, slowReader].every((each) => each === undefined)) return null;
  if (servers !== undefined && !(Number.isSafeInteger(servers) && servers >= 1)) throw usage(`--servers: ${servers} is no number of servers; write a whole number from 1.`);
  if (!Number.isSafeInteger(seed) || seed < 0) throw usage(`The laboratory's seed must be a whole number from 0, and is ${seed}.`);
  const service = serviceTime === undefined ? null : parseServiceTime(serviceTime);
  const [failing, dropping] = [rate(failRate ?? 0, '--fail-rate'), rate(dropRate ?? 0, '--drop-rate')];
  if (failing + dropping > 1) throw usage('--fail-rate and --drop-rate together are more than 1.');
  return {
    service, servers: servers ?? (service ? 1 : Infinity), stall: stall === undefined ? null : parseStall(stall), failRate: failing, dropRate: dropping,
    readBytesPerSecond: slowReader === undefined ? Infinity : parseReadRate(slowReader), seed,
  };
}
