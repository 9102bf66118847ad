import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Input } from '../../serve/input.js';
import { INCOMPLETE, Request } from '../../serve/request.js';

test('a large argument is received into memory of its size, at an address that tensors can use', () => {
  const body = Buffer.alloc(100_000, 7);
  const whole = Buffer.concat([Buffer.from(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$${body.length}\r\n`), body, Buffer.from('\r\n')]);
  const request = new Request();
  const input = new Input();
  const first = whole.subarray(0, 1000) as Buffer;
  assert.equal(request.parse(first, 0, first.length, true), INCOMPLETE);
  input.keep(first, 0, first.length, request);
  const memory = input.bytes;
  for (let at = 1000; at < whole.length; at += 30_000) input.keep(whole, at, Math.min(whole.length, at + 30_000), request);
  assert.equal(input.bytes, memory, 'it was moved');
  assert.equal(request.parse(input.bytes!, input.from, input.to, true), input.to);
  assert.equal((input.bytes!.byteOffset + request.start[2]) % 8, 0);
  assert.deepEqual(request.view(2), body);
});

test('the rest of a large argument can be received where it will lie, and no further', () => {
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31) & 255));
  const whole = Buffer.concat([Buffer.from(`*2\r\n$4\r\nECHO\r\n$${body.length}\r\n`), body, Buffer.from('\r\n')]);
  const request = new Request();
  const input = new Input();
  assert.equal(input.room(request), null);
  const first = whole.subarray(0, 1000) as Buffer;
  request.parse(first, 0, first.length, true);
  input.keep(first, 0, first.length, request);
  assert.equal(input.room(request)!.length, whole.length - 1000);
  input.filled(whole.copy(input.room(request)!, 0, 1000, 50_000));
  const rest = input.room(request)!;
  assert.equal(rest.length, whole.length - 50_000);
  input.filled(whole.copy(rest, 0, 50_000, 99_000));
  assert.equal(input.room(request), null, 'a short rest is not worth it');
  input.keep(whole, 99_000, whole.length, request);
  assert.equal(request.parse(input.bytes!, input.from, input.to, true), input.to);
  assert.deepEqual(request.view(1), body);
});

test('what was announced costs no more than what was sent, and some', () => {
  const request = new Request();
  const input = new Input();
  const head = Buffer.from('*1\r\n$536870912\r\nx');
  request.parse(head, 0, head.length, true);
  input.keep(head, 0, head.length, request);
  assert.ok(input.bytes!.length < 70e6);
  assert.equal(input.size, head.length);
  input.forget();
  assert.deepEqual([input.bytes, input.size], [null, 0]);
});

test('bytes that nobody has looked at are kept in order as they grow', () => {
  const input = new Input();
  const piece = Buffer.from(Array.from({ length: 1000 }, (_, i) => i & 255));
  for (let i = 0; i < 50; i++) input.keep(piece, 0, piece.length, null);
  assert.deepEqual(input.bytes!.subarray(input.from, input.to), Buffer.concat(Array(50).fill(piece)));
});
