import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { InferplayError } from '../../core/errors.js';
import type { Manifest } from '../../core/manifest.js';
import { compareStoreManifest, parseStoreManifest, type StoreManifest } from '../../core/store-manifest.js';

const manifest = {
  sha256: 'a'.repeat(64), useCase: 'fraud', rows: 100,
  models: [{ name: 'net', sha256: '1' }, { name: 'other', sha256: '2' }],
} as unknown as Manifest;

const stored: StoreManifest = {
  format: 'inferplay-store', version: 1, inferplay: '0.1.0', sha256: 'a'.repeat(64), useCase: 'fraud', rows: 100, fromRow: 0, toRow: 100,
  keys: ['referenceBLOB:{<id>}', 'referenceTensor:{<id>}'], models: [{ name: 'net', sha256: '1' }],
};

test('what load wrote is read again', () => {
  assert.deepEqual(parseStoreManifest(JSON.stringify(stored)), stored);
  assert.deepEqual(parseStoreManifest(Buffer.from(JSON.stringify(stored))), stored);
});

test('anything else in the key is refused with one sentence', () => {
  const wrong = ['', '{', 'null', '[]', '"x"', '{}', ...Object.keys(stored).map((name) => JSON.stringify({ ...stored, [name]: { not: 'this' } })), JSON.stringify({ ...stored, version: 2 }), JSON.stringify({ ...stored, models: [null] }), JSON.stringify({ ...stored, rows: -1 })];
  for (const text of wrong) assert.throws(() => parseStoreManifest(text), (error: unknown) => error instanceof InferplayError && error.code === 'DATA', text);
  fc.assert(fc.property(fc.json(), (text) => {
    assert.throws(() => parseStoreManifest(text), InferplayError);
  }));
});

test('the right data set is accepted', () => {
  assert.equal(compareStoreManifest(manifest, stored), null);
  assert.equal(compareStoreManifest(manifest, stored, { keys: ['referenceTensor'], models: ['net', 'not-of-this-data-set'] }), null);
  assert.equal(compareStoreManifest(manifest, { ...stored, keys: [], fromRow: 5 }), null, 'rows do not matter where only models were loaded');
});

test('every other case has its sentence', () => {
  const cases: [StoreManifest | null, Parameters<typeof compareStoreManifest>[2], RegExp][] = [
    [null, {}, /holds no data set that was loaded to its end: run "inferplay load"/],
    [{ ...stored, sha256: 'b'.repeat(64), rows: 1 }, {}, /another data set \(fraud, 1 row, sha256/],
    [{ ...stored, sha256: 'b'.repeat(64), rows: 7 }, {}, /another data set \(fraud, 7 rows, sha256 bbbbbbbbbbbb…\) than this one \(fraud, 100 rows, sha256 aaaaaaaaaaaa…\)/],
    [{ ...stored, sha256: null, useCase: null }, {}, /not made by inferplay, 100 rows, no checksum/],
    [{ ...stored, keys: ['referenceBLOB:{<id>}'] }, { keys: ['referenceTensor'] }, /no keys referenceTensor:\{id\}.*only referenceBLOB.*--put both/],
    [{ ...stored, fromRow: 10 }, {}, /only rows 10 to 99 of the 100/],
    [{ ...stored, toRow: 50 }, {}, /only rows 0 to 49 of the 100/],
    [stored, { models: ['other'] }, /did not get the model other/],
    [{ ...stored, models: [{ name: 'net', sha256: '9' }] }, { models: ['net'] }, /another model under the name net/],
  ];
  for (const [held, needs, sentence] of cases) assert.match(compareStoreManifest(manifest, held, needs) ?? 'accepted', sentence);
});
