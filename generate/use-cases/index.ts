/** The registry of use cases: one line each. */
import { InferplayError } from '../../core/errors.js';
import type { UseCase } from '../use-case.js';
import { fraud } from './fraud.js';
import { vision } from './vision.js';

// A use case's plan reads exactly the options of its own table, which is what the stage parses for it.
export const useCases: readonly UseCase[] = [fraud as unknown as UseCase, vision as unknown as UseCase];

/** @throws InferplayError USAGE for an unknown name */
export function useCaseByName(name: string): UseCase {
  const found = useCases.find((useCase) => useCase.name === name);
  if (found !== undefined) return found;
  throw new InferplayError('USAGE', `there is no use case "${name}"; there are: ${useCases.map((useCase) => useCase.name).join(', ')}.`);
}
