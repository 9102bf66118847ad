/** What INFO commandstats and errorstats, SLOWLOG and LATENCY tell: how often each command ran, how long, and what went wrong. */
import type { Command } from './commands/command.js';
import type { Reply } from './reply.js';
import type { Request } from './request.js';
import type { Session } from './session.js';

export interface CommandStatistic {
  calls: number;
  us: number;
  /** Not run at all: wrong number of arguments, not authenticated, no memory. */
  rejected: number;
  /** Run, and answered with an error. */
  failed: number;
}

export interface SlowCommand {
  readonly id: number;
  readonly atSeconds: number;
  readonly us: number;
  readonly args: readonly string[];
  readonly address: string;
  readonly clientName: string;
}

/** Kinds of errors that are told apart. */
const ERROR_CODES_MAX = 128;
/** As Redis cuts the arguments of slow commands. */
const SLOW_ARGUMENTS_MAX = 32;
const SLOW_TEXT_MAX = 128;
/** Slow commands that are kept, whatever the setting says. */
const SLOW_KEPT_MAX = 100_000;

/** Ticks of the clock over which rates are averaged, as Redis does. */
const RATE_TICKS = 16;

interface Counts {
  readonly tickMs: number;
  readonly commands: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
}

/** How much is going on, over the last second and a half. */
export class Rates {
  #ticks: Counts[] = [];

  tick({ tickMs, commands, inputBytes, outputBytes }: Counts): void {
    this.#ticks.push({ tickMs, commands, inputBytes, outputBytes });
    if (this.#ticks.length > RATE_TICKS) this.#ticks.shift();
  }

  perSecond(what: 'commands' | 'inputBytes' | 'outputBytes'): number {
    const [first, last] = [this.#ticks[0], this.#ticks.at(-1)];
    return first === last ? 0 : ((last![what] - first[what]) * 1000) / (last!.tickMs - first.tickMs);
  }

  reset(): void {
    this.#ticks = [];
  }
}

export class Statistics {
  readonly rates = new Rates();
  readonly commands = new Map<Command, CommandStatistic>();
  readonly errors = new Map<string, number>();
  /** All error replies. */
  errorCount = 0;
  /** How many of them there were when a command was last blamed for one. */
  #blamed = 0;
  /** Newest first. */
  slow: SlowCommand[] = [];
  slowerThanUs = 10_000;
  slowLengthMax = 128;
  #slowCount = 0;

  of(command: Command): CommandStatistic {
    let found = this.commands.get(command);
    if (found === undefined) this.commands.set(command, (found = { calls: 0, us: 0, rejected: 0, failed: 0 }));
    return found;
  }

  /** How many commands have run. */
  get calls(): number {
    return [...this.commands].reduce((sum, [{ unlisted }, { calls }]) => sum + (unlisted ? 0 : calls), 0);
  }

  /** An error reply was written. @param text with its code */
  failed(text: string): void {
    this.errorCount++;
    const blank = text.indexOf(' ');
    const code = blank < 0 ? text : text.slice(0, blank);
    const count = this.errors.get(code) ?? 0;
    if (count > 0 || this.errors.size < ERROR_CODES_MAX) this.errors.set(code, count + 1);
  }

  /** A command has written errors, itself or through others, which have been blamed already: EXEC is not for what was within it. @param before errors before it ran */
  blame(statistic: CommandStatistic, before: number): void {
    if (this.errorCount > Math.max(before, this.#blamed)) statistic.failed++;
    this.#blamed = this.errorCount;
  }

  /** What has been written so far is nobody's fault: errors of an inference are no failed call of its command, which was over before, as in Redis. */
  forgive(): void {
    this.#blamed = this.errorCount;
  }

  remember(session: Session, request: Request, us: number): void {
    const shown = request.argc > SLOW_ARGUMENTS_MAX ? SLOW_ARGUMENTS_MAX - 1 : request.argc;
    const args = Array.from({ length: shown }, (_, i) => (isSecret(request, i) ? '(redacted)' : shorten(request.view(i).toString('latin1', 0, SLOW_TEXT_MAX), request.length(i))));
    if (shown < request.argc) args.push(`... (${request.argc - shown} more arguments)`);
    this.slow.unshift({ id: this.#slowCount++, atSeconds: Math.floor(Date.now() / 1000), us, args, address: session.address, clientName: session.name });
    this.keepSlow(this.slowLengthMax);
  }

  /** @param lengthMax how many slow commands are kept from now on */
  keepSlow(lengthMax: number): void {
    this.slowLengthMax = lengthMax;
    this.slow.length = Math.min(this.slow.length, lengthMax, SLOW_KEPT_MAX);
  }

  reset(): void {
    // What is running right now is counted when it is done.
    for (const statistic of this.commands.values()) statistic.calls = statistic.us = statistic.rejected = statistic.failed = 0;
    this.errors.clear();
    this.errorCount = this.#blamed = 0;
    this.rates.reset();
  }
}

/** Names and passwords that one logs in with are shown nowhere. */
function isSecret(request: Request, i: number): boolean {
  if (request.is(0, 'AUTH')) return i > 0;
  if (request.is(0, 'HELLO')) return i > 2 && (request.is(i - 1, 'AUTH') || request.is(i - 2, 'AUTH'));
  return request.is(0, 'CONFIG') && i === 3 && request.is(2, 'REQUIREPASS');
}

function shorten(text: string, length: number): string {
  return length <= SLOW_TEXT_MAX ? text : `${text}... (${length - SLOW_TEXT_MAX} more bytes)`;
}

/** Of commands that are always short only each sixteenth is timed, and counts sixteen times: reading the clock costs a tenth of a GET. */
const SAMPLED = 16;
/** Whoever asks for commands as quick as this in SLOWLOG has all of them timed. */
const ALL_TIMED_BELOW_US = 5000;

/** Runs a command, and counts it. What an inference does on other threads is not in its time, as with RedisAI. */
export function runCounted(session: Session, command: Command, request: Request, reply: Reply): void {
  const { statistics } = session.server;
  const statistic = statistics.of(command);
  const errors = statistics.errorCount;
  const calls = statistic.calls + 1;
  const sampled = command.short && calls >= SAMPLED && statistics.slowerThanUs >= ALL_TIMED_BELOW_US;
  if (sampled && calls % SAMPLED !== 0) {
    command.run(session, request, reply);
  } else {
    const started = performance.now();
    command.run(session, request, reply);
    const us = (performance.now() - started) * 1000;
    statistic.us += sampled ? us * SAMPLED : us;
    const { slowerThanUs } = statistics;
    if (slowerThanUs >= 0 && us >= slowerThanUs && !command.flags.includes('skip_slowlog')) statistics.remember(session, request, Math.round(us));
  }
  statistic.calls++;
  if (statistics.errorCount !== errors) statistics.blame(statistic, errors);
}
