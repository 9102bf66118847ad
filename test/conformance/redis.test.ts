/** Ordinary Redis commands are answered as Redis 6.2.14 answered them when it was asked, to the byte and in both protocols. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { serve, type Served } from '../../serve/serve.js';
import { play, randomRecordings, recordings, type Recording } from './redis-play.js';

/** Commands whose replies differ, each with its reason. */
const KNOWN: { readonly [command: string]: string } = {
  'HELLO 2 AUTH default secret SETNAME me': 'there is a module here, and each client has its own number',
};

describe('as Redis 6.2.14 answers', () => {
  let server: Served;
  before(async () => {
    server = await serve();
  });
  after(() => server.close());
  const check = (recording: Recording): void => {
    it(`${recording.name}, RESP${recording.protocol}`, async () => {
      const got = await play(server.port, recording);
      const differences = recording.steps.flatMap(({ args }, i) =>
        (got[i] === recording.replies[i] || KNOWN[args.join(' ')] !== undefined ? [] : [{ command: args.join(' '), wanted: recording.replies[i], got: got[i] }]));
      assert.deepEqual(differences, []);
    });
  };
  for (const recording of recordings()) check(recording);
  for (const recording of randomRecordings()) check(recording);
});
