/** The PEM files of TLS, looked at before anybody connects: node:tls ignores an authority that is none, and names neither file nor reason for the others. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** What can be wrong with a file: it cannot be read, has no block of the kind, one that is no good, or a key behind a passphrase. */
export type PemFault = 'unreadable' | 'absent' | 'damaged' | 'locked';
/** Makes the error out of it: only the caller knows where the path came from. */
export type Refuse = (fault: PemFault, cause: unknown) => Error;

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^]*?-----END \1-----/g;
/** In the one form and in the traditional one. */
const LOCKED = /-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m;

/** All certificates of a file, of which there must be one. The first is that of the owner. */
export function readCertificates(path: string, refuse: Refuse): { readonly bytes: Buffer; readonly certificates: readonly X509Certificate[] } {
  const bytes = read(path, refuse);
  const blocks = bytes.toString('latin1').match(CERTIFICATE);
  if (blocks === null) throw refuse('absent', undefined);
  try {
    return { bytes, certificates: blocks.map((block) => new X509Certificate(block)) };
  } catch (error) {
    throw refuse('damaged', error);
  }
}

export function readPrivateKey(path: string, refuse: Refuse): { readonly bytes: Buffer; readonly key: KeyObject } {
  const bytes = read(path, refuse);
  try {
    return { bytes, key: createPrivateKey(bytes) };
  } catch (error) {
    throw refuse(LOCKED.test(bytes.toString('latin1')) ? 'locked' : 'absent', error);
  }
}

function read(path: string, refuse: Refuse): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw refuse('unreadable', error);
  }
}
