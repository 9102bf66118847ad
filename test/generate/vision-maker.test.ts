import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseOptions } from '../../core/options.js';
import { batchBuffers, type BatchBuffers } from '../../core/writer.js';
import type { Recipe } from '../../generate/use-case.js';
import { vision } from '../../generate/use-cases/vision.js';
import { createMaker } from '../../generate/vision-maker.js';
import { temporaryFolder } from '../support/paths.js';
import { writePictures, writeTruncated } from '../support/pictures.js';

async function recipeOf(folder: string, options: { readonly [name: string]: unknown }): Promise<Recipe> {
  const context = { folder, seed: 9, threads: 1, signal: new AbortController().signal, sha256: async () => '' };
  const recipe = await vision.plan(parseOptions(vision.options, { size: 32, alpha: 0.25, ...options }, 'test'), context);
  await recipe.models;
  return recipe;
}

function textOf(buffers: BatchBuffers): string {
  return [...buffers.values()].map(({ data, valid, texts }) => [Buffer.from(data).toString('hex'), valid?.join(), texts.join()].join(':')).join('\n');
}

for (const [what, options] of [
  ['painted ones', { count: 12 }], ['files', { images: 'pictures' }], ['copies, cut at random', { images: 'pictures', copies: 5, crop: 'random' }], ['copies of painted ones', { count: 3, copies: 4, crop: 'random' }], ['with answers', { count: 12, answers: 'on' }],
] as const) {
  test(`any batch can be made alone, in any order: ${what}`, async (t) => {
    const folder = temporaryFolder(t);
    await writePictures(join(folder, 'pictures'), 12);
    const recipe = await recipeOf(folder, { ...options, ...('images' in options ? { images: join(folder, 'pictures') } : {}) });
    const straight = await createMaker(recipe.init);
    const alone = await createMaker(recipe.init);
    t.after(() => Promise.all([straight.close(), alone.close()]));
    const buffers = batchBuffers(recipe.columns, 4);
    const made = new Map<number, string>();
    for (let row = 0; row < recipe.rows; row += 4) {
      await straight.fill(row, Math.min(4, recipe.rows - row), buffers, recipe.rows - row - 4);
      made.set(row, textOf(buffers));
    }
    assert.equal(new Set(made.values()).size, made.size);
    for (const [row, wanted] of [...made].reverse()) {
      await alone.fill(row, Math.min(4, recipe.rows - row), buffers);
      assert.equal(textOf(buffers), wanted, `row ${row}`);
    }
  });
}

test('a picture that cannot be used is told when its turn has come, and not before', async (t) => {
  const folder = temporaryFolder(t);
  const pictures = join(folder, 'pictures');
  await writePictures(pictures, 6);
  await writeTruncated(join(pictures, '0003.jpg'));
  await writeTruncated(join(pictures, '0004.jpg'));
  const recipe = await recipeOf(folder, { images: pictures });
  const maker = await createMaker(recipe.init);
  t.after(() => maker.close());
  const buffers = batchBuffers(recipe.columns, 6);
  await maker.fill(0, 3, buffers, 3);
  await assert.rejects(maker.fill(3, 3, buffers), { code: 'DATA', message: /0003\.jpg: it is cut short/ });
  await maker.fill(5, 1, buffers);
});
