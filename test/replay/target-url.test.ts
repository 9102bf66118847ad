import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Address, TargetKind } from '../../replay/target.js';
import { createTarget } from '../../replay/target-url.js';

function parse(url: string): { address: Address; options: { [name: string]: unknown } } {
  let seen: { address: Address; options: { [name: string]: unknown } } | null = null;
  const kind: TargetKind = {
    scheme: 'one', summary: '', defaultPort: 99, options: { depth: { kind: 'integer', default: 3, help: '' } },
    create: (address, options) => {
      seen = { address, options };
      return { encoder: () => assert.fail(), inspect: () => assert.fail(), connect: () => assert.fail() };
    },
  };
  createTarget(url, [kind]);
  return seen!;
}

test('a URL is an address and options', () => {
  const plain = parse('one://host');
  assert.deepEqual([plain.address.host, plain.address.port, plain.address.tls, plain.address.path, plain.options], ['host', 99, false, '', { depth: 3 }]);
  const full = parse('ones://us%40er:p%2Fw@[::1]:7/2?depth=5');
  assert.deepEqual([full.address.host, full.address.port, full.address.tls, full.address.path, full.options], ['::1', 7, true, '2', { depth: 5 }]);
  assert.deepEqual([full.address.username?.reveal(), full.address.password?.reveal()], ['us@er', 'p/w']);
});

test('what is wrong is refused, without the password', () => {
  for (const [url, message] of [
    ['nonsense', /not the URL of a target/], ['two://h', /no target "two"; known are one:\/\/, ones:\/\/\.$/], ['one://?depth=1', /not the URL|names no host/], ['one://h?deep=1', /does not know the option "deep"/],
    ['one://h?depth=1&depth=2', /twice/], ['one://h?depth=x', /not a whole number/], ['one://u:%zz@h', /percent-encoding/], ['one://u:hunter2@h:x', /not the URL/],
  ] as const) {
    assert.throws(() => parse(url), (error: Error & { code: string }) => error.code === 'USAGE' && message.test(error.message) && !error.message.includes('hunter2'), url);
  }
});
