/**
 * How many samples a percentile needs before it says something about the server and not about luck.
 *
 * The rule is MLPerf's early-stopping bound: with 99 % confidence at least `over` + 1 of the samples must lie beyond the true
 * percentile. We take over = 1, the least count with which MLPerf itself reports a percentile (662 samples for p99): then the
 * value rests on more than the one slowest request.
 */

export const CONFIDENCE = 0.99;
export const SAMPLES_OVER = 1;

/** P[at most `over` of `samples` lie beyond the percentile], exactly: the lower tail of Binomial(samples, 1 - percentile / 100). */
export function tailProbability(percentile: number, samples: number, over: number): number {
  const beyond = 1 - percentile / 100;
  const ratio = beyond / (1 - beyond);
  // Each term from the one before it. The first underflows to zero only where the whole tail is far below any bound of ours.
  let term = Math.exp(samples * Math.log1p(-beyond));
  let sum = term;
  for (let count = 1; count <= Math.min(over, samples); count++) {
    term *= ((samples - count + 1) / count) * ratio;
    sum += term;
  }
  return sum;
}

/**
 * Least number of samples that supports a percentile.
 * @param percentile above 0 and below 100; 100 stands for the maximum, which any sample supports
 */
export function samplesNeeded(percentile: number, over = SAMPLES_OVER): number {
  if (percentile >= 100) return 1;
  const enough = (samples: number) => tailProbability(percentile, samples, over) <= 1 - CONFIDENCE;
  let high = over + 1;
  while (!enough(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (enough(middle)) high = middle;
    else low = middle;
  }
  return high;
}

export function isSupported(percentile: number, samples: number): boolean {
  return samples > 0 && samples >= samplesNeeded(percentile);
}
