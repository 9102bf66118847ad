/**
 * The one error class of the edges. Failures inside the replay loop are data (see recording.ts), never exceptions.
 */

/**
 * A closed set. Each code maps to one exit code of the command:
 * USAGE 2 (options), DATA 3 (an input or a data set), CONNECT 4 (cannot reach a server),
 * SERVER 5 (the server answered with a refusal), INVALID 6 (the run's verdict), INTERRUPTED 130.
 */
export type ErrorCode = 'USAGE' | 'DATA' | 'CONNECT' | 'SERVER' | 'INVALID' | 'INTERRUPTED';

export const EXIT_CODES: Readonly<Record<ErrorCode, number>> = {
  USAGE: 2,
  DATA: 3,
  CONNECT: 4,
  SERVER: 5,
  INVALID: 6,
  INTERRUPTED: 130,
};

/** An expected failure. The message is one sentence: what was wrong, where, and what to do next. */
export class InferplayError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'InferplayError';
    this.code = code;
  }
}

/** Text of anything that was thrown, on one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}
