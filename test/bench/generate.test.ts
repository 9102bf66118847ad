import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchGenerate } from '../../bench/generate.js';

test('the generate benchmark runs and measures', async () => {
  const rows = await benchGenerate('smoke');
  const value = (name: string): number => rows.find((row) => row.name.startsWith(name))!.value;
  assert.ok(value('whole job') > 0);
  assert.ok(value('peak RSS') > 10);
  assert.ok(rows.some((row) => row.target?.atMost === 200));
});
