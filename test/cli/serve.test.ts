import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect } from 'node:net';
import { runCli } from '../support/cli.js';

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
