/** The PEM files of TLS, looked at before anybody connects: a certificate, its key, and the authority of the clients' certificates. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { InferplayError, reasonOf } from '../core/errors.js';

/** Paths. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  /** With it clients must present a certificate that this authority signed. */
  readonly ca?: string;
}

/** What the files hold. */
export interface TlsParts {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
}

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^]*?-----END \1-----/g;

/** @throws InferplayError USAGE when a file cannot be read or is not what it should be */
export function readTlsFiles(files: TlsFiles): TlsParts {
  const [cert, key] = [read(files.cert, 'certificate'), read(files.key, 'key')];
  const [certificate] = certificatesOf(cert, files.cert, 'certificate');
  if (!certificate.checkPrivateKey(keyOf(key, files.key))) {
    throw new InferplayError('USAGE', `The TLS key ${files.key} does not belong to the certificate ${files.cert}; name the key that the certificate was made with.`);
  }
  if (files.ca === undefined) return { cert, key };
  const ca = read(files.ca, 'certificate authority');
  // Node takes any text for one, and then trusts nobody.
  certificatesOf(ca, files.ca, 'certificate authority');
  return { cert, key, ca };
}

function read(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InferplayError('USAGE', `The TLS ${what} ${path} cannot be read: ${reasonOf(error)}; name its PEM file.`, { cause: error });
  }
}

/** All certificates of a file, of which there must be one. */
function certificatesOf(bytes: Buffer, path: string, what: string): X509Certificate[] {
  const blocks = bytes.toString('latin1').match(CERTIFICATE);
  if (blocks === null) throw new InferplayError('USAGE', `The TLS ${what} ${path} is no PEM certificate; name a file with a block that begins with -----BEGIN CERTIFICATE-----.`);
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (error) {
    throw new InferplayError('USAGE', `The TLS ${what} ${path} holds a PEM certificate that is damaged; make or copy it again.`, { cause: error });
  }
}

function keyOf(bytes: Buffer, path: string): KeyObject {
  try {
    return createPrivateKey(bytes);
  } catch (error) {
    // "BEGIN ENCRYPTED PRIVATE KEY", or "Proc-Type: 4,ENCRYPTED" in the traditional form.
    if (bytes.includes('ENCRYPTED')) {
      throw new InferplayError('USAGE', `The TLS key ${path} is locked with a passphrase; unlock it into another file: openssl pkey -in ${path} -out FILE.`, { cause: error });
    }
    throw new InferplayError('USAGE', `The TLS key ${path} is no PEM private key; name a file with a block that begins with -----BEGIN PRIVATE KEY-----.`, { cause: error });
  }
}
