/**
 * The one error class of the edges. Failures inside the replay loop are data (see recording.ts), never exceptions.
 */
import { dirname } from 'node:path';

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

/** What Node's codes mean, for the middle of a sentence that has named the path already. */
const SYSTEM_REASONS: { readonly [code: string]: string } = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'there is a file of that name',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: "the disk's quota is used up",
  EFBIG: 'the file would be too large',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links go round in a circle',
  EIO: 'the disk reported an error',
};

/** The same for the middle of a sentence: without a full stop at its end, and without code, call and path of a failed file operation. */
export function reasonOf(error: unknown): string {
  const code = String((error as { code?: unknown } | null | undefined)?.code);
  if (Object.hasOwn(SYSTEM_REASONS, code)) return SYSTEM_REASONS[code];
  return messageOf(error).replace(/[.\s]+$/, '');
}

/** The same for a file that could not be written, perhaps under a temporary name: what is absent then is its folder. */
export function reasonUnwritable(path: string, error: unknown): string {
  return (error as { code?: unknown } | null | undefined)?.code === 'ENOENT' ? `there is no folder ${dirname(path)}` : reasonOf(error);
}
