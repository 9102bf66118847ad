import assert from 'node:assert/strict';
import { test } from 'node:test';
import { READ_AHEAD, Reading, SLOWLY, UNREAD_REPLIES } from '../../serve/reading.js';

test('a socket is read again when the last reason not to is gone', () => {
  const calls: string[] = [];
  const reading = new Reading({ pause: () => calls.push('pause'), resume: () => calls.push('resume') });
  reading.release(SLOWLY);
  reading.hold(UNREAD_REPLIES);
  reading.hold(UNREAD_REPLIES);
  reading.hold(READ_AHEAD);
  reading.release(UNREAD_REPLIES);
  assert.deepEqual(calls, ['pause']);
  reading.release(SLOWLY);
  reading.release(READ_AHEAD);
  reading.release(READ_AHEAD);
  assert.deepEqual(calls, ['pause', 'resume']);
});
