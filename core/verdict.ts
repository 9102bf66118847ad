/**
 * Whether a run's numbers can be trusted. INVALID: they do not measure what was asked. SUSPECT: they do, with a reservation that the
 * reader must know. docs/measuring.md explains every code; thresholds are here, each with its reason.
 */
import { percentile } from './histogram.js';
import type { Plan } from './plan.js';
import { counted, grouped } from './quantity.js';
import type { Ending, Outcome, Recording } from './recording.js';
import { isNullTarget, lessLate, moreClient, type Machine } from './remedies.js';
import { stalls } from './stalls.js';
import { isSupported, samplesNeeded } from './support.js';

export type VerdictCode = 'VALID' | 'SUSPECT' | 'INVALID';
export type Severity = 'SUSPECT' | 'INVALID';

export const REASON_CODES = [
  'server-lost', 'no-successes', 'wrong-answers', 'errors', 'interrupted', 'deadline', 'stalled', 'schedule-missed', 'connections-busy',
  'connections-missing', 'frames-starved', 'client-saturated', 'too-few-samples', 'unchecked',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export interface Reason {
  readonly code: ReasonCode;
  readonly severity: Severity;
  /** One or two sentences with the numbers, and what to change. */
  readonly message: string;
}

export interface Verdict {
  readonly code: VerdictCode;
  /** The worst first. */
  readonly reasons: readonly Reason[];
}

/** Codes of the reasons that make the verdict what it is: of an INVALID run without those that would only make it SUSPECT. */
export function decidingCodes({ code, reasons }: Verdict): ReasonCode[] {
  return reasons.filter(({ severity }) => severity === code).map((reason) => reason.code);
}

export const OK = 'ok';
export const WRONG_ANSWER = 'wrong-answer';
/** Came due, and the window closed before it was sent: not an answer of the server's. */
export const NOT_SENT = 'not-sent';
/** Was in flight when the user stopped the run, and not answered in the time that was left: not a failure either. */
export const INTERRUPTED = 'interrupted';
/** Outcomes that are not failures of the server. */
const NO_FAILURES: readonly string[] = [OK, WRONG_ANSWER, NOT_SENT, INTERRUPTED];

/** Above one failure in a hundred the successes are a selection: servers shed the slow requests first. */
export const ERRORS_INVALID_SHARE = 0.01;
/** Up to here lateness is the wake-up of a timer and a switch of threads on a busy machine; less says nothing about the schedule. */
export const LATENESS_FLOOR_MS = 2;
/** A p99 of which less than a tenth can be the tool's own lateness is the server's to within the noise of a run. */
export const LATENESS_P99_SHARE = 0.1;
/** When half of the typical response time is lateness, the run measured the tool. */
export const LATENESS_P50_SHARE = 0.5;
/** A rate within one percent of what was asked is that rate; a tenth below, it is another experiment. */
export const RATE_SUSPECT_SHORTFALL = 0.01;
export const RATE_INVALID_SHORTFALL = 0.1;
/** Luck of a Poisson schedule: a deviation this large happens once in 370 runs. */
const SIGMAS = 3;
/** Requests that waited for a connection or a frame: one percent of them is what moves the p99. */
export const WAITED_SHARE = 0.01;
/** An event loop busier than this queues replies inside the client, and its queue is counted as the server's time. */
export const UTILIZATION_MAX = 0.9;
/** The probe of the event loop's delay wakes every 10 ms; on a busy machine it is itself late by this much. */
export const DELAY_FLOOR_MS = 5;
/** The percentile that people quote: a run that cannot support it is marked as a whole, higher ones only where they are printed. */
export const PERCENTILE_REQUIRED = 99;

export function okOf(recording: Recording): number {
  return recording.outcomes[OK]?.count ?? 0;
}

/** Requests that were sent and ended neither well nor with a wrong answer. */
export function failedOf({ outcomes }: Recording): number {
  return failures(outcomes).reduce((sum, [, { count }]) => sum + count, 0);
}

/** The most frequent first. */
export function failures(outcomes: Recording['outcomes']): [string, Outcome][] {
  return Object.entries(outcomes).filter(([code]) => !NO_FAILURES.includes(code)).sort(([, a], [, b]) => b.count - a.count);
}

/** @param machine the one that measured: what to change depends on its cores */
export function judge(plan: Plan, recording: Recording, machine: Machine): Verdict {
  const reasons = [
    ...endings(plan, recording),
    ...answers(plan, recording),
    ...stalls(recording).map((message) => suspect('stalled', message)),
    ...schedule(plan, recording, machine),
    ...connections(plan, recording),
    // The null target is there to measure the client: that the client is the limit is the result and no reservation.
    ...(isNullTarget(plan) ? [] : saturation(plan, recording, machine)),
    ...samples(plan, recording),
  ];
  const rank = ({ severity, code }: Reason) => (severity === 'INVALID' ? 0 : 100) + REASON_CODES.indexOf(code);
  reasons.sort((a, b) => rank(a) - rank(b));
  return { code: reasons[0]?.severity ?? 'VALID', reasons };
}

function endings(plan: Plan, recording: Recording): Reason[] {
  const after = `after ${(recording.elapsedNs / 1e9).toFixed(1)} s${planned(plan)}`;
  switch (recording.ending) {
    case 'server-lost':
      return [invalid('server-lost', `The server was lost ${after} and could not be reached again. ${recording.lostReason === '' ? '' : `The last attempt: ${recording.lostReason.replace(/\.?$/, '.')} `}Look at the server's log; the numbers are of the time before.`)];
    case 'interrupted':
      if (isBeforeMeasuring(recording)) return [suspect('interrupted', `The run was stopped ${plan.warmupMs > 0 ? `during its warm-up of ${plan.warmupMs / 1000} s` : 'after 0 s'}, before anything was measured. Let it run to its end.`)];
      return [suspect('interrupted', `The run was stopped ${after}. What was measured until then is whole; let it run to its end for the numbers that were planned.`)];
    case 'deadline':
      return timeUp(plan, recording);
    default:
      return [];
  }
}

/** Arrivals of a Poisson schedule may be too few for the planned requests by luck: that is no reason. */
function timeUp({ requests, durationMs }: Plan, { sent }: Recording): Reason[] {
  if (requests === null || durationMs === null) return [];
  if (sent >= (1 - RATE_SUSPECT_SHORTFALL) * requests - SIGMAS * Math.sqrt(requests)) return [];
  return [suspect('deadline', `Time was up after ${durationMs / 1000} s, when ${grouped(sent)} of the planned ${grouped(requests)} requests were sent. Raise --duration, or plan fewer --requests.`)];
}

function planned({ requests, durationMs }: Plan): string {
  const limits = [requests === null ? '' : `${grouped(requests)} requests`, durationMs === null ? '' : `${durationMs / 1000} s`];
  return ` of a planned ${limits.filter(Boolean).join(' or ')}`;
}

function answers(plan: Plan, recording: Recording): Reason[] {
  const reasons: Reason[] = [];
  const { done, checked, outcomes } = recording;
  const ok = okOf(recording);
  const failed = failedOf(recording);
  const wrong = outcomes[WRONG_ANSWER]?.count ?? 0;
  if (ok === 0) {
    const what = recording.sent === 0 ? `No request was measured after a warm-up of ${plan.warmupMs / 1000} s` : done === 0 ? recording.sent === 1 ? 'The 1 request was not answered' : `None of ${grouped(recording.sent)} requests was answered` : done === 1 ? 'The 1 request that ended did not succeed' : `None of the ${grouped(done)} requests that ended succeeded`;
    reasons.push(invalid('no-successes', `${what}, so there is no latency to report. ${failed > 0 ? `Most frequent: ${mostFrequent(recording)}.` : whyNone(recording)}`.trim()));
  }
  if (wrong > 0) {
    reasons.push(invalid('wrong-answers', `${grouped(wrong)} of ${grouped(Math.max(checked, wrong))} checked answers differ from the expected ones. Check that the server runs the model that the data set was generated with, and load the data set again.`));
  }
  // Where nothing succeeded, that is said already.
  if (failed > 0 && ok > 0) {
    const severity = failed > ERRORS_INVALID_SHARE * done ? 'INVALID' : 'SUSPECT';
    reasons.push({ code: 'errors', severity, message: `${grouped(failed)} of ${grouped(done)} requests failed (${share(failed, done)}), most of them with ${mostFrequent(recording)}. Latencies are of the successes only; ${isGone(plan, recording) ? 'the server went away: look at its log' : 'find the cause, or lower the load until nothing fails'}.` });
  }
  if (plan.check === 'all' && checked < ok) {
    reasons.push(suspect('unchecked', `All answers were to be checked, but only ${grouped(checked)} of ${grouped(ok)} could be. The data set or the target has no expected answer for the rest; use --check none where there is nothing to compare.`));
  }
  return reasons;
}

/** Stopped by the user in the warm-up, or before the first request came due. */
function isBeforeMeasuring({ sent, elapsedNs }: Recording): boolean {
  return sent === 0 && elapsedNs === 0;
}

/** No success and no failure: what that says about the server. */
function whyNone(recording: Recording): string {
  switch (recording.ending) {
    case 'interrupted':
      return isBeforeMeasuring(recording) ? '' : 'It was stopped before the first answer: let it run longer.';
    case 'server-lost':
      return '';
    default:
      return 'Check the target and its model.';
  }
}

function upAtEnd({ connections: { opened, lost, reopened } }: Recording): number {
  return opened - lost + reopened;
}

/** Whether the server was there no more at the end. A user who stops a run closes the connections: that is no sign of it. */
function isGone({ clients }: Plan, recording: Recording): boolean {
  return recording.ending === 'server-lost' || (wasPlanned(recording.ending) && clients > 0 && upAtEnd(recording) <= 0);
}

function mostFrequent({ outcomes }: Recording): string {
  const [code, { messages }] = failures(outcomes)[0];
  const [text = ''] = Object.entries(messages).filter(([text]) => text !== '').sort(([, a], [, b]) => b - a)[0] ?? [];
  return text === '' || text === code ? code : `${code}: "${text}"`;
}

function schedule(plan: Plan, recording: Recording, machine: Machine): Reason[] {
  const { due, capped, starved } = recording;
  const reasons: Reason[] = [];
  if (starved > WAITED_SHARE * due) {
    reasons.push(suspect('frames-starved', `${grouped(starved)} of ${grouped(due)} requests (${share(starved, due)}) waited for their frame to be encoded. Give it more memory with --frames-mb${plan.arrivals.kind === 'closed' ? '' : ', or lower --rate'}.`));
  }
  if (plan.arrivals.kind === 'closed' || due === 0) return reasons;
  const asked = plan.arrivals.ratePerSecond;
  const gone = isGone(plan, recording);
  const remedy = gone ? 'The server was gone at the end: look at its log.' : 'The server or its connections cannot take the rate; lower --rate, or raise --clients.';
  const busy = capped > WAITED_SHARE * due;
  if (busy) {
    reasons.push(suspect('connections-busy', `${grouped(capped)} of ${grouped(due)} requests (${share(capped, due)}) were due while ${plan.clients === 1 ? 'the 1 connection was' : `all ${plan.clients} connections were`} busy${recording.connections.lost > 0 ? ' or down' : ''} and waited for one. ${waitText(recording)} ${gone ? 'The server was gone at the end.' : 'If the server is not at its limit, raise --clients.'}`));
  }
  const reason = unsent(recording, remedy) ?? rateShortfall(asked, recording, remedy) ?? (busy ? null : lateness(recording, lessLate(plan, machine)));
  return reason ? [...reasons, reason] : reasons;
}

/** Where the wait for a connection is to be seen. */
function waitText({ due, sent }: Recording): string {
  if (due === sent) return 'Their wait is in the response time, not in the service time.';
  return `The wait of those that were sent is in the response time, not in the service time; ${counted(due - sent, 'request was', 'requests were')} not sent at all, and ${due - sent === 1 ? 'is' : 'are'} in no latency.`;
}

/** A run that was stopped owes no requests. */
function wasPlanned(ending: Ending): boolean {
  return ending === 'complete' || ending === 'deadline';
}

/** A few requests that come due in the very last moment of a window always miss it; more of them are a backlog. */
function unsent({ due, sent, ending }: Recording, remedy: string): Reason | null {
  const missed = due - sent;
  if (!wasPlanned(ending) || missed <= RATE_SUSPECT_SHORTFALL * due) return null;
  const severity = missed > RATE_INVALID_SHORTFALL * due ? 'INVALID' : 'SUSPECT';
  return { code: 'schedule-missed', severity, message: `${grouped(missed)} of ${grouped(due)} requests that came due (${share(missed, due)}) were not sent before the time was up. ${remedy}` };
}

/**
 * How much longer the run took than its schedule. The last request's own service time and three standard deviations of a Poisson
 * schedule's length do not count.
 */
function rateShortfall(asked: number, { due, elapsedNs, service, ending }: Recording, remedy: string): Reason | null {
  if (!wasPlanned(ending)) return null;
  const elapsed = elapsedNs / 1e9;
  const allowed = due / asked + (SIGMAS * Math.sqrt(due)) / asked + service.maxNs / 1e9;
  const shortfall = 1 - allowed / elapsed;
  if (shortfall <= RATE_SUSPECT_SHORTFALL) return null;
  const message = `${counted(due, 'request')} at ${grouped(asked)} a second took ${elapsed.toFixed(1)} s instead of ${(due / asked).toFixed(1)} s: they were carried out at ${grouped(due / elapsed)} a second. ${remedy}`;
  return { code: 'schedule-missed', severity: shortfall > RATE_INVALID_SHORTFALL ? 'INVALID' : 'SUSPECT', message };
}

function lateness(recording: Recording, remedy: string): Reason | null {
  const late = (p: number) => percentile(recording.lateness, p) / 1e6;
  const response = (p: number) => percentile(recording.response, p) / 1e6;
  if (late(50) > Math.max(LATENESS_FLOOR_MS, LATENESS_P50_SHARE * response(50))) {
    return invalid('schedule-missed', `Half of the requests were sent more than ${ms(late(50))} ms late, while the median response time is ${ms(response(50))} ms: the run measured the client. ${remedy}`);
  }
  if (isSupported(99, recording.lateness.count) && late(99) > Math.max(LATENESS_FLOOR_MS, LATENESS_P99_SHARE * response(99))) {
    return suspect('schedule-missed', `One request in a hundred was sent more than ${ms(late(99))} ms late, and the p99 of the response time is ${ms(response(99))} ms: part of it is the client's. ${remedy}`);
  }
  return null;
}

function connections(plan: Plan, recording: Recording): Reason[] {
  const { opened, lost, reopened, refused } = recording.connections;
  const missing = plan.clients - upAtEnd(recording);
  if (missing <= 0 || !wasPlanned(recording.ending)) return [];
  const were = (count: number) => `${grouped(count)} ${count === 1 ? 'was' : 'were'}`;
  const history = `${were(lost)} lost, ${grouped(reopened)} reopened, and ${counted(refused, 'attempt')} refused`;
  if (isGone(plan, recording) && opened > 0) {
    const what = plan.clients === 1 ? 'The 1 connection was' : `All ${grouped(plan.clients)} connections were`;
    return [suspect('connections-missing', `${what} gone at the end: ${history}. The server is gone${refused > 0 ? '' : ', or answers no more'}: look at its log, and start it again.`)];
  }
  return [suspect('connections-missing', `${grouped(missing)} of ${counted(plan.clients, 'connection')} ${missing === 1 ? 'was' : 'were'} missing at the end: ${history}. The load was lower than planned; look at the server's log and its limit of clients.`)];
}

function saturation(plan: Plan, recording: Recording, machine: Machine): Reason[] {
  const { workers } = recording;
  const busiest = Math.max(0, ...workers.map(({ utilization }) => utilization));
  const delay = Math.max(0, ...workers.map(({ delayP99Ms }) => delayP99Ms));
  const service = percentile(recording.service, 50) / 1e6;
  // A worker that spins is always busy, by choice.
  if (busiest > UTILIZATION_MAX && !plan.spin) {
    const what = plan.arrivals.kind === 'closed' ? 'the rate is what the client could do, the server may do more' : 'replies waited in the client before their time was taken';
    return [suspect('client-saturated', `The client was the bottleneck: a worker's event loop was busy ${Math.round(busiest * 100)} % of the time, so ${what}. ${moreClient(plan, machine)}`)];
  }
  // Without a success there is no service time to compare with.
  if (!(delay > Math.max(DELAY_FLOOR_MS, service))) return [];
  return [suspect('client-saturated', `A worker's event loop came round late by ${ms(delay)} ms (p99), longer than the median service time of ${ms(service)} ms: replies waited in the client. Other programs took its core: close them, or give the client a machine of its own.`)];
}

function samples({ requests, durationMs }: Plan, { response, ending }: Recording): Reason[] {
  const needed = samplesNeeded(PERCENTILE_REQUIRED);
  if (response.count === 0 || response.count >= needed) return [];
  const more = [requests === null ? '' : '--requests', durationMs === null ? '' : '--duration'].filter(Boolean).join(' and ');
  const remedy = ending === 'interrupted' ? ' Let it run to its end.' : ending === 'server-lost' ? '' : ` Raise ${more || '--duration'}.`;
  return [suspect('too-few-samples', `${grouped(response.count)} ${response.count === 1 ? 'success cannot' : 'successes cannot'} support a p${PERCENTILE_REQUIRED}, which needs ${grouped(needed)}.${remedy}`)];
}

function suspect(code: ReasonCode, message: string): Reason {
  return { code, severity: 'SUSPECT', message };
}

function invalid(code: ReasonCode, message: string): Reason {
  return { code, severity: 'INVALID', message };
}

function ms(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

function share(part: number, whole: number): string {
  const percent = whole > 0 ? (part / whole) * 100 : 100;
  return `${percent < 0.01 ? 'less than 0.01' : percent < 10 ? percent.toFixed(2) : percent.toFixed(0)} %`;
}
