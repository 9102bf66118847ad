/** The peer: sharp alone decodes, resizes and crops, four pictures at a time, and throws them away. `node vision-sharp.js LIST` */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

const [list] = process.argv.slice(2);
const paths = readFileSync(list, 'utf8').trim().split('\n').map((name) => join(dirname(list), name));
sharp.concurrency(1);
sharp.cache(false);
let next = 0;
async function lane(): Promise<void> {
  while (next < paths.length) {
    const path = paths[next++];
    await sharp(path).resize(256, 256, { fit: 'outside', kernel: 'linear' }).extract({ left: 58, top: 16, width: 224, height: 224 }).raw().toBuffer();
  }
}
await Promise.all(Array.from({ length: 4 }, lane));
const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
process.stdout.write(`${(userCPUTime + systemCPUTime) / 1000} ${maxRSS * 1024}\n`);
