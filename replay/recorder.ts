/**
 * What one worker measures, counted as it happens and never stored request by request. Preallocated: only a failure's
 * message and the turn of a second allocate. Times are nanoseconds of the run's clock.
 */
import { Histogram } from '../core/histogram.js';
import type { Ending, Recording, WorkerHealth } from '../core/recording.js';
import { INTERRUPTED, WRONG_ANSWER } from '../core/verdict.js';
import { Outcomes } from './outcomes.js';
import { Series } from './series.js';

export interface Connections {
  opened: number;
  lost: number;
  reopened: number;
  refused: number;
}

/** How a worker's part of the run ended. Times are the run's clock. */
export interface RunEnd {
  readonly ending: Ending;
  readonly startedAtMs: number;
  /** The window is at least that long: time was up then, or the run was stopped, or the server was last seen; 0 where the last answer ends it. */
  readonly untilNs: number;
  /** Until when requests came due. */
  readonly dueUntilNs: number;
  /** Why no connection could be had, where the server was lost; else ''. */
  readonly lostReason: string;
}

export class Recorder {
  readonly #response = new Histogram();
  readonly #service = new Histogram();
  readonly #firstByte = new Histogram();
  readonly #lateness = new Histogram();
  readonly #failedService = new Histogram();
  readonly #outcomes = new Outcomes();
  readonly #series = new Series();
  #startNs = 0;
  /** End of the last request. A typed array, because a double in a field is a heap allocation at every change. */
  readonly #lastEndNs = new Float64Array(1);
  readonly #lastDueNs = new Float64Array(1);
  readonly connections: Connections = { opened: 0, lost: 0, reopened: 0, refused: 0 };
  readonly warmup = { done: 0, failed: 0 };
  readonly #tensorBatch: number;
  #sent = 0;
  #done = 0;
  #ok = 0;
  #rowsSent = 0;
  #rowsOk = 0;
  #shortRequests = 0;
  #shortRows = 0;
  #notSent = 0;
  capped = 0;
  starved = 0;
  checked = 0;
  uncheckable = 0;
  /** false: the whole data set has no expected answers, so that choosing some of them would be in vain. */
  comparable = true;
  #bytesSent = 0;
  #bytesReceived = 0;

  /** @param tensorBatch rows of a request; one with fewer is short */
  constructor(tensorBatch = 1) {
    this.#tensorBatch = tensorBatch;
  }

  /** @param startNs when the measured window opens; before anything is recorded */
  begin(startNs: number): void {
    this.#startNs = startNs;
  }

  sent(dueNs: number, sentNs: number, sizeBytes: number, rows: number): void {
    this.#sent++;
    this.#rowsSent += rows;
    if (rows < this.#tensorBatch) {
      this.#shortRequests++;
      this.#shortRows += rows;
    }
    this.#lastDueNs[0] = dueNs;
    this.#bytesSent += sizeBytes;
    this.#lateness.record(sentNs - dueNs);
    this.#series.due(dueNs - this.#startNs);
    this.#series.sent(sentNs - this.#startNs);
  }

  ok(dueNs: number, sentNs: number, firstNs: number, doneNs: number, sizeBytes: number, rows: number): void {
    this.#ended(doneNs, sizeBytes);
    this.#ok++;
    this.#rowsOk += rows;
    this.#response.record(doneNs - dueNs);
    this.#service.record(doneNs - sentNs);
    this.#firstByte.record(firstNs - sentNs);
    this.#series.ok(doneNs - this.#startNs, doneNs - dueNs, doneNs - sentNs);
  }

  failed(code: string, message: string, sentNs: number, doneNs: number, sizeBytes: number): void {
    this.#ended(doneNs, sizeBytes);
    this.#outcomes.count(code, message);
    // A wrong answer is an answer, and what the user gave up has no service time.
    if (code !== WRONG_ANSWER && code !== INTERRUPTED) this.#failedService.record(doneNs - sentNs);
    this.#series.failed(doneNs - this.#startNs);
  }

  /** A request that came due and was not sent before the window closed. */
  notSent(dueNs: number): void {
    this.#notSent++;
    this.#lastDueNs[0] = dueNs;
    this.#series.due(dueNs - this.#startNs);
  }

  #ended(doneNs: number, sizeBytes: number): void {
    this.#done++;
    this.#bytesReceived += sizeBytes;
    if (doneNs > this.#lastEndNs[0]) this.#lastEndNs[0] = doneNs;
  }

  /** Requests that came due and were not sent. */
  get missed(): number {
    return this.#notSent;
  }

  get lastDueNs(): number {
    return this.#lastDueNs[0];
  }

  /** The whole of it. The recorder is used up: the data shares its counts. */
  recording({ ending, startedAtMs, untilNs, dueUntilNs, lostReason }: RunEnd, health: WorkerHealth): Recording {
    if (this.#ok > 0) this.#outcomes.count('ok', '', this.#ok);
    if (this.#notSent > 0) this.#outcomes.count('not-sent', '', this.#notSent);
    return {
      startedAtMs,
      elapsedNs: Math.max(0, Math.max(this.#lastEndNs[0], untilNs) - this.#startNs),
      dueNs: Math.max(0, dueUntilNs - this.#startNs),
      ending,
      lostReason,
      due: this.#sent + this.#notSent,
      sent: this.#sent,
      done: this.#done,
      rows: { sent: this.#rowsSent, ok: this.#rowsOk, shortRequests: this.#shortRequests, shortRows: this.#shortRows },
      outcomes: this.#outcomes.data(),
      response: this.#response.data(),
      service: this.#service.data(),
      firstByte: this.#firstByte.data(),
      lateness: this.#lateness.data(),
      failedService: this.#failedService.data(),
      capped: this.capped,
      starved: this.starved,
      checked: this.checked,
      uncheckable: this.comparable ? this.uncheckable : this.#ok,
      connections: this.connections,
      bytes: { sent: this.#bytesSent, received: this.#bytesReceived },
      warmup: this.warmup,
      seconds: this.#series.seconds(),
      workers: [health],
      cpu: { userUs: 0, systemUs: 0 },
    };
  }
}
