import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkJson, type JsonSchema } from '../../core/check-json.js';
import { RESULT_SCHEMA } from '../../core/result-schema.js';
import { REASON_CODES } from '../../core/verdict.js';
import { projectRoot } from '../support/paths.js';
import { RESULTS } from '../support/results.js';

const docs = (name: string) => join(projectRoot, 'docs', name);

/** The same, but for a field that it does not know. */
function closed(schema: JsonSchema): JsonSchema {
  const map = (all: { readonly [name: string]: JsonSchema }) => Object.fromEntries(Object.entries(all).map(([name, one]) => [name, closed(one)]));
  return {
    ...schema,
    ...(schema.properties && { properties: map(schema.properties), additionalProperties: false as const }),
    ...(schema.additionalProperties && { additionalProperties: closed(schema.additionalProperties) }),
    ...(schema.items && { items: closed(schema.items) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map(closed) }),
    ...(schema.$defs && { $defs: map(schema.$defs) }),
  };
}

/** The names of all fields. */
function fields(schema: JsonSchema): string[] {
  const inner = [...(schema.anyOf ?? []), schema.items, schema.additionalProperties, ...Object.values(schema.$defs ?? {})];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => [name, ...fields(child)]),
    ...inner.flatMap((one) => (one ? fields(one) : [])),
  ];
}

test('docs/result.schema.json is this schema', () => {
  const text = JSON.stringify(RESULT_SCHEMA, null, 2) + '\n';
  if (process.env.INFERPLAY_UPDATE_GOLDENS) writeFileSync(docs('result.schema.json'), text);
  assert.equal(readFileSync(docs('result.schema.json'), 'utf8'), text, 'run this test with INFERPLAY_UPDATE_GOLDENS=1');
});

test('a result has every field of the schema and no other', () => {
  for (const [name, result] of RESULTS) {
    assert.equal(checkJson(closed(RESULT_SCHEMA), { ...result, files: { 'timeline.csv': { sizeBytes: 1, sha256: 'a' } } }), null, name);
  }
  assert.equal(checkJson(closed(RESULT_SCHEMA), { ...RESULTS[0][1], more: 1 }), 'more is unknown');
});

test('docs/result.md names every field', () => {
  const text = readFileSync(docs('result.md'), 'utf8');
  const names = new Set(fields(RESULT_SCHEMA));
  assert.ok(names.has('samplesNeeded') && names.has('delayP99Ms') && names.has('ratePerSecond') && names.has('messages'));
  const missing = [...names].filter((name) => !text.includes(`\`${name}\``) && !text.includes(`.${name}\``));
  assert.deepEqual(missing, []);
});

test('docs/measuring.md explains every reason', () => {
  const text = readFileSync(docs('measuring.md'), 'utf8');
  assert.deepEqual(REASON_CODES.filter((code) => !text.includes(`| \`${code}\` |`)), []);
  const table = text.slice(text.indexOf('| code | severity |')).split('\n\n')[0].split('\n').slice(2);
  for (const line of table) assert.ok(REASON_CODES.some((code) => line.startsWith(`| \`${code}\` | `)), line);
});
