import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { byBytes, fileOf, ImageListBuilder, listImages, pathAt, shown, type ImageList } from '../../generate/image-list.js';
import { BadPicture } from '../../generate/picture.js';
import { temporaryFolder } from '../support/paths.js';

const { signal } = new AbortController();

function paths(list: ImageList): string[] {
  return Array.from({ length: list.count }, (_, image) => pathAt(list, image));
}

function touch(folder: string, names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
}

test('texts are compared as their bytes', () => {
  const text = fc.string({ unit: 'grapheme' });
  fc.assert(fc.property(text, text, (one, other) => {
    assert.equal(Math.sign(byBytes(one, other)), Buffer.compare(Buffer.from(one), Buffer.from(other)));
  }));
  assert.ok(byBytes('\u{1f600}', '\uffff') > 0);
});

test('a folder is listed with all below it, in the order of the paths\' bytes, without what is no picture', async (t) => {
  const folder = temporaryFolder(t);
  const names = ['b.jpg', 'a/z.JPEG', 'a/b/c.png', 'a.webp', 'a-b.gif', 'é.tiff', 'Z.avif', '\u{1f600}.jpg', '\uffee.jpg'];
  touch(folder, [...names, 'notes.txt', '.hidden.jpg', 'a/Thumbs.db', '.dir/x.jpg']);
  symlinkSync(join(folder, 'b.jpg'), join(folder, 'link.jpg'));
  symlinkSync(folder, join(folder, 'round.jpg'));
  const { list, name, sizeBytes, hash } = await listImages(folder, undefined, signal);
  const wanted = [...names, 'link.jpg'].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  assert.deepEqual(paths(list), wanted);
  assert.equal(name, folder.split('/').at(-1));
  const sizes = wanted.map((path) => Buffer.byteLength(path === 'link.jpg' ? 'b.jpg' : path));
  assert.equal(sizeBytes, sizes.reduce((sum, size) => sum + size));
  assert.equal(hash.digest('hex'), createHash('sha256').update(wanted.map((path, at) => `${path}\0${sizes[at]}\n`).join('')).digest('hex'));
  assert.deepEqual(paths((await listImages(folder, 3, signal)).list), wanted.slice(0, 3));
});

test('a list names paths relative to its own folder; one picture is a list of one', async (t) => {
  const folder = temporaryFolder(t);
  touch(folder, ['in/one.jpg', 'in/two']);
  writeFileSync(join(folder, 'list.txt'), `\ufeffin/two\r\n\r\n  in/one.jpg \n${join(folder, 'in', 'two')}\nin/two/gone.png`);
  const { list, sizeBytes } = await listImages(join(folder, 'list.txt'), undefined, signal);
  assert.deepEqual([list.root, ...paths(list)], [folder, 'in/two', 'in/one.jpg', join(folder, 'in', 'two'), 'in/two/gone.png']);
  assert.deepEqual([fileOf(folder, 'in/two'), fileOf(folder, join(folder, 'in', 'two'))], [join(folder, 'in/two'), join(folder, 'in/two')]);
  assert.equal(sizeBytes, 6 + 10 + 6, 'a file that is not there has no bytes');
  const one = await listImages(join(folder, 'in', 'one.jpg'), undefined, signal);
  assert.deepEqual([one.list.root, ...paths(one.list)], [join(folder, 'in'), 'one.jpg']);
});

test('a path that names no images is refused with a reason', async (t) => {
  const folder = temporaryFolder(t);
  touch(folder, ['notes.txt', 'empty/readme.md']);
  writeFileSync(join(folder, 'binary'), Buffer.from([1, 0, 2, 10]));
  writeFileSync(join(folder, 'blank.txt'), '\n\n');
  const refused = async (name: string, count: number | undefined, message: RegExp): Promise<void> => {
    await assert.rejects(listImages(join(folder, name), count, signal), { code: 'DATA', message });
  };
  await refused('nowhere', undefined, /there is no file or folder .*nowhere that can be read; check the path in --images/);
  await refused('empty', undefined, /empty holds no picture \(JPEG/);
  await refused('binary', undefined, /^line 1 of .*binary is no path: it is no text in UTF-8; --images takes a folder/);
  await refused('blank.txt', undefined, /blank\.txt names no image/);
  await refused('notes.txt', 2, /notes\.txt has 1 image, not 2; give a smaller --count/);
  await assert.rejects(listImages(join(folder, 'notes.txt'), undefined, AbortSignal.abort()), { name: 'AbortError' });
});

test('annotations in place of a list are told from a list by their first line, however long it is', async (t) => {
  const folder = temporaryFolder(t);
  const refused = async (content: string, message: RegExp): Promise<void> => {
    writeFileSync(join(folder, 'list'), content);
    await assert.rejects(listImages(join(folder, 'list'), undefined, signal), (error: Error & { code: string }) => error.code === 'DATA' && message.test(error.message) && error.message.length < 500);
  };
  await refused(`{"info": {}, "images": [${'{"id": 1},'.repeat(100_000)}`, /^line 1 of .*list is no path: it begins with "\{.*, as JSON does; .* COCO's annotations go to --annotations\.$/);
  await refused('[\n  {\n', /line 1 of .* as JSON does/);
  await refused(`a.jpg\n${'b'.repeat(4097)}\nc.jpg`, /line 2 of .* begins with "b{40}" and is longer than 4096 characters/);
  await refused(`a.jpg\n${'b'.repeat(300_000)}`, /line 2 of .* longer than/);
  writeFileSync(join(folder, 'list'), `[2020] {at} sea.jpg\n${'b'.repeat(4096)}`);
  assert.deepEqual(paths((await listImages(join(folder, 'list'), undefined, signal)).list), ['[2020] {at} sea.jpg', 'b'.repeat(4096)]);
});

test('messages name very long paths by their beginning and end', () => {
  assert.equal(shown('a/b.jpg'), 'a/b.jpg');
  assert.equal(shown(`/start/${'x'.repeat(4000)}/end.jpg`).length, 301);
  assert.match(new BadPicture(`/start/${'x'.repeat(4000)}/end.jpg`, 'it is gone').message, /^\/start\/x+…x+\/end\.jpg: it is gone;/);
});

test('many paths are kept', () => {
  const builder = new ImageListBuilder();
  const all = Array.from({ length: 5000 }, (_, at) => `folder ü/${at}.jpg`);
  for (const path of all) builder.add(path);
  assert.deepEqual(paths(builder.finish('.')), all);
});
