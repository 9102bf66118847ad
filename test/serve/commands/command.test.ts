import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command, globToRegExp } from '../../../serve/commands/command.js';

test('glob patterns', () => {
  const cases: [string, string, boolean][] = [
    ['*', 'any\nthing', true], ['h?llo', 'hello', true], ['h?llo', 'hllo', false], ['h[ae]llo', 'hallo', true], ['h[^e]llo', 'hello', false],
    ['h[a-c]llo', 'hbllo', true], ['h[c-a]llo', 'hbllo', true], ['a\\*b', 'a*b', true], ['a\\*b', 'axb', false], ['a.b', 'axb', false],
    ['{1}*', '{1}x', true], ['[', 'x', false], ['a[]', 'a', false], ['***a', 'xa', true], ['(+)$^|', '(+)$^|', true],
  ];
  for (const [pattern, text, expected] of cases) assert.equal(globToRegExp(pattern).test(text), expected, `${pattern} on ${text}`);
});

test('flags come as one text', () => {
  assert.deepEqual(command('x', 1, 'write fast', [0, 0, 0], () => {}).flags, ['write', 'fast']);
});
