import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ImageListBuilder, pathAt, type ImageList } from '../../generate/image-list.js';
import { surveyImages } from '../../generate/image-survey.js';
import { BadPicture } from '../../generate/picture.js';

const { signal } = new AbortController();

function listOf(count: number): ImageList {
  const builder = new ImageListBuilder();
  for (let image = 0; image < count; image++) builder.add(`${image}.jpg`);
  return builder.finish('here');
}

/** Fails for every third image; later ones end sooner. */
async function everyThird(path: string): Promise<void> {
  const image = parseInt(path, 10);
  await pause(image % 7 === 0 ? 3 : 0);
  if (image % 3 === 0) throw new BadPicture(path, `no luck with ${image}`);
}

test('bad images are left out, counted, and listed in their order', async () => {
  const { list, badRows } = await surveyImages(listOf(400), everyThird, signal);
  assert.deepEqual([list.count, list.root, pathAt(list, 0), pathAt(list, 1), pathAt(list, 2), pathAt(list, 265)], [266, 'here', '1.jpg', '2.jpg', '4.jpg', '398.jpg']);
  assert.equal(badRows.count, 134);
  assert.deepEqual(badRows.listed.length, 100);
  assert.deepEqual(badRows.listed.slice(0, 2), [{ line: 1, column: null, reason: 'no luck with 0', text: '0.jpg' }, { line: 4, column: null, reason: 'no luck with 3', text: '3.jpg' }]);
});

test('the reasons that are listed are of pictures that were decoded alone', async () => {
  let underWay = 0;
  const check = async (path: string): Promise<void> => {
    underWay += 1;
    const company = underWay - 1;
    await pause(1);
    underWay -= 1;
    throw new BadPicture(path, `bad, and ${company} beside it`);
  };
  const list = listOf(120);
  const all = surveyImages(list, async (path) => (path === '119.jpg' ? undefined : check(path)), signal);
  const { badRows: { count, listed } } = await all;
  assert.equal(count, 119);
  assert.deepEqual([...new Set(listed.map(({ reason }) => reason))], ['bad, and 0 beside it']);
});

test('where all are good the list stays; where none is it is said', async () => {
  const all = listOf(20);
  assert.deepEqual(await surveyImages(all, async () => {}, signal), { list: all, badRows: { count: 0, listed: [] } });
  const none = surveyImages(listOf(2), async (path) => { throw new BadPicture(path, `bad ${path}`); }, signal);
  await assert.rejects(none, { code: 'DATA', message: 'none of the 2 images in here can be used; the first is 0.jpg: bad 0.jpg.' });
});

test('other failures and a stop end it', async () => {
  await assert.rejects(surveyImages(listOf(20), async () => { throw new TypeError('a mistake'); }, signal), { name: 'TypeError' });
  const stop = new AbortController();
  let seen = 0;
  const stopped = surveyImages(listOf(100), async () => { if (++seen === 10) stop.abort(); }, stop.signal);
  await assert.rejects(stopped, { name: 'AbortError' });
  assert.ok(seen < 30);
});
