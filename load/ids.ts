/**
 * Ids that were loaded, kept as runs of consecutive numbers so that they can be counted at the end without reading the data set
 * again. Ids are row numbers in most data sets: one run. Where they are scattered the list is given up at a limit.
 */

export const RUNS_MAX = 1 << 16;

export interface IdRuns {
  add(ids: Float64Array): void;
  /** Number of ids added. */
  readonly count: number;
  /** True when there were too many runs: `chunks` is not to be used then. */
  readonly overflow: boolean;
  /** The ids in the order they were added, at most `size` at a time, in an array that is used again. */
  chunks(size: number): Generator<Float64Array>;
}

export function idRuns(runsMax = RUNS_MAX): IdRuns {
  /** Pairs of first id and length. */
  const runs: number[] = [];
  let next = NaN;
  let count = 0;
  let overflow = false;
  return {
    get count() {
      return count;
    },
    get overflow() {
      return overflow;
    },
    add(ids) {
      count += ids.length;
      if (overflow) return;
      for (let at = 0; at < ids.length; at++) {
        const id = ids[at];
        if (id === next) runs[runs.length - 1]++;
        else if (runs.length >= runsMax * 2) {
          overflow = true;
          runs.length = 0;
          return;
        } else runs.push(id, 1);
        next = id + 1;
      }
    },
    *chunks(size) {
      const chunk = new Float64Array(size);
      let filled = 0;
      for (let run = 0; run < runs.length; run += 2) {
        for (let at = 0; at < runs[run + 1]; at++) {
          chunk[filled++] = runs[run] + at;
          if (filled < size) continue;
          yield chunk;
          filled = 0;
        }
      }
      if (filled > 0) yield chunk.subarray(0, filled);
    },
  };
}
