/**
 * What a Redis refuses, and why it cannot be reached, as sentences that say what to do. Server texts may repeat the arguments
 * of a command, binary or secret: they are cut, cleaned and redacted here, and nowhere else.
 */
import { InferplayError, messageOf } from '../core/errors.js';
import { RespError } from './resp.js';

const TEXT_MAX = 200;

/** By the first word of the reply; what to do about it. */
const ADVICE: { readonly [code: string]: string } = {
  NOAUTH: 'the server wants a password: write it into the URL, redis://user:password@host',
  WRONGPASS: 'user or password are wrong, or the user is disabled: check the URL',
  NOPERM: 'this user may not run the command or touch the keys: grant it with ACL SETUSER, or use another user',
  OOM: 'the server is at its maxmemory: raise it (CONFIG SET maxmemory), free keys, or load fewer rows',
  READONLY: 'this server is a read-only replica: use the address of its primary',
  MISCONF: 'the server cannot write its snapshot and so refuses writes: free its disk, or CONFIG SET stop-writes-on-bgsave-error no',
  LOADING: 'the server is still reading its own data from disk: try again when it is done',
  MOVED: 'the server is a node of a Redis Cluster, which needs every key on its own node: use a single server',
  ASK: 'the server is a node of a Redis Cluster that is moving slots: use a single server',
  CLUSTERDOWN: 'the server is a node of a Redis Cluster that is not whole: use a single server',
  CROSSSLOT: 'the server is a node of a Redis Cluster: use a single server',
  MASTERDOWN: 'this replica has lost its primary: use the address of the primary',
  NOREPLICAS: 'the server wants more replicas before it writes: see min-replicas-to-write',
  BUSY: 'a script is running on the server: wait, or SCRIPT KILL',
  WRONGTYPE: 'a key of that name holds something else: delete it, or use an empty server',
};

/** Replies after which going on makes no sense: every further command would be answered alike. */
const FATAL = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM', 'OOM', 'READONLY', 'MISCONF', 'LOADING', 'MOVED', 'ASK', 'CLUSTERDOWN', 'CROSSSLOT', 'MASTERDOWN', 'NOREPLICAS', 'WRONGTYPE', 'UNKNOWN-COMMAND', 'MAXCLIENTS']);

/** The kind under which an error is counted: its first word, or a name of ours where that word is only `ERR`. */
export function errorKind(message: string): string {
  if (/^ERR unknown command/i.test(message)) return 'UNKNOWN-COMMAND';
  if (/^ERR max number of clients/i.test(message)) return 'MAXCLIENTS';
  return new RespError(message).code;
}

export function isFatal(kind: string): boolean {
  return FATAL.has(kind);
}

/** A server's text on one printable line, capped, without the arguments that it repeats and without secrets. */
export function cleanText(message: string, secrets: readonly string[] = []): string {
  let text = message;
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '***');
  text = text.replace(/,? with args beginning with:.*$/s, '').replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ').trim();
  return text.length > TEXT_MAX ? text.slice(0, TEXT_MAX - 1) + '…' : text;
}

/** An error reply as the error of the edge; its cause is the RespError. */
export function refusal(message: string, what: string, where: string, secrets: readonly string[] = []): InferplayError {
  const text = cleanText(message, secrets);
  return new InferplayError('SERVER', `${where} refused ${what}: ${text.replace(/[.\s]+$/, '')}; ${adviceFor(message)}.`, { cause: new RespError(text) });
}

function adviceFor(text: string): string {
  const kind = errorKind(text);
  if (kind === 'UNKNOWN-COMMAND') {
    return /unknown command .?AI\./i.test(text)
      ? 'the RedisAI module is not loaded there: start the server with --loadmodule redisai.so, use "inferplay serve", or load blobs alone (redis://, --put blob)'
      : 'the server does not know that command: check that it is a Redis of version 6 or later and that the command was not renamed';
  }
  if (kind === 'MAXCLIENTS') return 'raise maxclients or close other connections';
  if (/AUTH.*without any password|no password is set/i.test(text)) return 'leave user and password out of the URL';
  if (/DB index is out of range/i.test(text)) return 'the database in the URL does not exist there';
  return ADVICE[kind] ?? "the server's log may say more";
}

