/**
 * What one worker measures, counted as it happens and never stored request by request. Preallocated: only a failure's
 * message and the turn of a second allocate. Times are nanoseconds of the run's clock.
 */
import { Histogram } from '../core/histogram.js';
import type { Ending, Recording, WorkerHealth } from '../core/recording.js';
import { Outcomes } from './outcomes.js';
import { Series } from './series.js';

export interface Connections {
  opened: number;
  lost: number;
  reopened: number;
  refused: number;
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
  readonly connections: Connections = { opened: 0, lost: 0, reopened: 0, refused: 0 };
  readonly warmup = { done: 0, failed: 0 };
  #sent = 0;
  #done = 0;
  #ok = 0;
  #notSent = 0;
  #inFlight = 0;
  capped = 0;
  starved = 0;
  checked = 0;
  #bytesSent = 0;
  #bytesReceived = 0;

  /** @param startNs when the measured window opens; before anything is recorded */
  begin(startNs: number): void {
    this.#startNs = startNs;
  }

  sent(dueNs: number, sentNs: number, sizeBytes: number): void {
    this.#sent++;
    this.#inFlight++;
    this.#bytesSent += sizeBytes;
    this.#lateness.record(sentNs - dueNs);
    this.#series.due(dueNs - this.#startNs);
    this.#series.sent(sentNs - this.#startNs);
  }

  ok(dueNs: number, sentNs: number, firstNs: number, doneNs: number, sizeBytes: number): void {
    this.#ended(doneNs, sizeBytes);
    this.#ok++;
    this.#response.record(doneNs - dueNs);
    this.#service.record(doneNs - sentNs);
    this.#firstByte.record(firstNs - sentNs);
    this.#series.ok(doneNs - this.#startNs, doneNs - dueNs, doneNs - sentNs, this.#inFlight);
  }

  failed(code: string, message: string, sentNs: number, doneNs: number, sizeBytes: number): void {
    this.#ended(doneNs, sizeBytes);
    this.#outcomes.count(code, message);
    this.#failedService.record(doneNs - sentNs);
    this.#series.failed(doneNs - this.#startNs, this.#inFlight);
  }

  /** A request that came due and was not sent before the window closed. */
  notSent(dueNs: number): void {
    this.#notSent++;
    this.#series.due(dueNs - this.#startNs);
  }

  #ended(doneNs: number, sizeBytes: number): void {
    this.#done++;
    this.#inFlight--;
    this.#bytesReceived += sizeBytes;
    if (doneNs > this.#lastEndNs[0]) this.#lastEndNs[0] = doneNs;
  }

  /**
   * The whole of it. The recorder is used up: the data shares its counts.
   * @param untilNs when the worker stopped sending because time was up or it was stopped; the window is at least that long
   */
  recording(ending: Ending, startedAtMs: number, untilNs: number, health: WorkerHealth): Recording {
    if (this.#ok > 0) this.#outcomes.count('ok', '', this.#ok);
    if (this.#notSent > 0) this.#outcomes.count('not-sent', '', this.#notSent);
    return {
      startedAtMs,
      elapsedNs: Math.max(0, Math.max(this.#lastEndNs[0], untilNs) - this.#startNs),
      ending,
      due: this.#sent + this.#notSent,
      sent: this.#sent,
      done: this.#done,
      outcomes: this.#outcomes.data(),
      response: this.#response.data(),
      service: this.#service.data(),
      firstByte: this.#firstByte.data(),
      lateness: this.#lateness.data(),
      failedService: this.#failedService.data(),
      capped: this.capped,
      starved: this.starved,
      checked: this.checked,
      connections: this.connections,
      bytes: { sent: this.#bytesSent, received: this.#bytesReceived },
      warmup: this.warmup,
      seconds: this.#series.seconds(this.#inFlight),
      workers: [health],
      cpu: { userUs: 0, systemUs: 0 },
    };
  }
}
