import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';

test('an unknown command, option or value is a usage error of one sentence', async () => {
  for (const [args, words] of [
    [['generat'], /unknown command 'generat'.*\n.*Did you mean generate/],
    [['replay', 'x'], /required option '--target <URL>' not specified/],
    [['replay', 'x', '--target', 'null:', '--clients', 'many'], /whole number, at least 1/],
    [['replay', 'x', '--target', 'carrier-pigeon://there'], /There is no target "carrier-pigeon"; known are/],
    [['generate', 'fraud', '--out', 'x', '--rows', 'ten'], /option rows: "ten" is not a whole number/],
  ] as const) {
    const { code, stdout, stderr } = await runCli(args);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, words);
  }
});

test('a data error and a server that is not there have codes of their own', async () => {
  const absent = await runCli(['inspect', 'no-such-folder']);
  assert.equal(absent.code, 3, absent.stderr);
  assert.match(absent.stderr, /^error: .*no-such-folder/);
  assert.equal(absent.stderr.trim().split('\n').length, 1);
});

test('a reader that goes away is not an error', async () => {
  const { code, stderr } = await runCli(['--help'], { when: /Usage/, then: (child) => child.stdout?.destroy() });
  assert.equal(code, 0, stderr);
});
