import { EXIT_CODES } from '../core/errors.js';
import { note } from './terminal.js';

export interface Interruption {
  readonly signal: AbortSignal;
  /** The process was asked to end before its command was done. */
  interrupted(): boolean;
  /** For a command that runs until it is asked to end. */
  acceptAsEnd(): void;
  dispose(): void;
}

/** The first Ctrl-C (or SIGTERM) asks the stage to end in an orderly way; the second ends the process at once. */
export function interruption(): Interruption {
  let normal = false;
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.INTERRUPTED);
    if (!normal) note('\nstopping; once more ends at once');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    interrupted: () => controller.signal.aborted && !normal,
    acceptAsEnd: () => (normal = true),
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
