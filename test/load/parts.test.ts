import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { Manifest, ModelEntry } from '../../core/manifest.js';
import type { StoreManifest } from '../../core/store-manifest.js';
import type { Range } from '../../load/options.js';
import { optionsFor, partsBeside, replayRefusal } from '../../load/parts.js';
import type { Verified } from '../../load/verify.js';

const FINE: Verified = { sampled: 10, missing: 0, different: 0, counted: 0, expected: 100, firstMissing: null, firstMissingAt: null, differentIds: [] };

/** Looks into a store whose parts are as given, by their first row. */
function parts(loaded: Range, found: { readonly [fromRow: number]: Partial<Verified> } = {}): ReturnType<typeof partsBeside> {
  return partsBeside(loaded, 100, async ({ fromRow }) => ({ ...FINE, ...found[fromRow] }));
}

test('parts that are there make the loaded rows the whole, and others are gaps from their first missing row on', async () => {
  assert.deepEqual(await parts({ fromRow: 0, toRow: 100 }), { holds: { fromRow: 0, toRow: 100 }, gaps: [] });
  assert.deepEqual(await parts({ fromRow: 40, toRow: 60 }), { holds: { fromRow: 0, toRow: 100 }, gaps: [] });
  const before = await parts({ fromRow: 40, toRow: 60 }, { 0: { missing: 3, firstMissing: 'k', firstMissingAt: 25 } });
  assert.deepEqual(before, { holds: { fromRow: 40, toRow: 100 }, gaps: [{ fromRow: 25, toRow: 40, complaint: 'rows 0 to 39: 3 of 100 keys are missing (the first one found is k)' }] });
  const after = await parts({ fromRow: 40, toRow: 60 }, { 60: { missing: 3, firstMissing: 'k', firstMissingAt: 2 } });
  assert.deepEqual([after.holds, after.gaps[0].fromRow, after.gaps[0].toRow], [{ fromRow: 0, toRow: 60 }, 62, 100]);
  // Where a value is another one, it is not known how many are.
  const other = await parts({ fromRow: 40, toRow: 100 }, { 0: { missing: 1, firstMissingAt: 30, different: 2, differentIds: [7, 9] } });
  assert.deepEqual([other.gaps[0].fromRow, other.gaps[0].toRow], [0, 40]);
});

test('the options that load a gap are no more than are needed', () => {
  assert.equal(optionsFor({ fromRow: 0, toRow: 40 }, 100), '--to-row 40');
  assert.equal(optionsFor({ fromRow: 25, toRow: 40 }, 100), '--from-row 25 --to-row 40');
  assert.equal(optionsFor({ fromRow: 60, toRow: 100 }, 100), '--from-row 60');
});

test('a replay is refused where its model, its references or its rows are not in the store', () => {
  const model = { name: 'net', sha256: 's', inputs: ['transaction', 'reference'], expected: true } as unknown as ModelEntry;
  const manifest = { sha256: 'a', useCase: 'fraud', rows: 100, models: [model] } as unknown as Manifest;
  const stored: StoreManifest = { format: 'inferplay-store', version: 1, inferplay: '0', sha256: 'a', useCase: 'fraud', rows: 100, fromRow: 0, toRow: 100, keys: ['referenceTensor:{<id>}'], models: [{ name: 'net', sha256: 's' }] };
  assert.equal(replayRefusal(manifest, stored), null);
  assert.match(replayRefusal(manifest, null)!, /holds no data set/);
  assert.match(replayRefusal(manifest, { ...stored, models: [] })!, /without --no-models/);
  assert.match(replayRefusal(manifest, { ...stored, keys: ['referenceBLOB:{<id>}'] })!, /--put both/);
  assert.match(replayRefusal(manifest, { ...stored, fromRow: 10 })!, /only rows 10 to 99/);
  assert.equal(replayRefusal({ ...manifest, models: [{ ...model, inputs: ['image'] }] }, { ...stored, keys: [] }), null, 'it needs no keys');
  const quiet = { ...model, expected: false };
  assert.equal(replayRefusal({ ...manifest, models: [quiet] }, stored), null, 'the only model is the one that is asked');
  for (const other of [null, { ...manifest, models: [quiet, { ...quiet, name: 'other' }] }, { ...manifest, models: [] }]) assert.match(replayRefusal(other, stored)!, /\?model=/);
});
