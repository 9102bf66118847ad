import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchVision } from '../../bench/vision.js';

test('the vision benchmark runs and has its targets', async () => {
  const rows = await benchVision('smoke');
  const value = (name: string): number => rows.find((row) => row.name.startsWith(name))!.value;
  assert.ok(value('whole job,') > 0 && value('whole job / sharp alone') > 0 && value('uint8 to float32') > 0);
  assert.ok(value('peak RSS') > 20);
  assert.deepEqual(rows.flatMap(({ name, target }) => (target === undefined || name.includes('PIL') ? [] : [target])), [{ atLeast: 0.95 }, { atMost: 2.5 }, { atMost: 400 }, { atMost: 400 }]);
});
