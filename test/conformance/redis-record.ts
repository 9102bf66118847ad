/**
 * `node dist/test/conformance/redis-record.js PORT` plays redis-sequences.txt against the Redis server on that port of this machine and keeps its
 * replies for `redis.test.ts`. It must be a 6.2.14, as ours answers, and an empty one: all its keys are deleted.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/paths.js';
import { play, REPLIES, sequences } from './redis-play.js';

const port = Number(process.argv[2]);
const [version] = await play(port, { name: 'version', protocol: 2, steps: [{ client: 1, args: ['INFO', 'server'] }] });
if (!version.includes('redis_version:6.2.14')) throw new Error(`This server is not Redis 6.2.14: ${version.slice(0, 100)}`);
const recorded: string[] = [];
for (const sequence of sequences()) recorded.push(`${JSON.stringify(await play(port, sequence))}\n`);
writeFileSync(join(projectRoot, REPLIES), recorded.join(''));
