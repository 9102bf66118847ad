/** Where a server is, as its URL says: the part that every kind of server has in common. */
import { InferplayError } from './errors.js';
import { Secret } from './secret.js';

export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: Secret | null;
  readonly password: Secret | null;
  /** Path of the URL without the leading slash. */
  readonly path: string;
}

/** @throws InferplayError USAGE for a user or password that is not percent-encoded; no message holds them */
export function addressOf(url: URL, { defaultPort, tls }: { readonly defaultPort: number; readonly tls: boolean }): Address {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? defaultPort : Number(url.port),
    tls,
    username: secretOf(url.username),
    password: secretOf(url.password),
    path: url.pathname.replace(/^\//, ''),
  };
}

function secretOf(encoded: string): Secret | null {
  if (encoded === '') return null;
  try {
    return new Secret(decodeURIComponent(encoded));
  } catch {
    throw new InferplayError('USAGE', 'The user or password in the URL has a % that is not part of a percent-encoding: write %25 for it.');
  }
}

/** `host:port` as URLs and messages have it: an IPv6 address stands in brackets. */
export function hostPort(host: string, port: number | undefined): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What to say of a URL that cannot be read: it is never repeated, for it may hold a password. */
export const ENCODING_HINT = '@ : / ? # % in a user or password are written percent-encoded (%40 %3A %2F %3F %23 %25)';
