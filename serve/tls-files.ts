/** The server's files of TLS: a certificate, its key, and the authority of the clients' certificates. */
import { InferplayError, reasonOf } from '../core/errors.js';
import { readCertificates, readPrivateKey, type Refuse } from '../core/pem.js';

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

/** @throws InferplayError USAGE when a file cannot be read or is not what it should be */
export function readTlsFiles(files: TlsFiles): TlsParts {
  const own = readCertificates(files.cert, refusal(files.cert, 'certificate', 'certificate'));
  const { bytes: key, key: privateKey } = readPrivateKey(files.key, refusal(files.key, 'key', 'private key'));
  if (!own.certificates[0].checkPrivateKey(privateKey)) {
    throw new InferplayError('USAGE', `The TLS key ${files.key} does not belong to the certificate ${files.cert}; name the key that the certificate was made with.`);
  }
  if (files.ca === undefined) return { cert: own.bytes, key };
  return { cert: own.bytes, key, ca: readCertificates(files.ca, refusal(files.ca, 'certificate authority', 'certificate')).bytes };
}

/** @param block what the file must hold */
function refusal(path: string, what: string, block: 'certificate' | 'private key'): Refuse {
  return (fault, cause) => {
    const why = {
      unreadable: `cannot be read: ${reasonOf(cause)}; name its PEM file.`,
      absent: `is no PEM ${block}; name a file with a block that begins with -----BEGIN ${block.toUpperCase()}-----.`,
      damaged: `holds a PEM ${block} that is damaged; make or copy it again.`,
      locked: `is locked with a passphrase; unlock it into another file: openssl pkey -in ${path} -out FILE.`,
    };
    return new InferplayError('USAGE', `The TLS ${what} ${path} ${why[fault]}`, { cause });
  };
}
