import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command, globToRegExp, int32Problem } from '../../../serve/commands/command.js';

test('glob patterns', () => {
  const cases: [string, string, boolean][] = [
    ['*', 'any\nthing', true], ['h?llo', 'hello', true], ['h?llo', 'hllo', false], ['h[ae]llo', 'hallo', true], ['h[^e]llo', 'hello', false],
    ['h[a-c]llo', 'hbllo', true], ['h[c-a]llo', 'hbllo', true], ['a\\*b', 'a*b', true], ['a\\*b', 'axb', false], ['a.b', 'axb', false],
    ['{1}*', '{1}x', true], ['[', 'x', false], ['a[]', 'a', false], ['***a', 'xa', true], ['*', '', false], ['', '', true], ['a*', 'a', true], ['[]a]', 'a', false], ['a[]]', 'a]', false], ['[a-]]', '^', true],
    ['[\\]]', ']', true], ['[\\a-c]', '-', true], ['[^a', 'b', true], ['[a', 'a', true], ['\xff[\xe0-\xef]', '\xff\xe5', true], ['a\\', 'a\\', true], ['(+)$^|', '(+)$^|', true],
  ];
  for (const [pattern, text, expected] of cases) assert.equal(globToRegExp(pattern).test(text), expected, `${pattern} on ${text}`);
});

test('flags come as one text', () => {
  assert.deepEqual(command('x', 1, 'write fast', [0, 0, 0], () => {}).flags, ['write', 'fast']);
});

test('categories follow from flags, and further ones are given; modules have none', () => {
  const categories = (name: string, flags: string): string => command(name, 1, flags, [0, 0, 0], () => {}).categories.join(' ');
  assert.equal(categories('x', 'write fast @string'), '@write @string @fast');
  assert.equal(categories('x', 'admin noscript @connection'), '@admin @slow @dangerous @connection');
  assert.equal(categories('ai.x', 'write'), '');
});

test('numbers of 32 bits have their own error', () => {
  for (const value of [0, -(2 ** 31), 2 ** 31 - 1]) assert.equal(int32Problem(value), null);
  for (const value of [-(2 ** 31) - 1, 2 ** 31]) assert.equal(int32Problem(value), 'ERR value is out of range, value must between -2147483648 and 2147483647');
  assert.equal(int32Problem(NaN), 'ERR value is not an integer or out of range');
});
