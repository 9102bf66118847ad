/** Points in time at which keys expire: any that Redis can hold in 64 bits. */
import { INT64_MAX, INT64_MIN } from './numbers.js';

/** Milliseconds since the epoch; a bigint only where a number would not hold them exactly, which is 285,000 years from now. */
export type Instant = number | bigint;

/**
 * The time that a number means.
 * @param unitMs of the number: a second or a millisecond
 * @param relative to now
 * @returns null when 64 bits cannot hold it
 */
export function instantOf(given: bigint, unitMs: bigint, relative: boolean): Instant | null {
  const ms = given * unitMs;
  const at = relative ? ms + BigInt(Date.now()) : ms;
  if (ms < INT64_MIN || at > INT64_MAX) return null;
  const number = Number(at);
  return Number.isSafeInteger(number) ? number : at;
}

/** Milliseconds from now to then, none when it is past; exact. */
export function millisecondsTo(at: Instant): Instant {
  if (typeof at === 'bigint') return at - BigInt(Date.now());
  return Math.max(0, at - Date.now());
}
