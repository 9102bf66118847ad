import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertExampleCompiles } from '../support/example.js';
import { projectRoot } from '../support/paths.js';

const text = readFileSync(join(projectRoot, 'docs', 'result.md'), 'utf8');

test('the example for programs compiles under the strictest rules', (t) => assertExampleCompiles(t, text));

test('what is said of passwords and folders is so', () => {
  assert.doesNotMatch(text, /\*\*\*/, 'user and password are left out, not starred');
  assert.match(text, /only where it is given `out`/);
});
