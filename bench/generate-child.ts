/** One generation in a process of its own: `node generate-child.js INPUT OUT ROWS`; ROWS 0 means as many as the input has. */
import { generate } from '../generate/generate.js';

const [input, out, rows] = process.argv.slice(2);
await generate('fraud', { input, ...(rows === '0' ? {} : { rows }) }, { out, seed: 1, threads: 2 });
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
