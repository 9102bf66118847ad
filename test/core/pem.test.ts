import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCertificates, readPrivateKey, type PemFault } from '../../core/pem.js';
import { makeCertificate, noOpenssl } from '../support/tls.js';
import { temporaryFolder } from '../support/paths.js';

test('certificates and keys are read, and what is wrong with a file is told apart', { skip: noOpenssl }, (t) => {
  const folder = temporaryFolder(t);
  const files = makeCertificate(folder);
  const file = (name: string, text: string): string => (writeFileSync(join(folder, name), text), join(folder, name));
  const never = (fault: PemFault): Error => new Error(fault);
  const bundle = file('bundle', readFileSync(files.cert, 'latin1') + readFileSync(files.ca, 'latin1'));
  const { bytes, certificates } = readCertificates(bundle, never);
  assert.deepEqual([bytes, certificates.length], [readFileSync(bundle), 2]);
  assert.ok(certificates[0].checkPrivateKey(readPrivateKey(files.key, never).key));
  const damaged = file('damaged', `${readFileSync(files.cert, 'latin1')}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`);
  const locked = file('locked', '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n');
  for (const [read, path, fault] of [
    [readCertificates, join(folder, 'none'), 'unreadable'], [readCertificates, files.key, 'absent'], [readCertificates, damaged, 'damaged'],
    [readPrivateKey, folder, 'unreadable'], [readPrivateKey, files.cert, 'absent'], [readPrivateKey, locked, 'locked'],
  ] as const) assert.throws(() => read(path, never), { message: fault }, path);
});
