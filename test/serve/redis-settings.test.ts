import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemory, REDIS_SETTINGS } from '../../serve/redis-settings.js';

test('sizes are read as Redis reads them', () => {
  for (const [text, bytes] of [
    ['0', 0], ['100', 100], ['1k', 1000], ['1kb', 1024], ['3MB', 3 * 1024 ** 2], ['2g', 2e9], ['1gb', 1024 ** 3], ['5b', 5], ['', 0], ['mb', 0], ['99999999999999999999', Number.MAX_SAFE_INTEGER],
  ] as const) assert.equal(parseMemory(text), bytes, text);
  for (const text of ['-1', '1.5mb', '1tb', ' 1', '1 mb', '99999999999gb', '0x10', 'constructor']) assert.ok(Number.isNaN(parseMemory(text)), text);
});

test('each parameter knows which texts are wrong, and why', () => {
  const problem = (name: string, text: string): string | null => REDIS_SETTINGS.get(name)!.kind!.problem(text);
  assert.equal(problem('activedefrag', 'Yes'), null);
  assert.equal(problem('activedefrag', '1'), "argument must be 'yes' or 'no'");
  assert.equal(problem('loglevel', 'loud'), 'argument must be one of the following: debug, verbose, notice, warning');
  assert.equal(problem('hz', '01'), "argument couldn't be parsed into an integer");
  assert.equal(problem('active-expire-effort', '11'), 'argument must be between 1 and 10 inclusive');
  assert.equal(problem('repl-backlog-size', '0'), 'argument must be between 1 and 9223372036854775807 inclusive');
  assert.equal(REDIS_SETTINGS.get('databases')!.kind, null);
});

test('every value is one that its parameter takes', () => {
  assert.ok(REDIS_SETTINGS.size > 140);
  for (const [name, { kind, value }] of REDIS_SETTINGS) {
    if (kind === null) continue;
    assert.equal(kind.problem(value), null, name);
    assert.equal(kind.normal(value), value, name);
  }
});