/**
 * Why a connection did not come about, or broke.
 * @param fresh nothing was answered on it yet: the port may be somebody else's
 */
export function unreachable(cause: unknown, where: string, tls: boolean, fresh = false): InferplayError {
  return new InferplayError('CONNECT', sentence(cause, where, tls, fresh), { cause });
}

function sentence(cause: unknown, where: string, tls: boolean, fresh: boolean): string {
  const code = String((cause as { code?: unknown } | null)?.code ?? '');
  const text = cleanText(messageOf(cause));
  const plainHint = tls ? 'the server does not speak TLS on that port: use redis:// or redisai://, or its TLS port' : '';
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing listens on ${where}: connection refused; start the server, or check host and port.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host of ${where} was not found: check its name and the network's name service.`;
    case 'ETIMEDOUT':
      return `${where} did not answer in time: check host, port${tls ? ', that it speaks TLS there,' : ''} and firewalls.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${where} cannot be reached from here (${code}): check host and network.`;
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `The certificate of ${where} is not signed by an authority known here: add ?ca=FILE to the URL, or ?insecure to accept any.`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `The certificate of ${where} is for another host name: use the name in it, or ?insecure to accept any.`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return `The certificate of ${where} is not valid today (${code}): renew it, or ?insecure to accept any.`;
  }
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return tlsSentence(`${code} ${text}`, where, plainHint);
  if (/Protocol error|RESP type/i.test(text)) return `${where} does not speak the Redis protocol: ${tls ? 'check the port' : 'if it speaks TLS there use rediss:// or redisais://, else check the port'}.`;
  if (tls && fresh && code === 'ECONNRESET') return `${where} closed the connection during the TLS greeting: ${plainHint}; or it does not accept this client's certificate.`;
  if (tls && fresh) return `${where} closed the connection after the TLS greeting, without an answer: if it wants a client certificate, name one that its authority signed with ?cert=FILE&key=FILE; else see the server's log.`;
  if (fresh) return `${where} closed the connection without an answer: if it speaks TLS there use rediss:// or redisais://, else check the port and the server's log.`;
  return `The connection to ${where} was lost${text === '' ? '' : ` (${text})`}: see whether the server is still running and what its log says.`;
}

/** By OpenSSL's names: what a server says when it ends the greeting, and what this side says when it does. */
function tlsSentence(text: string, where: string, plainHint: string): string {
  const own = 'a client certificate that its authority signed, with ?cert=FILE&key=FILE in the URL';
  if (/ALERT_CERTIFICATE_REQUIRED|alert certificate required/i.test(text)) return `${where} wants ${own}.`;
  if (/ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(?:REVOKED|EXPIRED|UNKNOWN)|ACCESS_DENIED)/i.test(text)) {
    return `${where} does not trust the certificate that this client shows (${/ALERT_(\w+)/i.exec(text)![1].toLowerCase().replaceAll('_', ' ')}): name one that the server's authority signed (cert= and key= in the URL).`;
  }
  // Up to TLS 1.2 this is also what a client without a certificate is told.
  if (/ALERT_HANDSHAKE_FAILURE/i.test(text)) return `${where} ended the TLS greeting: it wants ${own}, or has no cipher in common with this client.`;
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST|wrong version number|packet length too long/i.test(text)) return `${where} answered the TLS greeting with something else: ${plainHint}.`;
  return `The TLS greeting with ${where} failed (${/error:[0-9a-f]+:[^:]*:[^:]*:([^:]+)/i.exec(text)?.[1] ?? text}): check certificates and TLS versions.`;
}
