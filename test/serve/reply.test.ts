import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reply } from '../../serve/reply.js';

function written(protocol: number, write: (reply: Reply) => void): string {
  const reply = new Reply();
  reply.protocol = protocol;
  write(reply);
  return reply.drain().toString('latin1');
}

test('every kind of reply in both protocols', () => {
  const all = (reply: Reply): void => {
    reply.ok();
    reply.error('ERR a\r\nb\r\n');
    for (const value of [0, 9, 10, 99, 100, -1, 2 ** 53, 2 ** 62]) reply.int(value);
    reply.bigint(-5n);
    reply.null();
    reply.nullArray();
    reply.map(1);
    reply.set(2);
    reply.double(0.5);
    reply.bulkText('é'.normalize('NFC'));
    reply.bulkUtf8('é');
    reply.verbatim('t');
  };
  const ints = ':0\r\n:9\r\n:10\r\n:99\r\n:100\r\n:-1\r\n:9007199254740992\r\n:4611686018427387904\r\n:-5\r\n';
  const texts = '$1\r\n\xe9\r\n$2\r\n\xc3\xa9\r\n';
  assert.equal(written(2, all), `+OK\r\n-ERR a  b\r\n${ints}$-1\r\n*-1\r\n*2\r\n*2\r\n$3\r\n0.5\r\n${texts}$1\r\nt\r\n`);
  assert.equal(written(3, all), `+OK\r\n-ERR a  b\r\n${ints}_\r\n_\r\n%1\r\n~2\r\n,0.5\r\n${texts}=5\r\ntxt:t\r\n`);
});

test('large values and full buffers keep the order', () => {
  const sizes = [0, 1, 24, 25, 16_383, 16_384, 70_000, 3];
  const reply = new Reply();
  let expected = '';
  for (let round = 0; round < 5; round++) {
    for (const size of sizes) {
      const value = Buffer.alloc(size, 97 + (size % 26));
      reply.bulk(value);
      expected += `$${size}\r\n${value.toString()}\r\n`;
    }
  }
  assert.equal(reply.bytes, expected.length);
  assert.equal(reply.drain().toString(), expected);
  assert.equal(reply.bytes, 0);
});

test('the largest integers, which a double rounds beyond 64 bits, stay within them', () => {
  assert.equal(written(2, (reply) => reply.int(Number(2n ** 63n - 1n))), ':9223372036854775807\r\n');
  assert.equal(written(2, (reply) => reply.int(-(2 ** 63))), ':-9223372036854775808\r\n');
});
