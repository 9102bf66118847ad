import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { HistogramLogReader, JsHistogram, listTags, type Histogram } from 'hdr-histogram-js';
import { percentile } from '../../core/histogram.js';
import { hlogOf } from '../../core/hlog.js';
import { emptyRecording } from '../../core/recording.js';
import { temporaryFolder } from '../support/paths.js';
import { noPython, PYTHON } from '../support/python.js';
import { histogramOf, latencies, recordingOf } from '../support/recordings.js';

const skip = noPython('hdrh');

const TAGS = ['response', 'service', 'lateness', 'firstByte', 'failed'];
const RECORDING = recordingOf(20_000, 2000, 1_500_000, { startedAtMs: 1_700_000_000_123, failedService: histogramOf(latencies(17, 5e6)) });

test('the log has the header and the lines of format 1.3', async () => {
  const lines = (await hlogOf(RECORDING)).split('\n');
  assert.equal(lines[1], '#[Histogram log format version 1.3]');
  assert.equal(lines[2], '#[StartTime: 1700000000.123 (seconds since epoch), Tue, 14 Nov 2023 22:13:20 GMT]');
  assert.equal(lines[3], '#[BaseTime: 1700000000.123 (seconds since epoch)]');
  assert.equal(lines[4], '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"');
  const max = (RECORDING.response.maxNs / 1e6).toFixed(3);
  assert.match(lines[5], new RegExp(`^Tag=response,0\\.000,10\\.000,${max.replace('.', '\\.')},HISTFA[A-Za-z0-9+/]+=*$`));
  assert.equal(lines.length, 5 + TAGS.length + 1);
});

test('hdr-histogram-js reads every tag at full precision', async () => {
  const text = await hlogOf(RECORDING);
  assert.deepEqual(listTags(text), TAGS);
  const reader = new HistogramLogReader(text, 64, false);
  for (const [tag, ours] of [['response', RECORDING.response], ['service', RECORDING.service], ['lateness', RECORDING.lateness], ['firstByte', RECORDING.firstByte], ['failed', RECORDING.failedService]] as const) {
    const theirs = reader.nextIntervalHistogram() as Histogram;
    assert.equal(theirs.tag, tag);
    assert.equal(theirs.totalCount, ours.count);
    for (const p of [50, 99, 99.9]) assert.equal(Math.min(theirs.getValueAtPercentile(p), ours.maxNs), percentile(ours, p));
    assert.equal(Math.round((theirs as JsHistogram).startTimeStampMsec), 1_700_000_000_123);
    assert.equal(Math.round((theirs as JsHistogram).endTimeStampMsec), 1_700_000_010_123);
  }
  assert.equal(reader.nextIntervalHistogram(), null);
});

test('a recording of nothing has a log too', async () => {
  const reader = new HistogramLogReader(await hlogOf(emptyRecording()), 64, false);
  assert.equal(reader.nextIntervalHistogram()?.totalCount, 0);
});

const SCRIPT = `
import json, sys
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
reader = HistogramLogReader(sys.argv[1], HdrHistogram(1, 3600000000000, 3))
found = []
while True:
    one = reader.get_next_interval_histogram()
    if one is None: break
    found.append([one.get_tag(), one.get_total_count(), one.get_value_at_percentile(50), one.get_value_at_percentile(99), one.get_start_time_stamp()])
print(json.dumps(found))
`;

test("Python's hdrhistogram reads the same", { skip }, async (t) => {
  const file = join(temporaryFolder(t), 'latency.hlog');
  writeFileSync(file, await hlogOf(RECORDING));
  const found = JSON.parse(execFileSync(PYTHON, ['-c', SCRIPT, file], { encoding: 'utf8' })) as [string, number, number, number, number][];
  assert.deepEqual(found.map(([tag]) => tag), TAGS);
  const [, count, p50, p99, startMs] = found[0];
  assert.deepEqual([count, p50, p99, Math.round(startMs)], [20_000, percentile(RECORDING.response, 50), percentile(RECORDING.response, 99), 1_700_000_000_123]);
});
