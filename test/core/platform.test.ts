import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { inferplayVersion, platform } from '../../core/platform.js';
import { projectRoot } from '../support/paths.js';

test('the facts of the machine are there and are JSON', () => {
  const facts = platform();
  assert.deepEqual(JSON.parse(JSON.stringify(facts)), facts);
  assert.equal(facts.node, process.versions.node);
  assert.ok(facts.cores >= 1 && facts.memoryBytes > 1e6 && facts.os.length > 0 && facts.cpu.length > 0);
});

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  assert.equal(inferplayVersion(), version);
});

test('nothing of the environment is kept', () => {
  process.env.INFERPLAY_TEST_SECRET = 'hunter2-in-the-environment';
  assert.doesNotMatch(JSON.stringify(platform()), /hunter2/);
  delete process.env.INFERPLAY_TEST_SECRET;
});
