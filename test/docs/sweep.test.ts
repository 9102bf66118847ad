import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AXES } from '../../core/sweep.js';
import { FIGURES } from '../../core/sweep-points.js';
import { parseAxis } from '../../sweep/axis-text.js';
import { assertExampleCompiles } from '../support/example.js';
import { projectRoot } from '../support/paths.js';

const text = readFileSync(join(projectRoot, 'docs', 'sweep.md'), 'utf8');

test('docs/sweep.md names every axis and every figure', () => {
  for (const { flag } of Object.values(AXES)) assert.ok(text.includes(`| \`${flag}\` |`), flag);
  for (const name of FIGURES) assert.ok(text.includes(`\`${name}\``), name);
});

test('every axis that it writes is one', () => {
  const axes = [...text.matchAll(/--sweep ([a-z-]+=[^\s`]+)/g)].map(([, axis]) => axis);
  assert.ok(axes.length > 6);
  for (const axis of axes) assert.ok(parseAxis(axis).values.length > 0, axis);
  assert.deepEqual(parseAxis('clients=1,10..50:10').values, [1, 10, 20, 30, 40, 50], "as aibench's scripts have it");
  assert.deepEqual(parseAxis('clients=1,16..160:16').values, [1, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160]);
});

test('the example for programs compiles under the strictest rules', (t) => assertExampleCompiles(t, text));
