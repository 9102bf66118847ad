import { InferplayError } from './errors.js';

const UNITS: { readonly [unit: string]: number } = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * `30s`, `500ms`, `2m`, `1.5h` or a number of seconds, as milliseconds.
 * @throws InferplayError USAGE naming `where`
 */
export function parseDuration(text: string, where: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text.trim());
  if (!match) {
    throw new InferplayError('USAGE', `${where}: "${text}" is not a duration; write for example 30s, 500ms, 2m or 1h.`);
  }
  return Number(match[1]) * UNITS[match[2] ?? 's'];
}

/** Milliseconds as a person would say them: `850 ms`, `12.3 s`, `4 min 10 s`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  return h > 0 ? `${h} h ${m} min` : s > 0 ? `${m} min ${s} s` : `${m} min`;
}
