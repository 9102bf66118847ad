/** A maker for tests: the column x counts; the rows `failAt` fail, with our error or the system's; each batch takes `pauseMs` and adds 1 to `fills`. */
import { setTimeout as pause } from 'node:timers/promises';
import { InferplayError } from '../../core/errors.js';
import type { BatchMaker } from '../../generate/use-case.js';

export async function createMaker(init: unknown): Promise<BatchMaker> {
  const { failAt, system, pauseMs = 0, fills } = init as { failAt: number[]; system?: string; pauseMs?: number; fills?: SharedArrayBuffer };
  return {
    async fill(firstRow, rows, columns) {
      if (fills !== undefined) Atomics.add(new Int32Array(fills), 0, 1);
      if (pauseMs > 0) await pause(pauseMs);
      const { data } = columns.get('x')!;
      const values = new Float64Array(data.buffer, data.byteOffset, data.byteLength / 8);
      for (let row = 0; row < rows; row += 1) {
        if (failAt.includes(firstRow + row)) {
          if (system !== undefined) throw Object.assign(new Error(`no luck with row ${firstRow + row}`), { code: system });
          throw new InferplayError('DATA', `row ${firstRow + row} is bad`);
        }
        values[row] = firstRow + row;
      }
    },
    async close() {},
  };
}
