import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newAnswer, readAnswer } from '../../replay/redisai-reply.js';
import { dagAnswer, tensor } from '../support/stub-server.js';

function read(...replies: (string | Buffer)[]): { code: string; message: string; tensor: number[] | null } {
  const bytes = Buffer.concat(replies.map((reply) => Buffer.from(reply)));
  const answer = newAnswer();
  let at = 0;
  for (let reply = 0; reply < replies.length; reply++) at = readAnswer(bytes, at, answer);
  assert.equal(at, bytes.length, 'read to its end');
  const found = answer.start < 0 ? null : [...new Float32Array(Uint8Array.from(bytes.subarray(answer.start, answer.end)).buffer)];
  return { code: answer.code, message: answer.message, tensor: found };
}

test('the tensor of a DAG, and of a pipeline of three replies', () => {
  assert.deepEqual(read(dagAnswer(1, 2)), { code: 'ok', message: '', tensor: [1, 2] });
  assert.deepEqual(read('+OK\r\n', '+OK\r\n', tensor(3)), { code: 'ok', message: '', tensor: [3] });
});

test('failures have the code of what caused them', () => {
  const code = (...replies: string[]): string => read(...replies).code;
  assert.equal(code('-ERR model key is empty\r\n'), 'ERR');
  assert.equal(code('-LOADING Redis is loading\r\n'), 'LOADING');
  assert.equal(code("-wrong number of arguments for 'AI.TENSORSET' command\r\n"), 'ERR');
  assert.equal(code('*3\r\n+OK\r\n-WRONGTYPE no\r\n+NA\r\n'), 'WRONGTYPE');
  assert.equal(code('*3\r\n+NA\r\n-ERR later\r\n+NA\r\n'), 'ERR', 'the error caused the NA');
  assert.equal(code('*3\r\n+OK\r\n+OK\r\n+NA\r\n'), 'NA');
  assert.equal(code('+TIMEDOUT\r\n'), 'TIMEDOUT');
  assert.equal(code('*2\r\n+OK\r\n*1\r\n-OOM deep\r\n'), 'OOM');
  assert.equal(code('!11\r\nERR of RESP\r\n'), 'ERR', 'a bulk error of RESP3');
  for (const odd of ['$-1\r\n', '*-1\r\n', ':3\r\n', '_\r\n', '+WHAT\r\n', '*1\r\n*1\r\n:1\r\n']) assert.equal(code(odd), 'malformed-reply', odd);
  assert.equal(read(`-ERR ${'x'.repeat(900)}\r\n`).message.length, 200);
});

test('any tensor is found, and the offset is always the end', () => {
  fc.assert(fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 40 }), (values) => {
    assert.deepEqual(read(dagAnswer(...values)).tensor, [...new Float32Array(values)]);
  }));
});
