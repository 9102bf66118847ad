import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addLaboratory, laboratoryLine, laboratoryOf } from '../../cli/laboratory.js';
import { runCli } from '../support/cli.js';

test('the options become what the server takes', () => {
  const command = new Command();
  addLaboratory(command);
  command.parse(['--service-time', 'exp:4ms', '--servers', '2', '--stall', '1s/10s', '--fail-rate', '0.01', '--drop-rate', '0.02', '--slow-reader', '64k', '--lab-seed', '7'], { from: 'user' });
  assert.deepEqual(laboratoryOf(command.opts()), { serviceTime: 'exp:4ms', servers: 2, stall: '1s/10s', failRate: 0.01, dropRate: 0.02, slowReader: '64k', seed: 7 });
});

test('the help tells the grammar, and a wrong word is a usage error of one sentence', async () => {
  const help = await runCli(['serve', '--help']);
  assert.match(help.stdout, /exp:MEAN \| fixed:TIME \| bimodal:TIME,TIME,SHARE/);
  const wrong = await runCli(['serve', '--port', '0', '--service-time', 'normal:2ms']);
  assert.equal(wrong.code, 2, wrong.stderr);
  assert.match(wrong.stderr, /exp:2ms, fixed:5ms or bimodal:1ms,20ms,0\.1/);
  assert.equal((await runCli(['serve', '--port', '0', '--fail-rate', ''])).code, 2);
});

test('a share that is none is quoted', () => {
  for (const [option, text] of [['--fail-rate', '5%'], ['--drop-rate', ''], ['--drop-rate', '1.5']]) {
    const command = new Command();
    addLaboratory(command);
    assert.throws(() => command.parse([option, text], { from: 'user' }), (error: Error) => error.message.startsWith(`${option}: "${text}" is no share; write a number from 0 to 1`));
  }
});

test('the banner tells the settings, and nothing where there are none', async () => {
  assert.equal(laboratoryLine({}), null);
  const ran = await runCli(['serve', '--port', '0', '--service-time', 'exp:2ms', '--lab-seed', '7'], { when: /next:/, then: (child) => child.kill('SIGTERM') });
  assert.match(ran.stdout, /^ {2}laboratory: exponential service times of 2 ms, 1 server, seed 7$/m);
});
