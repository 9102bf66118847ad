import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve } from '../../serve/serve.js';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test('generate makes a data set, says what is in it, and finds it whole the second time', async (t) => {
  const cwd = temporaryFolder(t);
  const args = ['generate', 'fraud', '--out', 'set', '--rows', '500', '--rows-per-shard', '200', '--seed', '9', '--reference-values', '16'];
  const first = await runCli(args, { cwd });
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /set: 500 rows in 3 shards/);
  assert.match(first.stdout, /next: inferplay load set --to redisai:\/\/127\.0\.0\.1:6379, or wherever your server is {3}\(or look: inferplay inspect set\)/);
  const manifest = readFileSync(join(cwd, 'set', 'manifest.json'), 'utf8');
  const again = await runCli(args, { cwd });
  assert.equal(again.code, 0, again.stderr);
  assert.equal(readFileSync(join(cwd, 'set', 'manifest.json'), 'utf8'), manifest);
  assert.match(again.stdout, /already there, unchanged/);
});

test('a bad row ends with code 3, file, line, column and text, and leaves nothing that looks whole', async (t) => {
  const cwd = temporaryFolder(t);
  const header = ['Time', ...Array.from({ length: 28 }, (_, index) => `V${index + 1}`), 'Amount', 'Class'];
  const row = header.map(() => '1');
  const bad = [...row];
  bad[header.indexOf('V7')] = 'seven';
  writeFileSync(join(cwd, 'bad.csv'), [header, row, bad, row].map((fields) => fields.join(',')).join('\n'));
  const failed = await runCli(['generate', 'fraud', '--input', 'bad.csv', '--out', 'set'], { cwd });
  assert.equal(failed.code, 3);
  for (const word of ['bad.csv', 'line 3', 'V7', 'seven']) assert.ok(failed.stderr.includes(word), failed.stderr);
  assert.equal(failed.stderr.trim().split('\n').length, 1, failed.stderr);
  assert.ok(!existsSync(join(cwd, 'set', 'manifest.json')));
  const skipped = await runCli(['generate', 'fraud', '--input', 'bad.csv', '--out', 'set', '--on-bad-row', 'skip'], { cwd });
  assert.equal(skipped.code, 0, skipped.stderr);
  assert.match(skipped.stdout, /2 rows in 1 shard,[\s\S]*1 bad row was skipped/);
});

test('images are made, and more threads than decode are hinted at', async (t) => {
  const cwd = temporaryFolder(t);
  const args = ['generate', 'vision', '--out', 'set', '--count', '3', '--size', '32', '--alpha', '0.25', '--scale', '-1..1', '--no-exif-orientation'];
  const hinted = await runCli([...args, '--threads', '6'], { cwd, env: { UV_THREADPOOL_SIZE: '' } });
  assert.equal(hinted.code, 0, hinted.stderr);
  assert.match(hinted.stdout, /set: 3 rows in 1 shard.*\n {2}model mobilenet_v1_025_32 .*: image → MobilenetV1/);
  const { options } = JSON.parse(readFileSync(join(cwd, 'set', 'manifest.json'), 'utf8')) as { options: { scale: string; exifOrientation: boolean } };
  assert.deepEqual([options.scale, options.exifOrientation], ['-1..1', false]);
  assert.match(hinted.stderr, /^hint: pictures are decoded by 4 threads at most, however many --threads there are; set UV_THREADPOOL_SIZE=6 /);
  for (const [threads, size] of [['6', '6'], ['2', '']]) {
    assert.ok(!(await runCli([...args, '--threads', threads], { cwd, env: { UV_THREADPOOL_SIZE: size } })).stderr.includes('hint'));
  }
});

test('float16, which RedisAI cannot take, is told by generate and refused by load', async (t) => {
  const cwd = temporaryFolder(t);
  const made = await runCli(['generate', 'vision', '--out', 'set', '--count', '2', '--size', '32', '--alpha', '0.25', '--dtype', 'float16'], { cwd });
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /RedisAI has no tensors of type float16: .* but not replayed there\n$/);
  const server = await serve({ port: 0 });
  t.after(() => server.close());
  const { code, stderr } = await runCli(['load', 'set', '--to', server.url], { cwd });
  assert.deepEqual([code, stderr], [3, 'error: RedisAI has no tensors of type float16, which the model would be given in the column "image": generate the data set with --dtype float32 or uint8.\n']);
});

test('an image that cannot be used ends with code 3 and one sentence', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'bad.jpg'), 'no picture');
  const failed = await runCli(['generate', 'vision', '--images', 'bad.jpg', '--out', 'set', '--alpha', '0.25'], { cwd });
  assert.equal(failed.code, 3);
  assert.match(failed.stderr, /^error: bad\.jpg: it is not a JPEG, PNG, WebP, GIF, TIFF or AVIF picture; replace the file, or leave such images out with --on-bad-image skip\.\n$/);
  assert.ok(!existsSync(join(cwd, 'set')));
});

test('a file where the folder should be is told in one sentence', async (t) => {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'file'), '');
  for (const [out, reason] of [['file', 'there is a file of that name'], ['file/set', 'a part of its path is a file, not a folder']]) {
    const failed = await runCli(['generate', 'fraud', '--rows', '10', '--out', out], { cwd });
    assert.deepEqual([failed.code, failed.stderr], [3, `error: the folder ${out} cannot be made (${reason}); name another one with --out.\n`]);
  }
});

test('the help of a use case has its own examples', async () => {
  const help = async (...args: string[]): Promise<string> => (await runCli(['generate', ...args, '--help'])).stdout;
  for (const [name, other] of [['vision', 'fraud'], ['fraud', 'vision']]) {
    const text = await help(name);
    assert.match(text, new RegExp(`\\nExamples:\\n(  inferplay generate ${name} .*\\n){2,}$`));
    assert.ok(!text.includes(`generate ${other}`), text);
  }
  assert.match(await help(), /generate fraud [^]*generate vision /);
});
