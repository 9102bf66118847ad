/** Servers that put requests together may hold them back until enough have come. */
import { counted, grouped } from './quantity.js';

/**
 * Of a model that waits for `minBatchSize` rows without a timeout.
 * @param rowsInFlight on the way at the same time, at most
 * @returns the beginning of a sentence, or null where so many rows may come together
 */
export function waitForEver(minBatchSize: number, rowsInFlight: number): string | null {
  if (minBatchSize <= rowsInFlight) return null;
  return `The server would wait for ever: ${counted(rowsInFlight, 'row is', 'rows are')} in flight at most, and it waits for ${grouped(minBatchSize)}`;
}
