/** One generation of images in a process of its own: `node vision-child.js LIST OUT`. The small model is made as always, for it is a part of the job. */
import { generate } from '../generate/generate.js';

const [images, out] = process.argv.slice(2);
await generate('vision', { images, alpha: 0.25 }, { out, seed: 1, threads: 2 });
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(`${(userCPUTime + systemCPUTime) / 1000} ${maxRSS * 1024}\n`);
