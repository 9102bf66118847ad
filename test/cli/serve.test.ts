import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'node:net';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { temporaryFolder } from '../support/paths.js';

test('serve says where it listens, answers, and ends on SIGTERM', async () => {
  let answer = '';
  const ran = await runCli(['serve', '--port', '0'], {
    when: /127\.0\.0\.1:(\d+)/,
    then: (child, output) => {
      const port = Number(/127\.0\.0\.1:(\d+)/.exec(output)![1]);
      const socket = connect(port, '127.0.0.1', () => socket.write('*1\r\n$4\r\nPING\r\n'));
      socket.on('data', (piece) => {
        answer += piece.toString();
        socket.end();
        child.kill('SIGTERM');
      });
    },
  });
  assert.equal(answer, '+PONG\r\n');
  assert.equal(ran.code, 0, ran.stderr);
  const [, url] = /on (redisai:\S+)/.exec(ran.stdout)!;
  assert.ok(ran.stdout.includes(`next: inferplay load DATASET --to ${url} `), ran.stdout);
});

test('a port that is taken is a connection error of one sentence', async () => {
  const second: Promise<{ code: number | null; stderr: string }>[] = [];
  await runCli(['serve', '--port', '0'], {
    when: /127\.0\.0\.1:(\d+)/,
    then: (child, output) => {
      const port = /127\.0\.0\.1:(\d+)/.exec(output)![1];
      second.push(runCli(['serve', '--port', port]).finally(() => child.kill('SIGTERM')));
    },
  });
  const { code, stderr } = await second[0];
  assert.equal(code, 4, stderr);
  assert.match(stderr, /another program listens there/);
});

test('a client can end it with SHUTDOWN', async () => {
  const ran = await runCli(['serve', '--port', '0'], {
    when: /127\.0\.0\.1:(\d+)/,
    then: (_child, output) => {
      const socket = connect(Number(/127\.0\.0\.1:(\d+)/.exec(output)![1]), '127.0.0.1', () => socket.write('*2\r\n$8\r\nSHUTDOWN\r\n$6\r\nNOSAVE\r\n'));
      socket.on('error', () => {});
    },
  });
  assert.equal(ran.code, 0, ran.stderr);
});

test('users come from the environment, a unix socket is announced, and no password is printed', async (t) => {
  const path = join(temporaryFolder(t), 'socket');
  let answer = '';
  const ran = await runCli(['serve', '--port', '0', '--unixsocket', path], {
    env: { INFERPLAY_USERS: 'ada:hush' },
    when: /127\.0\.0\.1:(\d+)/,
    then: (child) => {
      const socket = connect(path, () => socket.write('PING\r\nAUTH ada hush\r\nPING\r\n'));
      socket.on('data', (piece) => {
        answer += piece.toString();
        if (!answer.endsWith('PONG\r\n')) return;
        socket.end();
        child.kill('SIGTERM');
      });
    },
  });
  assert.equal(answer, '-NOAUTH Authentication required.\r\n+OK\r\n+PONG\r\n');
  assert.equal(ran.code, 0, ran.stderr);
  assert.ok(ran.stdout.includes(path) && !(ran.stdout + ran.stderr).includes('hush'), ran.stdout);
});
