import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { InferplayError } from '../../core/errors.js';
import { readTlsFiles } from '../../serve/tls-files.js';
import { temporaryFolder } from '../support/paths.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';

test('certificates, keys and authorities are read as OpenSSL writes them: alone, in bundles, together in one file', { skip: noOpenssl }, (t) => {
  const folder = temporaryFolder(t);
  const files = makeCertificate(folder);
  const text = (path: string): string => readFileSync(path, 'latin1');
  const at = (name: string, content: string): string => (writeFileSync(join(folder, name), content), join(folder, name));
  assert.deepEqual(readTlsFiles({ cert: files.cert, key: files.key }), { cert: readFileSync(files.cert), key: readFileSync(files.key) });
  assert.deepEqual(readTlsFiles(files).ca, readFileSync(files.ca));
  const chain = at('chain.pem', `some words before it\n${text(files.cert)}${text(files.ca)}`);
  const both = at('both.pem', text(files.cert) + text(files.key));
  readTlsFiles({ cert: chain, key: files.key, ca: chain });
  readTlsFiles({ cert: both, key: both });
  // The traditional form, with a block of parameters before it.
  const old = join(folder, 'old.key');
  assert.equal(spawnSync('openssl', ['ec', '-in', files.key, '-out', old, '-no_public', '-param_enc', 'named_curve']).status, 0);
  const parameters = spawnSync('openssl', ['ecparam', '-name', 'prime256v1'], { encoding: 'utf8' }).stdout;
  readTlsFiles({ cert: files.cert, key: at('parameters.key', parameters + text(old)) });
});

test('what is missing, something else, damaged, locked or of another certificate is said in one sentence with the name of the file', { skip: noOpenssl }, (t) => {
  const folder = temporaryFolder(t);
  const files = makeCertificate(folder);
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('hello'), 'hello');
  writeFileSync(at('damaged'), '-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n');
  mkdirSync(at('folder'));
  const locked = spawnSync('openssl', ['ec', '-in', files.key, '-aes256', '-passout', 'pass:hush', '-out', at('locked')]);
  assert.equal(locked.status, 0);
  const cases: [part: 'cert' | 'key' | 'ca', path: string, why: string][] = [
    ['cert', at('none'), `The TLS certificate ${at('none')} cannot be read: there is no such file or folder; name its PEM file.`],
    ['key', at('folder'), `The TLS key ${at('folder')} cannot be read: it is a folder; name its PEM file.`],
    ['cert', at('hello'), `The TLS certificate ${at('hello')} is no PEM certificate;`],
    ['cert', files.key, `The TLS certificate ${files.key} is no PEM certificate;`],
    ['cert', at('damaged'), `The TLS certificate ${at('damaged')} holds a PEM certificate that is damaged;`],
    ['key', at('hello'), `The TLS key ${at('hello')} is no PEM private key;`],
    ['key', files.cert, `The TLS key ${files.cert} is no PEM private key;`],
    ['key', at('locked'), `The TLS key ${at('locked')} is locked with a passphrase;`],
    ['key', at('ca.key'), `The TLS key ${at('ca.key')} does not belong to the certificate ${files.cert};`],
    ['ca', at('none'), `The TLS certificate authority ${at('none')} cannot be read:`],
    ['ca', at('hello'), `The TLS certificate authority ${at('hello')} is no PEM certificate;`],
    ['ca', at('damaged'), `The TLS certificate authority ${at('damaged')} holds a PEM certificate that is damaged;`],
  ];
  for (const [part, path, why] of cases) {
    assert.throws(() => readTlsFiles({ ...files, [part]: path }), (error) => {
      assert.ok(error instanceof InferplayError && error.code === 'USAGE');
      assert.ok(error.message.startsWith(why) && !/error:[0-9A-F]{8}|ENOENT|EISDIR/.test(error.message), `${error.message}\n${why}`);
      return true;
    });
  }
});
