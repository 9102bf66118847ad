/**
 * A seeded generator in the shape of Kaggle's "Credit Card Fraud Detection" data (ULB, 284,807 transactions of two days in
 * September 2013): not one real row, but the same columns, scales, daily rhythm, share of frauds and way of writing numbers.
 * Any batch of rows can be made alone. The published summary statistics of the set are the only thing taken from it.
 */
import { deriveSeed, fillHash32 } from '../core/random.js';

/** Rows and frauds of the real file. */
export const KAGGLE_ROWS = 284_807;
const FRAUD_SHARE = 492 / KAGGLE_ROWS;

/** Columns of a transaction: Time, V1 to V28, Amount. */
export const TRANSACTION_VALUES = 30;
export const COMPONENTS = 28;

/** Standard deviations of V1 to V28; their means are 0, since they are principal components. */
const V_DEVIATIONS = [
  1.959, 1.651, 1.516, 1.416, 1.38, 1.332, 1.237, 1.194, 1.099, 1.089, 1.021, 0.999, 0.995, 0.959, 0.915, 0.876, 0.849, 0.838,
  0.814, 0.771, 0.735, 0.726, 0.624, 0.606, 0.521, 0.482, 0.404, 0.33,
];

/** Means of V1 to V28 over the frauds, which also spread about twice as wide. */
const FRAUD_MEANS = [
  -4.8, 3.6, -7, 4.5, -3.2, -1.4, -5.6, 0.6, -2.6, -5.7, 3.8, -6.3, -0.1, -7, -0.1, -4.1, -6.7, -2.2, 0.7, 0.4, 0.7, 0, 0, -0.1, 0,
  0.1, 0.2, 0.1,
];
const FRAUD_SPREAD = 2;

/** Mean and standard deviation of each of the 30 values, in column order: what a model scales its input by. */
export const COLUMN_MEANS: readonly number[] = [94_814, ...V_DEVIATIONS.map(() => 0), 88.35];
export const COLUMN_DEVIATIONS: readonly number[] = [47_488, ...V_DEVIATIONS, 250.1];

/** Half of the amounts are below 22, and their mean is 88: a log-normal with this sigma. */
const AMOUNT_MEDIAN = 22;
const AMOUNT_SIGMA = 1.665;
const AMOUNT_MAX_CENTS = 2_569_116;
/** Shares of amounts that are whole, and that end in .99: prices are not uniform in their cents. */
const WHOLE_SHARE = 0.2;
const NINETY_NINE_SHARE = 0.1;

/** Transactions by hour of the day, in thousands: quiet before dawn, busy from nine in the morning to ten at night. */
const HOURLY = [7.7, 4.2, 3.3, 3.5, 2.2, 3, 4.1, 7.2, 10.3, 15.8, 16.6, 16.9, 15.4, 15.4, 16.6, 16.5, 16.5, 16.2, 17, 15.6, 16.8, 17.7, 15.4, 10.9];
const HOUR_S = 3600;

const WORD = 2 ** 32;
const PURPOSE_KAGGLE = 1;

/** Which random word of a row serves what. */
const WORD_CLASS = 0;
const WORD_TIME = 1;
const WORD_AMOUNT = 2;
const WORD_CENTS = 3;
const WORD_V = 4;
const WORDS = WORD_V + COMPONENTS;

/** Powers of ten that a double holds exactly: a whole number below 2^53 divided by one of them is rounded once, as a parser does. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Cumulative share of transactions at the start of each hour of two days: 49 values from 0 to 1. */
const HOUR_SHARES = cumulativeHours();
const QUANTILES = normalQuantiles(4096, 4);

function cumulativeHours(): Float64Array {
  const shares = new Float64Array(2 * HOURLY.length + 1);
  for (let hour = 0; hour < 2 * HOURLY.length; hour++) shares[hour + 1] = shares[hour] + HOURLY[hour % HOURLY.length];
  return shares.map((share) => share / shares[shares.length - 1]);
}

