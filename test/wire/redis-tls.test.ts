import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferplayError } from '../../core/errors.js';
import { connectRedis } from '../../wire/redis.js';
import { parseRedisUrl } from '../../wire/redis-address.js';
import { tlsChoice, tlsFor, type TlsChoice } from '../../wire/redis-tls.js';
import { temporaryFolder } from '../support/paths.js';
import { noRedisServer, startRedisServer } from '../support/redis-server.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

const { address } = parseRedisUrl('rediss://127.0.0.1');

test('a certificate is for a name, never for an IP address', () => {
  assert.equal(tlsFor(parseRedisUrl('redis://example.org').address, {}), undefined);
  assert.equal(tlsFor(parseRedisUrl('rediss://example.org').address, {})?.servername, 'example.org');
  assert.equal(tlsFor(address, { insecure: true })?.servername, undefined);
  assert.equal(tlsFor(address, { insecure: true })?.rejectUnauthorized, false);
});

test('only what concerns TLS is passed on', () => {
  const more = { ca: 'a', cert: 'b', key: 'c', insecure: true, model: 'm' };
  assert.deepEqual(tlsChoice(more), { ca: 'a', cert: 'b', key: 'c', insecure: true });
});

test('files that are missing, no PEM, or do not belong together are named with what is wrong', { skip: noOpenssl }, (t) => {
  const folder = temporaryFolder(t);
  const [own, other] = [join(folder, 'own'), join(folder, 'other')].map((path) => (mkdirSync(path), makeCertificate(path)));
  const file = (name: string, text: string): string => (writeFileSync(join(folder, name), text), join(folder, name));
  const text = file('text.pem', 'no PEM at all');
  const broken = file('broken.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const locked = join(folder, 'locked.key');
  spawnSync('openssl', ['pkey', '-in', own.key, '-aes256', '-passout', 'pass:hunter2', '-out', locked]);
  const good = tlsFor(address, { ca: own.ca, cert: own.cert, key: own.key })!;
  assert.deepEqual([good.ca, good.cert, good.key], [own.ca, own.cert, own.key].map((path) => readFileSync(path)));
  const cases: [TlsChoice, RegExp][] = [
    [{ ca: '/nope.pem' }, /The file \/nope\.pem \(ca= in the server's URL\) cannot be read: there is no such file or folder\.$/],
    [{ ca: folder }, /\(ca=.*cannot be read: it is a folder\.$/],
    [{ ca: text }, /text\.pem \(ca=.*no certificate in PEM form/],
    [{ ca: broken }, /broken\.pem \(ca=.*no certificate in PEM form/],
    [{ ca: own.key }, /server\.key \(ca=.*no certificate in PEM form/],
    [{ cert: own.cert }, /has only cert=.*both/],
    [{ key: own.key }, /has only key=.*both/],
    [{ cert: own.cert, key: '/nope.key' }, /\/nope\.key \(key=.*no such file/],
    [{ cert: '/nope.pem', key: own.key }, /\/nope\.pem \(cert=.*no such file/],
    [{ cert: text, key: own.key }, /text\.pem \(cert=.*no certificate/],
    [{ cert: own.cert, key: text }, /text\.pem \(key=.*no private key in PEM form/],
    [{ cert: own.cert, key: own.cert }, /server\.pem \(key=.*no private key in PEM form/],
    [{ cert: own.cert, key: locked }, /locked\.key \(key=.*locked with a passphrase/],
    [{ cert: own.cert, key: other.key }, /is not that of the certificate/],
  ];
  for (const [choice, expected] of cases) {
    assert.throws(() => tlsFor(address, choice), (error: unknown) => {
      assert.ok(error instanceof InferplayError && error.code === 'USAGE', String(error));
      assert.match(error.message, expected);
      return true;
    });
  }
});

test('a server that wants a certificate, one that does not trust it, and one that speaks no TLS are told apart', { skip: noRedisServer || noOpenssl }, async (t) => {
  const folder = temporaryFolder(t);
  const [own, other] = [join(folder, 'own'), join(folder, 'other')].map((path) => (mkdirSync(path), makeCertificate(path)));
  for (const version of ['TLSv1.3', 'TLSv1.2']) {
    const server = await startRedisServer(['--tls-port', 'FREE', '--tls-cert-file', own.cert, '--tls-key-file', own.key, '--tls-ca-cert-file', own.ca, '--tls-protocols', version], t);
    const url = (choice: { readonly [name: string]: string }): string => `rediss://127.0.0.1:${server.port}?${new URLSearchParams(choice).toString()}`;
    const fails = (choice: { readonly [name: string]: string }, expected: RegExp): Promise<void> => assert.rejects(connectRedis(url(choice)), (error: unknown) => {
      assert.ok(error instanceof InferplayError && error.code === 'CONNECT', String(error));
      assert.match(error.message, expected);
      return true;
    });
    const redis = await connectRedis(url({ ca: own.ca, cert: own.cert, key: own.key }));
    assert.deepEqual(await redis.call(['PING']), Buffer.from('PONG'));
    redis.close();
    await fails({ ca: own.ca }, /wants a client certificate that its authority signed, with \?cert=FILE&key=FILE/);
    await fails({ ca: own.ca, cert: other.cert, key: other.key }, /does not trust the certificate that this client shows/);
    await fails({ ca: other.ca, cert: own.cert, key: own.key }, /The certificate of .* is not signed by an authority known here/);
  }
});
