import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
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

test('settings of the models reach the server', async () => {
  let answer = '';
  const ran = await runCli(['serve', '--port', '0', '--threads-per-queue', '2', '--intra-op-parallelism', '3', '--inter-op-parallelism', '4', '--model-execution-timeout', '700'], {
    when: /127\.0\.0\.1:(\d+)/,
    then: (child, output) => {
      const socket = connect(Number(/127\.0\.0\.1:(\d+)/.exec(output)![1]), '127.0.0.1', () => socket.write('INFO ai_load_time_configs\r\nECHO end\r\n'));
      socket.on('data', (piece) => {
        answer += piece.toString();
        if (!answer.endsWith('end\r\n')) return;
        socket.end();
        child.kill('SIGTERM');
      });
    },
  });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(answer, /ai_threads_per_queue:2\r\nai_inter_op_parallelism:4\r\nai_intra_op_parallelism:3\r\nai_model_execution_timeout:700\r\n/);
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

/** Sends commands to the server that has told its port, and goes on when so many of them were answered. */
function ask(output: string, commands: readonly string[], then: () => void): void {
  let answers = 0;
  const socket = connect(Number(/127\.0\.0\.1:(\d+)/.exec(output)![1]), '127.0.0.1', () => socket.write(commands.map((command) => `${command}\r\n`).join('')));
  socket.on('data', (piece) => {
    answers += piece.toString().split('\r\n').length - 1;
    if (answers >= commands.length) {
      socket.end();
      then();
    }
  });
}

test('the banner tells of the snapshot, the error output of a save in the background that fails, and of one at the end', async (t) => {
  const folder = join(temporaryFolder(t), 'folder');
  mkdirSync(folder);
  const save = join(folder, 'keys');
  const serve = ['serve', '--port', '0', '--save', save];
  const first = await runCli(serve, { when: /next:/, then: (child, output) => ask(output, ['SET a 1', 'SET b 2'], () => child.kill('SIGTERM')) });
  assert.equal(first.code, 0, first.stderr);
  assert.ok(first.stdout.includes(`  snapshot: ${save} is not there yet, and will be written at the end\n`), first.stdout);
  const second = await runCli(serve, {
    when: /next:/,
    then: (child, output) => {
      rmSync(folder, { recursive: true });
      ask(output, ['BGSAVE', 'PING'], () => child.kill('SIGTERM'));
    },
  });
  assert.ok(second.stdout.includes(`  snapshot: 2 keys came back from ${save}\n`), second.stdout);
  const why = `The snapshot ${save} cannot be written: there is no folder ${folder}; make it again, and SAVE before the server ends.\n`;
  assert.equal(second.stderr, `warning: ${why}error: ${why}`);
  assert.equal(second.code, 3);
});