/** Quantiles of the normal distribution cut at ±limit, at 0, 1/steps, 2/steps … 1, by integrating the density once. */
function normalQuantiles(steps: number, limit: number): Float64Array {
  const width = 1e-4;
  const cells = Math.round((2 * limit) / width);
  const cumulative = new Float64Array(cells + 1);
  for (let cell = 0; cell < cells; cell++) {
    const middle = -limit + (cell + 0.5) * width;
    cumulative[cell + 1] = cumulative[cell] + Math.exp((-middle * middle) / 2);
  }
  const quantiles = new Float64Array(steps + 1).fill(limit);
  for (let step = 0, cell = 0; step < steps; step++) {
    const aim = (cumulative[cells] * step) / steps;
    while (cumulative[cell + 1] <= aim) cell++;
    const within = (aim - cumulative[cell]) / (cumulative[cell + 1] - cumulative[cell]);
    quantiles[step] = -limit + (cell + within) * width;
  }
  return quantiles;
}

/** A standard normal value from a uniform word: upper 12 bits choose the interval, the others the place within it. */
function normal(word: number): number {
  const interval = word >>> 20;
  const low = QUANTILES[interval];
  return low + (QUANTILES[interval + 1] - low) * ((word & 0xfffff) / 2 ** 20);
}

/** Seconds since the first transaction at a share of all transactions: the inverse of the daily rhythm. */
function secondsAt(share: number): number {
  let low = 0;
  let high = HOUR_SHARES.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (HOUR_SHARES[middle] <= share) low = middle;
    else high = middle;
  }
  return Math.floor((low + (share - HOUR_SHARES[low]) / (HOUR_SHARES[low + 1] - HOUR_SHARES[low])) * HOUR_S);
}

/** One row as decimal numbers: value = mantissa / 10^decimals, exactly what its text says. */
export interface KaggleRow {
  timeS: number;
  label: 0 | 1;
  amountCents: number;
  /** V1 to V28: whole numbers of at most 15 digits, signed. */
  readonly mantissas: Float64Array;
  readonly decimals: Uint8Array;
}

/** Makes rows one by one into the same object. */
export class KaggleRows {
  readonly row: KaggleRow = { timeS: 0, label: 0, amountCents: 0, mantissas: new Float64Array(COMPONENTS), decimals: new Uint8Array(COMPONENTS) };
  readonly #seed: number;
  readonly #totalRows: number;
  readonly #words = new Uint32Array(WORDS);

  /** @param totalRows of the whole set: the two days are spread over them */
  constructor(seed: number, totalRows: number) {
    this.#seed = deriveSeed(seed, PURPOSE_KAGGLE);
    this.#totalRows = totalRows;
  }

  make(index: number): KaggleRow {
    const { row } = this;
    const words = this.#words;
    fillHash32(this.#seed, index, words, 0, WORDS);
    row.label = words[WORD_CLASS] < FRAUD_SHARE * WORD ? 1 : 0;
    // Every row has its own slice of the two days and a random place in it, so that times ascend whatever batch is made.
    row.timeS = secondsAt((index + words[WORD_TIME] / WORD) / this.#totalRows);
    row.amountCents = cents(normal(words[WORD_AMOUNT]), words[WORD_CENTS] / WORD);
    for (let component = 0; component < COMPONENTS; component++) {
      const spread = V_DEVIATIONS[component] * normal(words[WORD_V + component]);
      this.#setComponent(component, row.label === 1 ? FRAUD_MEANS[component] + spread * FRAUD_SPREAD : spread);
    }
    return row;
  }

  /** Rounds to 15 significant digits, as the real file has them. */
  #setComponent(component: number, value: number): void {
    const size = Math.abs(value);
    let decimals = size >= 10 ? 13 : size >= 1 ? 14 : 15;
    while (decimals < 22 && size * POWERS_OF_TEN[decimals] < 1e14) decimals++;
    this.row.mantissas[component] = Math.round(value * POWERS_OF_TEN[decimals]);
    this.row.decimals[component] = decimals;
  }
}

function cents(z: number, style: number): number {
  const amount = Math.min(AMOUNT_MAX_CENTS, Math.round(100 * AMOUNT_MEDIAN * Math.exp(AMOUNT_SIGMA * z)));
  if (style < WHOLE_SHARE) return Math.round(amount / 100) * 100;
  if (style < WHOLE_SHARE + NINETY_NINE_SHARE) return Math.floor(amount / 100) * 100 + 99;
  return amount;
}
