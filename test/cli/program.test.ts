import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Command } from 'commander';
import { createProgram } from '../../cli/program.js';
import { runCli } from '../support/cli.js';
import { projectRoot } from '../support/paths.js';

const program = createProgram({ signal: new AbortController().signal, interrupted: () => false, acceptAsEnd: () => {}, dispose: () => {} });

/** Every command with its path, `generate fraud` among them. */
function commands(command: Command, path: string[] = []): { path: string[]; command: Command }[] {
  return command.commands.flatMap((child) => {
    const childPath = [...path, child.name()];
    return [{ path: childPath, command: child }, ...commands(child, childPath)];
  });
}

test('there is a command for every stage', () => {
  const names = commands(program).map(({ path }) => path.join(' '));
  for (const name of ['demo', 'generate fraud', 'load', 'replay', 'serve', 'report', 'inspect', 'verify', 'export aibench']) assert.ok(names.includes(name), name);
});

test('every help text ends in examples', () => {
  for (const { path, command } of [{ path: [], command: program }, ...commands(program)]) {
    let text = '';
    command.configureOutput({ writeOut: (piece) => (text += piece) }).outputHelp();
    assert.match(text, /Examples?:\n {2}\S/, `inferplay ${path.join(' ')} --help`);
  }
});

/** Files that a built file loads when it is loaded: static imports only, followed to the packages. */
function loads(file: URL, seen = new Set<string>()): Set<string> {
  if (seen.has(file.href)) return seen;
  seen.add(file.href);
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gm)) {
    if (name.startsWith('.')) loads(new URL(name, file), seen);
    else seen.add(name);
  }
  return seen;
}

test('--help loads none of the heavy packages', () => {
  const loaded = loads(new URL('../../cli/main.js', import.meta.url));
  assert.ok(loaded.has('commander'));
  for (const name of ['apache-arrow', 'csv-parse', 'csv-parse/sync', 'ioredis', 'hdr-histogram-js', 'onnxruntime-node']) assert.ok(!loaded.has(name), name);
});

test('the version is the package\'s', async () => {
  const { code, stdout } = await runCli(['--version']);
  assert.equal(code, 0);
  assert.equal(stdout.trim(), JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version);
});
