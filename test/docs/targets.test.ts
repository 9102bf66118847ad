import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { kebab } from '../../core/options.js';
import { TARGETS } from '../../replay/targets/index.js';
import { projectRoot } from '../support/paths.js';

test('docs/targets.md names every target and every option with its default', () => {
  const text = readFileSync(join(projectRoot, 'docs', 'targets.md'), 'utf8');
  for (const target of TARGETS) {
    assert.ok(text.includes(`## ${target.scheme}:`), target.scheme);
    for (const [name, spec] of Object.entries(target.options)) {
      const row = text.split('\n').find((line) => line.startsWith(`| \`${kebab(name)}\` |`));
      assert.ok(row, `${target.scheme}: ${name}`);
      if (spec.default !== undefined) assert.ok(row.includes(String(spec.default)), row);
    }
  }
});
