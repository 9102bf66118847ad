import { test } from 'node:test';
import assert from 'node:assert/strict';
import { cleanText, errorKind, isFatal, refusal, unreachable } from '../../wire/redis-errors.js';
import { RespError } from '../../wire/resp.js';

test('errors are counted by their first word, and by what they mean where that is only ERR', () => {
  assert.equal(errorKind('OOM command not allowed'), 'OOM');
  assert.equal(errorKind("ERR unknown command 'AI.TENSORSET', with args"), 'UNKNOWN-COMMAND');
  assert.equal(errorKind('ERR max number of clients reached'), 'MAXCLIENTS');
  assert.equal(errorKind('ERR invalid value'), 'ERR');
  assert.equal(errorKind('Invalid argument: FOO'), 'ERR');
});

test('a load stops at errors that every further command would get, and counts the others', () => {
  for (const kind of ['OOM', 'NOAUTH', 'READONLY', 'MISCONF', 'NOPERM', 'WRONGTYPE', 'UNKNOWN-COMMAND', 'MOVED', 'LOADING']) assert.ok(isFatal(kind), kind);
  for (const kind of ['ERR', 'TRYAGAIN']) assert.ok(!isFatal(kind), kind);
});

test('every advice says what to do', () => {
  const cases: [string, RegExp][] = [
    ["OOM command not allowed when used memory > 'maxmemory'.", /raise it/],
    ['READONLY You can\'t write against a read only replica.', /address of its primary/],
    ['MISCONF Redis is configured to save RDB snapshots', /free its disk/],
    ['MOVED 3999 127.0.0.1:6381', /single server/],
    ["ERR unknown command `AI.TENSORSET`, with args beginning with: `referenceTensor:{0}`", /RedisAI module is not loaded/],
    ['ERR max number of clients reached', /maxclients/],
    ['ERR something new', /log may say more/],
  ];
  for (const [message, advice] of cases) {
    const error = refusal(message, 'SET', 'h:1');
    assert.equal(error.code, 'SERVER');
    assert.match(error.message, advice);
    assert.match(error.message, /^h:1 refused SET: /);
    assert.doesNotMatch(error.message, /\.[;.]/);
    assert.ok(error.cause instanceof RespError);
  }
});

test('what a server repeats of a command is cut, cleaned and redacted', () => {
  assert.equal(cleanText("ERR unknown command 'X', with args beginning with: 'a' '\u0001\r\n'"), "ERR unknown command 'X'");
  assert.equal(cleanText('a secret\r\n\0b', ['secret']), 'a *** b');
  assert.equal(cleanText('x'.repeat(1000)).length, 200);
});

test('a lost connection is told from one that never answered', () => {
  assert.match(unreachable(new Error('Connection is closed.'), 'h:1', false).message, /was lost/);
  assert.match(unreachable(new Error('Connection is closed.'), 'h:1', false, true).message, /if it speaks TLS/);
  for (const code of ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'EPROTO', 'ECONNRESET']) {
    const error = unreachable(Object.assign(new Error('x'), { code }), 'h:1', true);
    assert.equal(error.code, 'CONNECT');
    assert.match(error.message, /h:1.*: .*\.$/, code);
  }
});

test('what OpenSSL says of a greeting is told apart, whatever its source files are called', () => {
  const said = (code: string, text: string): string => unreachable(Object.assign(new Error(`80AC:error:0A00045C:SSL routines:ssl3_read_bytes:${text}:../deps/openssl/ssl/record/rec_layer_s3.c:1601:`), { code }), 'h:1', true, true).message;
  assert.match(said('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tlsv13 alert certificate required'), /wants a client certificate.*\?cert=FILE&key=FILE/);
  assert.match(said('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'sslv3 alert handshake failure'), /it wants a client certificate.*or has no cipher in common/);
  assert.match(said('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'tlsv1 alert unknown ca'), /does not trust the certificate that this client shows \(unknown ca\)/);
  assert.match(said('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number'), /does not speak TLS on that port/);
  assert.match(said('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tlsv1 alert protocol version'), /greeting with h:1 failed \(tlsv1 alert protocol version\): check certificates and TLS versions/);
  assert.match(unreachable(new Error('Connection is closed.'), 'h:1', true, true).message, /after the TLS greeting, without an answer.*cert=FILE/);
  assert.match(unreachable(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'h:1', true, false).message, /was lost/);
});
