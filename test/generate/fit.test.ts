import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { centred, coveredBox, defaultFit, outermost, parseFit, randomCorner, resizedSize, storedBox, turnedSize, type Fit } from '../../generate/fit.js';
import { STORED_AT } from '../support/pictures.js';

const side = fc.integer({ min: 1, max: 5000 });
const sizes = fc.record({ width: side, height: side });

test('a fit is read from its text', () => {
  assert.deepEqual(parseFit('shorter:256+crop', 224), { kind: 'crop', shorter: 256 });
  assert.deepEqual(parseFit('cover', 200), { kind: 'crop', shorter: 200 });
  assert.deepEqual(parseFit('contain', 200), { kind: 'contain' });
  assert.equal(defaultFit(224), 'shorter:256+crop');
  assert.equal(defaultFit(192), 'shorter:219+crop');
  for (const text of ['', 'crop', 'shorter:256', 'shorter:+crop', 'shorter:1e3+crop', 'Cover']) assert.throws(() => parseFit(text, 224), { code: 'USAGE', message: /is not one of shorter:N\+crop/ });
  assert.throws(() => parseFit('shorter:100+crop', 224), { message: /a shorter side of 100 does not do for a crop of 224; it must be at least 224/ });
});

test('sides are those of torchvision, PIL and aibench', () => {
  const crop: Fit = { kind: 'crop', shorter: 256 };
  assert.deepEqual(resizedSize(crop, { width: 640, height: 480 }, 224), { width: 341, height: 256 });
  assert.deepEqual(resizedSize(crop, { width: 427, height: 640 }, 224), { width: 256, height: 383 });
  assert.deepEqual(resizedSize(crop, { width: 1, height: 1 }, 224), { width: 256, height: 256 });
  assert.deepEqual(resizedSize({ kind: 'contain' }, { width: 640, height: 427 }, 224), { width: 224, height: 149 });
  assert.deepEqual(resizedSize({ kind: 'contain' }, { width: 1, height: 9000 }, 224), { width: 1, height: 224 });
  assert.deepEqual(resizedSize({ kind: 'stretch' }, { width: 1, height: 9000 }, 224), { width: 224, height: 224 });
  assert.deepEqual(centred({ width: 341, height: 256 }, 224), { left: 58, top: 16 });
  assert.deepEqual(centred({ width: 224, height: 149 }, 224), { left: 0, top: -37 });
});

test('a crop fills the square, and what is contained fits into it', () => {
  fc.assert(fc.property(sizes, fc.integer({ min: 1, max: 300 }), (source, size) => {
    const cropped = resizedSize({ kind: 'crop', shorter: size + 7 }, source, size);
    assert.equal(Math.min(cropped.width, cropped.height), size + 7);
    const { width, height } = resizedSize({ kind: 'contain' }, source, size);
    assert.equal(Math.max(width, height), size);
    assert.ok(Math.min(width, height) >= 1);
  }));
});

test('the outermost squares cover the whole picture, also one that is smaller', () => {
  for (const [width, height] of [[500, 331], [224, 900], [224, 224], [224, 3]]) assert.deepEqual(coveredBox({ width, height }, outermost({ width, height }, 224), 224), { left: 0, top: 0, width, height });
});

test('a random corner is within, depends on all three, and reaches every place', () => {
  fc.assert(fc.property(sizes, fc.nat(), fc.nat(), fc.nat(60_000), ({ width, height }, seed, image, copy) => {
    const size = Math.min(width, height);
    const { left, top } = randomCorner({ width, height }, size, seed, image, copy);
    assert.ok(left >= 0 && left + size <= width && top >= 0 && top + size <= height);
  }));
  const places = (of: (at: number) => { left: number; top: number }): Set<string> => new Set(Array.from({ length: 200 }, (_, at) => JSON.stringify(of(at))));
  const size = { width: 13, height: 11 };
  for (const of of [(at: number) => randomCorner(size, 10, at, 0, 0), (at: number) => randomCorner(size, 10, 0, at, 0), (at: number) => randomCorner(size, 10, 0, 0, at)]) assert.equal(places(of).size, 4 * 2);
});

test('the covered box holds all squares', () => {
  assert.deepEqual(coveredBox({ width: 100, height: 80 }, [{ left: 10, top: 5 }, { left: 30, top: 0 }], 40), { left: 10, top: 0, width: 60, height: 45 });
  assert.deepEqual(coveredBox({ width: 40, height: 20 }, [{ left: 0, top: -10 }], 40), { left: 0, top: 0, width: 40, height: 20 });
});

test('a box lies in the stored picture where its turned pixels are', () => {
  const upright = { width: 7, height: 5 };
  const box = { left: 1, top: 2, width: 4, height: 2 };
  for (const [orientation, place] of Object.entries(STORED_AT)) {
    const corners = [[1, 2], [4, 3]].map(([x, y]) => place(x, y, upright.width, upright.height));
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    const wanted = { left: Math.min(...xs), top: Math.min(...ys), width: Math.abs(xs[0] - xs[1]) + 1, height: Math.abs(ys[0] - ys[1]) + 1 };
    assert.deepEqual(storedBox(box, upright, Number(orientation)), wanted, `orientation ${orientation}`);
    assert.deepEqual(turnedSize(turnedSize(upright, Number(orientation)), Number(orientation)), upright);
  }
});
