/** The README's commands are run as a user would run them, in order, in an empty folder. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeKaggleCsv } from '../../generate/kaggle.js';
import { serve } from '../../serve/serve.js';
import { missing, projectRoot, sharedData, temporaryFolder } from '../support/paths.js';
import { freePort } from '../support/redis-server.js';

const QUANTIZED = 'mobilenet_v1_0.75_192_quant.onnx';

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');

/** Code blocks of a language that say that they are not run because they need something, or, by default, those that say nothing. */
function blocks(language: string, needs?: string): string[] {
  const fence = new RegExp(`(<!-- not run: [^>]*-->\\n)?\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g');
  return [...readme.matchAll(fence)].filter((match) => (needs === undefined ? match[1] === undefined : match[1]?.includes(`needs ${needs}`))).map((match) => match[2]);
}

test('the README runs', async (t) => {
  const folder = temporaryFolder(t);
  const port = await freePort();
  const path = fakeNpm(folder);
  await writeKaggleCsv(join(folder, 'creditcard.csv'), { rows: 3000, seed: 7 });
  // The server that the README starts in the background ends with the shell's process group.
  const script = ['set -e', "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT", ...blocks('sh')].join('\n');
  const { code, output } = await run('bash', ['-c', script.replaceAll('6379', String(port))], folder, path);
  assert.equal(code, 0, output);
  assert.ok(!output.includes('INVALID'), output);
  for (const made of ['data/fraud-demo', 'data/fraud', 'data/kaggle', 'data/cycled', 'data/from-aibench', 'data/painted']) {
    assert.ok(existsSync(join(folder, made, 'manifest.json')), made);
  }
  assert.match(output, /all \d+ checks passed/);
});

test("the README's commands for COCO run", { skip: missing(join(sharedData, 'coco')) || missing(join(sharedData, 'models', QUANTIZED)) }, async (t) => {
  const folder = temporaryFolder(t);
  const inputs = { val2017: 'coco/images', 'instances_val2017.json': 'coco/instances.json', 'mobilenet_quant.onnx': `models/${QUANTIZED}`, 'labels.txt': 'models/imagenet_labels.txt' };
  for (const [name, path] of Object.entries(inputs)) symlinkSync(join(sharedData, path), join(folder, name));
  const server = await serve({ port: 0 });
  t.after(() => server.close());
  const [script] = blocks('sh', 'COCO');
  const { code, output } = await run('bash', ['-c', `set -e\n${script.replaceAll('6379', String(server.port))}`], folder, fakeNpm(folder));
  assert.equal(code, 0, output);
  assert.ok(!output.includes('INVALID'), output);
  // What load says of the replay that comes next is so.
  assert.ok(!output.includes('not ready for a replay'), output);
  assert.match(output, /model mobilenet_[^]*48 ok, 0 failed[^]*48 answers checked, all right/);
});

test("the README's TypeScript runs", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(projectRoot, join(folder, 'node_modules', 'inferplay'));
  const [code] = blocks('ts');
  writeFileSync(join(folder, 'example.mjs'), code);
  const ran = await run(process.execPath, ['example.mjs'], folder, process.env.PATH ?? '');
  assert.equal(ran.code, 0, ran.output);
  assert.match(ran.output, /^(VALID|SUSPECT) \S/m);
});

/** `npm ci` has happened and `npm start`, `npx inferplay` mean this build: put such an `npm` and `npx` first on the PATH. */
function fakeNpm(folder: string): string {
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  const main = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
  const scripts = { npm: `[ "$1" = start ] && exec "${process.execPath}" "${main}" demo --duration 3s; exit 0`, npx: `shift; exec "${process.execPath}" "${main}" "$@"` };
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return `${bin}:${process.env.PATH}`;
}

function run(command: string, args: string[], cwd: string, path: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(command, args, { cwd, env: { ...process.env, PATH: path, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (output += piece.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
