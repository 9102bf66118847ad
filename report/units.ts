/** Numbers of a report as a person reads them. */
import { grouped } from '../core/quantity.js';

/** Three significant digits without an exponent: `0.108`, `1.29`, `12.9`, `1,290`. */
export function threeDigits(value: number): string {
  if (value === 0) return '0';
  if (value >= 99.95) return grouped(value);
  return value >= 9.995 ? value.toFixed(1) : value >= 0.9995 ? value.toFixed(2) : value.toFixed(3);
}

/** Decimals for a whole table, so that its columns align: as many as its typical value deserves. */
export function decimals(typical: number): number {
  return typical < 10 ? 2 : typical < 1000 ? 1 : 0;
}

/** `1,290.5` */
export function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export interface Unit {
  readonly name: 'µs' | 'ms' | 's';
  readonly perMs: number;
}

/** One unit for a whole table, chosen by its typical value, so that columns can be compared at a glance. */
export function unitFor(ms: number): Unit {
  if (ms < 1) return { name: 'µs', perMs: 1000 };
  return ms < 10_000 ? { name: 'ms', perMs: 1 } : { name: 's', perMs: 0.001 };
}

/** `1,999/s`, and `12.3/s` where whole numbers would hide something. */
export function perSecond(rate: number): string {
  return `${threeDigits(rate)}/s`;
}

/** `97.3 %`; 100 only for all, and 0 only for none. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return '<0.01 %';
  const digits = value < 1 ? 2 : 1;
  const floored = Math.floor(value * 10 ** digits + 1e-9) / 10 ** digits;
  return `${Number.isInteger(value) ? value : floored} %`;
}
