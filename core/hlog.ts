/**
 * `latency.hlog`: the histograms of a run in HdrHistogram's log format 1.3, for other HDR tools. One line a tag covers the whole
 * measured window, because the seconds of a recording have two significant digits and their sum would not be the run at full precision.
 */
import { encodeHistogram } from './hdr.js';
import type { HistogramData } from './histogram.js';
import type { Recording } from './recording.js';

/** Values are nanoseconds, the interval's maximum is printed in milliseconds, as the format has it. */
const NS_PER_MS = 1e6;

export async function hlogOf(recording: Recording): Promise<string> {
  const startSeconds = Number.isFinite(recording.startedAtMs) ? recording.startedAtMs / 1000 : 0;
  const tags: readonly (readonly [string, HistogramData])[] = [
    ['response', recording.response],
    ['service', recording.service],
    ['lateness', recording.lateness],
    ['firstByte', recording.firstByte],
    ['failed', recording.failedService],
  ];
  const lengthSeconds = (recording.elapsedNs / 1e9).toFixed(3);
  const lines = [
    '#[Latencies in nanoseconds, one line for the whole run and each tag. failed: service time of failed requests, without wrong answers and interrupted ones]',
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${startSeconds.toFixed(3)} (seconds since epoch), ${new Date(startSeconds * 1000).toUTCString()}]`,
    `#[BaseTime: ${startSeconds.toFixed(3)} (seconds since epoch)]`,
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
  ];
  for (const [tag, histogram] of tags) {
    lines.push(`Tag=${tag},0.000,${lengthSeconds},${(histogram.maxNs / NS_PER_MS).toFixed(3)},${await encodeHistogram(histogram)}`);
  }
  return lines.join('\n') + '\n';
}
