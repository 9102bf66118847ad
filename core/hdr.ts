/**
 * Histograms in HdrHistogram's V2 compressed form, which HDR tools of every language read. The only home of hdr-histogram-js;
 * it is loaded when a run is over.
 */
import { deflateSync, inflateSync } from 'node:zlib';
import { InferplayError, reasonOf } from './errors.js';
import { bucketIndex, emptyHistogram, lowestOf, type HistogramData } from './histogram.js';

/** Far above what the largest histogram of ours takes, and small enough that a hostile log cannot fill the memory. */
const BASE64_MAX = 4 << 20;
const INFLATED_BYTES_MAX = 64 << 20;
/** The outer header: a cookie and the length of what follows, deflated. */
const OUTER_BYTES = 8;
/** Where the inner header holds the ratio of integer to double values. */
const RATIO_OFFSET = 32;

/** Base64 of the V2 compressed encoding. Counts stay as they are; the extremes become those of their buckets. */
export async function encodeHistogram(data: HistogramData): Promise<string> {
  const { build, encodeIntoCompressedBase64 } = await import('hdr-histogram-js');
  // 64-bit buckets, because narrower ones wrap without a word; the range is fixed, because a value outside it is a mistake of ours.
  const histogram = build({
    bitBucketSize: 64,
    autoResize: false,
    lowestDiscernibleValue: 1,
    highestTrackableValue: data.highestNs,
    numberOfSignificantValueDigits: data.digits as 1 | 2 | 3,
    useWebAssembly: false,
  });
  data.counts.forEach((count, index) => {
    if (count > 0) histogram.recordValueWithCount(lowestOf(data.digits, index), count);
  });
  return withRatioOne(encodeIntoCompressedBase64(histogram));
}

/**
 * hdr-histogram-js writes the ratio field as the integer 1, but the format has a double there: readers that scale by it (Java's
 * DoubleHistogram) would see 5e-324.
 */
function withRatioOne(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const inner = inflateSync(bytes.subarray(OUTER_BYTES, OUTER_BYTES + bytes.readInt32BE(4)));
  inner.writeDoubleBE(1, RATIO_OFFSET);
  const deflated = deflateSync(inner);
  const header = Buffer.from(bytes.subarray(0, OUTER_BYTES));
  header.writeInt32BE(deflated.length, 4);
  return Buffer.concat([header, deflated]).toString('base64');
}

/**
 * The counts of an encoded histogram, of ours or of another tool in nanoseconds. Extremes and sum are those of the buckets.
 * @throws InferplayError DATA for anything else
 */
export async function decodeHistogram(base64: string): Promise<HistogramData> {
  const { decodeFromCompressedBase64, JsHistogram } = await import('hdr-histogram-js');
  try {
    checkSize(base64);
    const histogram = decodeFromCompressedBase64(base64, 64, false);
    if (!(histogram instanceof JsHistogram)) throw new Error('it is of an unknown kind');
    const digits = histogram.numberOfSignificantValueDigits;
    if (digits < 1 || digits > 3) throw new Error(`it has ${digits} significant digits, not 1 to 3`);
    const data = { ...emptyHistogram(digits, histogram.highestTrackableValue) };
    for (let index = 0; index < histogram.countsArrayLength; index++) {
      const count = histogram.getCountAtIndex(index);
      if (count > 0) add(data, histogram.valueFromIndex(index), histogram.medianEquivalentValue(histogram.valueFromIndex(index)), count);
    }
    if (data.count > 0) data.maxNs = histogram.maxValue;
    return data;
  } catch (cause) {
    throw new InferplayError('DATA', `"${base64.slice(0, 20)}…" is not a compressed HdrHistogram (V2): ${reasonOf(cause)}.`, { cause });
  }
}

function checkSize(base64: string): void {
  if (base64.length > BASE64_MAX) throw new Error(`it is longer than ${BASE64_MAX} characters`);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length < OUTER_BYTES) throw new Error('it is too short');
  const inner = inflateSync(bytes.subarray(OUTER_BYTES), { maxOutputLength: INFLATED_BYTES_MAX });
  if (inner.length < RATIO_OFFSET + 8) throw new Error('its header is cut short');
}

function add(data: { -readonly [K in keyof HistogramData]: HistogramData[K] }, value: number, middle: number, count: number): void {
  data.counts[bucketIndex(data.digits, value)] += count;
  data.count += count;
  data.sumNs += middle * count;
  data.minNs = Math.min(data.minNs, value);
}
