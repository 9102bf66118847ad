import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkJson, type JsonSchema } from '../../core/check-json.js';

const schema: JsonSchema = {
  type: 'object',
  required: ['name', 'list'],
  properties: {
    name: { type: 'string' },
    list: { type: 'array', items: { type: 'integer', minimum: 0 } },
    maybe: { anyOf: [{ type: 'null' }, { type: 'object', required: ['ms'], properties: { ms: { type: 'number' } } }] },
    kind: { enum: ['a', 'b'] },
    version: { const: 1 },
    closed: { type: 'object', properties: { x: { type: ['string', 'boolean'] } }, additionalProperties: false },
    counts: { type: 'object', additionalProperties: { type: 'integer' } },
    shared: { $ref: '#/$defs/shared' },
  },
  $defs: { shared: { type: 'object', required: ['x'], properties: { x: { type: 'number' } } } },
};

const good = { name: 'n', list: [1, 2], maybe: null, kind: 'a', version: 1, closed: { x: true }, counts: { any: 3 }, unknown: [] };

test('what fits has no fault', () => {
  assert.equal(checkJson(schema, good), null);
  assert.equal(checkJson(schema, { ...good, maybe: { ms: 1.5 }, shared: { x: 1 } }), null);
});

test('the first fault is named by its path', () => {
  const faults: [unknown, RegExp][] = [
    [null, /^the whole is null, not of type object$/],
    [[], /^the whole is \[\], not of type object$/],
    [{ name: 'n' }, /^list is missing$/],
    [{ ...good, name: 7 }, /^name is 7, not of type string$/],
    [{ ...good, list: [1, 2.5] }, /^list\[1\] is 2\.5, not of type integer$/],
    [{ ...good, list: [-1] }, /^list\[0\] is -1, below 0$/],
    [{ ...good, list: { length: 0 } }, /^list is \{"length":0\}, not of type array$/],
    [{ ...good, maybe: {} }, /^maybe\.ms is missing$/],
    [{ ...good, maybe: { ms: Infinity } }, /^maybe\.ms is null, not of type number$/],
    [{ ...good, kind: 'c' }, /^kind is "c", not one of a, b$/],
    [{ ...good, version: 2 }, /^version is 2, not 1$/],
    [{ ...good, closed: { y: 1 } }, /^closed\.y is unknown$/],
    [{ ...good, closed: { x: 'x'.repeat(99) + 1, toString: 1 } }, /^closed\.toString is unknown$/],
    [{ ...good, counts: { a: 'x'.repeat(99) } }, /^counts\.a is "x{39}…, not of type integer$/],
    [{ ...good, shared: { x: '1' } }, /^shared\.x is "1", not of type number$/],
    [Object.create(good), /^name is missing$/],
  ];
  for (const [value, fault] of faults) assert.match(checkJson(schema, value) ?? 'no fault', fault);
});
