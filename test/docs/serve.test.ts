/** What docs/serve.md tells of the command line is there, and its laboratory can be followed line by line. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { mainFile, runCli } from '../support/cli.js';
import { projectRoot, temporaryFolder } from '../support/paths.js';
import { freePort } from '../support/redis-server.js';

const text = readFileSync(join(projectRoot, 'docs', 'serve.md'), 'utf8');

test('every option of the command line is in it, and no other', async () => {
  const { stdout } = await runCli(['serve', '--help']);
  const options = [...stdout.matchAll(/^ {2}(--[a-z-]+)/gm)].map(([, option]) => option).sort();
  assert.ok(options.length > 20, stdout);
  const rows = text.split('\n').filter((line) => line.startsWith('| `')).join('\n');
  const told = [...rows.matchAll(/`(--[a-z-]+)/g)].map(([, option]) => option);
  assert.deepEqual([...new Set(options)], [...new Set(told)].sort());
});

test('the laboratory runs as it is written, in less time', async (t) => {
  const section = text.slice(text.indexOf('## The laboratory'), text.indexOf('## Where it differs'));
  const blocks = [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block);
  assert.equal(blocks.length, 4);
  const command = `"${process.execPath}" "${mainFile}"`;
  const script = ['set -e', "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", ...blocks, 'wait'].join('\n')
    .replaceAll('7511', String(await freePort())).replaceAll('7512', String(await freePort()))
    .replaceAll('npx inferplay', command).replaceAll('node dist/cli/main.js', command)
    // A machine that is busy may make a run invalid, which is not what is looked at here.
    .replaceAll(/(replay .*) --(?:duration \d+s|requests \d+)$/gm, '$1 --duration 1s --warmup 100ms || test $? = 6');
  const { code, output } = await shell(script, temporaryFolder(t));
  assert.equal(code, 0, output);
  assert.equal(output.match(/laboratory: (?:exponential service times of 4 ms|service times of 1 ms), 1 server/g)?.length, 2, output);
  assert.equal(output.match(/^requests {4}[\d,]+ ok, 0 failed/gm)?.length, 3, output);
});

function shell(script: string, cwd: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn('bash', ['-c', script], { cwd, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
