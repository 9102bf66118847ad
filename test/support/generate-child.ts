/** Run by tests in a process of its own, which they kill: generates what the arguments say, and tells each step on stdout. */
import { generate } from '../../generate/generate.js';

const [useCase, options, given] = process.argv.slice(2);
await generate(useCase, JSON.parse(options) as object as { [name: string]: unknown }, {
  ...(JSON.parse(given) as { out: string }),
  onProgress: ({ done }) => process.stdout.write(`${done}\n`),
});
process.stdout.write('whole\n');
