/** TLS to a Redis: which authority is trusted, and which certificate this client shows. Both come as files from the URL's parameters. */
import type { ConnectionOptions } from 'node:tls';
import type { Address } from '../core/address.js';
import { InferplayError, reasonOf } from '../core/errors.js';
import type { OptionTable } from '../core/options.js';
import { readCertificates, readPrivateKey, type Refuse } from '../core/pem.js';

/** URL parameters of whoever speaks TLS to a Redis. */
export const TLS_OPTIONS = {
  ca: { kind: 'path', help: 'PEM file of the certificate authority that signed the server\'s certificate' },
  cert: { kind: 'path', help: 'PEM file of the certificate that the client shows, for a server that wants one; with key' },
  key: { kind: 'path', help: 'PEM file of the private key of cert' },
  insecure: { kind: 'boolean', default: false, help: 'accept any certificate of the server' },
} as const satisfies OptionTable;

export interface TlsChoice {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly insecure?: boolean;
}

/** Only what concerns TLS, out of options that hold more. */
export function tlsChoice({ ca, cert, key, insecure }: TlsChoice): TlsChoice {
  return { ca, cert, key, insecure };
}

/** Options of node:tls for this address. @throws InferplayError USAGE for files that are missing, no PEM, or do not belong together */
export function tlsFor(address: Address, { ca, cert, key, insecure }: TlsChoice): ConnectionOptions | undefined {
  if (!address.tls) return undefined;
  if ((cert === undefined) !== (key === undefined)) throw new InferplayError('USAGE', `A client certificate needs its key: the server's URL has only ${cert === undefined ? 'key' : 'cert'}=, give both cert= and key=, or neither.`);
  // Server name indication is for names: node refuses an IP address there.
  const servername = /^[\d.]+$|:/.test(address.host) ? undefined : address.host;
  return {
    ...(ca === undefined ? {} : { ca: certificateIn('ca', ca).bytes }),
    ...(cert === undefined || key === undefined ? {} : clientOptions(cert, key)),
    rejectUnauthorized: !insecure,
    ...(servername ? { servername } : {}),
  };
}

function clientOptions(cert: string, key: string): Pick<ConnectionOptions, 'cert' | 'key'> {
  const shown = certificateIn('cert', cert);
  const { bytes, key: privateKey } = readPrivateKey(key, refusal('key', key, 'private key'));
  if (!shown.certificates[0].checkPrivateKey(privateKey)) throw new InferplayError('USAGE', `The key ${key} (key= in the server's URL) is not that of the certificate ${cert} (cert=).`);
  return { cert: shown.bytes, key: bytes };
}

function certificateIn(name: 'ca' | 'cert', path: string): ReturnType<typeof readCertificates> {
  return readCertificates(path, refusal(name, path, 'certificate'));
}

/** @param block what the file must hold */
function refusal(name: string, path: string, block: 'certificate' | 'private key'): Refuse {
  const given = `${path} (${name}= in the server's URL)`;
  return (fault, cause) => {
    if (fault === 'unreadable') return new InferplayError('USAGE', `The file ${given} cannot be read: ${reasonOf(cause)}.`, { cause });
    if (fault === 'locked') return new InferplayError('USAGE', `The key ${given} is locked with a passphrase: write it without one, "openssl pkey -in FILE -out NEWFILE", and name that.`, { cause });
    return new InferplayError('USAGE', `The file ${given} holds no ${block} in PEM form, which begins with -----BEGIN ${block.toUpperCase()}-----.`, { cause });
  };
}
