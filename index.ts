export { InferplayError, EXIT_CODES } from './core/errors.js';
export type { ErrorCode } from './core/errors.js';
