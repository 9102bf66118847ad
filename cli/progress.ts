/**
 * Progress of a long stage: a line that redraws itself on a terminal, a plain line every five seconds elsewhere,
 * so that logs of a build server stay short.
 */
import type { OnProgress, Progress } from '../core/progress.js';
import { formatDuration } from '../core/duration.js';
import { grouped } from '../core/quantity.js';

export interface ProgressLine {
  readonly update: OnProgress;
  /** Removes the drawn line. */
  end(): void;
}

interface Screen {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const REDRAW_MS = 100;
const PLAIN_MS = 5000;

export function progressLine(label: string, screen: Screen = process.stderr, now: () => number = () => performance.now()): ProgressLine {
  const tty = screen.isTTY === true;
  const every = tty ? REDRAW_MS : PLAIN_MS;
  let last = tty ? -Infinity : now();
  let drawn = false;
  return {
    update(progress) {
      const at = now();
      if (at - last < every) return;
      last = at;
      screen.write(tty ? `\r\x1b[2K${describe(label, progress)}` : `${describe(label, progress)}\n`);
      drawn = true;
    },
    end() {
      if (tty && drawn) screen.write('\r\x1b[2K');
      drawn = false;
    },
  };
}

/** `loading  42 %  84,000 of 200,000 keys  165,000/s  0.7 s left` */
export function describe(label: string, { unit, done, total, elapsedMs, fraction, note }: Progress): string {
  if (note !== undefined) return `${label}  ${note}`;
  const rate = elapsedMs > 0 ? (done / elapsedMs) * 1000 : 0;
  const counted = Number.isFinite(total) && total > 0;
  const share = fraction ?? (counted ? done / total : 0);
  const percent = counted || fraction !== undefined ? `${Math.floor(100 * Math.min(share, 1))} %  ` : '';
  const count = counted ? `${grouped(done)} of ${grouped(total)} ${unit}` : `${grouped(done)} ${unit}`;
  const left = share > 0 && share < 1 && elapsedMs > 0 ? `  ${formatDuration((elapsedMs / share) * (1 - share))} left` : '';
  return `${label}  ${percent}${count}  ${grouped(rate)}/s${left}`;
}
