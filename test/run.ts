/**
 * `npm test [-- part-of-a-path …]`: runs every *.test.js of the build, one file at a time in a process of its own.
 * The command line of `node --test` finds files by rules that differ between node 20 and 22; this list does not.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.js') && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
  .sort()
  .map((name) => join(folder, name));

if (files.length === 0) {
  console.error(`No test file's path contains ${wanted.join(' or ')}.`);
  process.exit(2);
}
// One at a time: tests start real servers, and measurements of two at once would disturb each other.
const results = run({ files, concurrency: 1 });
results.on('test:fail', () => (process.exitCode = 1));
results.compose(new spec()).pipe(process.stdout);
