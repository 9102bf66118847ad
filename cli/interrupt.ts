import { EXIT_CODES } from '../core/errors.js';
import { note } from './terminal.js';

/**
 * The first Ctrl-C (or SIGTERM) asks the stage to end in an orderly way; the second ends the process at once.
 */
export function interruption(): { signal: AbortSignal; interrupted: () => boolean; dispose: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.INTERRUPTED);
    note('\nstopping; once more ends at once');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    interrupted: () => controller.signal.aborted,
    dispose: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
