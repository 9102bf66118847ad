import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allCommands, lookUp } from '../../../serve/commands/index.js';
import { Request } from '../../../serve/request.js';

function find(name: string): string | undefined {
  const request = new Request();
  request.assign([Buffer.from(name)]);
  return lookUp(request)?.name;
}

test('every command is found by its name in any case, and nothing else is', () => {
  for (const [name, { arity, keys }] of allCommands()) {
    assert.equal(find(name), name);
    assert.equal(find(name.toUpperCase()), name);
    assert.ok(arity !== 0 && keys.length === 3);
  }
  for (const name of ['', 'ge', 'gett', 'AI.', 'g\x45\0', '\xa7et']) assert.equal(find(name), undefined, name);
});
