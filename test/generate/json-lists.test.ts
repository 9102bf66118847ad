import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readJsonLists } from '../../generate/json-lists.js';
import { temporaryFolder } from '../support/paths.js';

const { signal } = new AbortController();

async function read(path: string): Promise<{ a: unknown[]; b: unknown[]; found: string[]; where: string[]; sha256: string }> {
  const lists = { a: [] as unknown[], b: [] as unknown[] };
  const where: string[] = [];
  const { found, sha256 } = await readJsonLists(path, { a: (object, at) => (lists.a.push(object), where.push(at)), b: (object) => lists.b.push(object) }, signal);
  return { ...lists, found: [...found], where, sha256 };
}

test('the objects of the lists are what JSON.parse finds in the file', async (t) => {
  const path = join(temporaryFolder(t), 'x.json');
  const objects = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 5 });
  const files = fc.record({ before: fc.jsonValue(), a: objects, between: fc.jsonValue(), b: objects, c: objects, indent: fc.constantFrom(0, 2) });
  await fc.assert(fc.asyncProperty(files, async ({ indent, ...raw }) => {
    const file = JSON.parse(JSON.stringify(raw)) as typeof raw;
    const text = JSON.stringify(file, null, indent);
    writeFileSync(path, text);
    const { a, b, found, sha256 } = await read(path);
    assert.deepEqual({ a, b, found }, { a: file.a, b: file.b, found: ['a', 'b'] });
    assert.equal(sha256, createHash('sha256').update(text).digest('hex'));
  }), { numRuns: 60 });
});

test('objects, texts and names may lie across pieces of the file', async (t) => {
  const path = join(temporaryFolder(t), 'x.json');
  const a = Array.from({ length: 7000 }, (_, at) => ({ at, text: `${'x'.repeat(at % 700)} { [ " \\ ü \u{1f600}` }));
  writeFileSync(path, JSON.stringify({ info: { a: [{ no: 1 }] }, a, ['n'.repeat(1 << 20)]: 1, b: [{ last: true }] }));
  const read1 = await read(path);
  assert.deepEqual(read1.a, a);
  assert.deepEqual(read1.b, [{ last: true }]);
  assert.equal(read1.where[6999], `${path}, a[6999]`);
});

test('what is no such file is refused with the place', async (t) => {
  const path = join(temporaryFolder(t), 'x.json');
  const cases: readonly [string, RegExp][] = [
    ['', /byte 0: it is empty/], ['[{}]', /byte 0: it is not one JSON object/], ['"a"', /byte 0: it is not one JSON object/], ['{"a":[{}]} {}', /byte 11: it is not one JSON object/],
    ['version https://git-lfs', /byte 0: it is not one JSON object/], ['{"a":[{"x":1},{"x":}]}', /byte 19: a\[1\] is no JSON/], ['{"a":[{},3]}', /byte 9: a\[1\] is no object/],
    ['{"a":[[1]]}', /byte 6: a\[0\] is no object/], ['{"a":[{"x":1},{"x', /it ends in the middle: it was cut short/], ['{"a":[{}]}}', /a bracket is closed that was not opened/],
  ];
  for (const [text, message] of cases) {
    writeFileSync(path, text);
    await assert.rejects(read(path), (error: Error) => {
      assert.match(error.message, message, text);
      assert.match(error.message, /x\.json, byte \d+: .*; download or copy it again\.$/);
      return true;
    }, text);
  }
  await assert.rejects(read(`${path}.gone`), { code: 'DATA', message: /x\.json\.gone cannot be read: there is no such file/ });
  writeFileSync(path, '\ufeff{"a":[]}');
  assert.deepEqual((await read(path)).found, ['a']);
});
