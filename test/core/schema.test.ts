import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { arrow } from '../../core/arrow.js';
import { InferplayError } from '../../core/errors.js';
import type { Column } from '../../core/manifest.js';
import { columnsOf, rowBytes, schemaOf } from '../../core/schema.js';
import { DTYPES } from '../../core/tensor.js';

const column: fc.Arbitrary<Column> = fc.record({
  name: fc.string({ minLength: 1 }),
  dtype: fc.constantFrom(...([...Object.keys(DTYPES), 'uint64'] as Column['dtype'][])),
  shape: fc.option(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })),
  nullable: fc.boolean(),
}, { noNullPrototype: true });

test('columns go to a schema and back', () => {
  const different = fc.uniqueArray(column, { selector: (each) => each.name, maxLength: 6 });
  fc.assert(fc.property(different, (columns) => {
    assert.deepEqual(columnsOf(schemaOf(columns, {}), 'here'), columns);
  }));
});

test('names of dimensions, conversions and texts go to a schema and back', () => {
  const sent = { dtype: 'float32', axis: 2, multiply: [1, 2, 3], add: [0, 0, 1] } as const;
  const columns: readonly Column[] = [
    { name: 'image', dtype: 'uint8', shape: [4, 5, 3], nullable: false, dimNames: ['H', 'W', 'C'], sent },
    { name: 'file', dtype: 'utf8', shape: null, nullable: true },
  ];
  const schema = schemaOf(columns, {});
  assert.deepEqual(columnsOf(schema, 'here'), columns);
  assert.equal(schema.fields[0].metadata.get('ARROW:extension:metadata'), '{"shape":[4,5,3],"dim_names":["H","W","C"]}');
});

test('a conversion that cannot be used is refused with the column', () => {
  const schema = schemaOf([{ name: 'image', dtype: 'float32', shape: [3], nullable: false, sent: { dtype: 'float32', axis: 0, multiply: [1, 1, 1], add: [0, 0, 0] } }], {});
  assert.throws(() => columnsOf(schema, 'x.arrow'), /^InferplayError: x\.arrow: column "image" has inferplay\.sent metadata that cannot be used \(only uint8 tensors can be converted\); write the file again\.$/);
});

test('a row has the bytes of its values', () => {
  assert.equal(rowBytes({ dtype: 'utf8', shape: null }), 0);
  assert.equal(rowBytes({ dtype: 'float32', shape: [2, 3] }), 24);
  assert.equal(rowBytes({ dtype: 'uint64', shape: null }), 8);
});

test('dates and lists of texts of foreign files are left out', () => {
  const texts = new arrow.FixedSizeList(2, new arrow.Field('item', new arrow.Utf8()));
  const schema = new arrow.Schema([new arrow.Field('names', texts), new arrow.Field('day', new arrow.DateDay()), new arrow.Field('n', new arrow.Int32()), new arrow.Field('big', new arrow.Uint32())]);
  assert.deepEqual(columnsOf(schema, 'here').map((each) => each.name), ['n']);
});

for (const [what, metadata] of [['another size', '{"shape":[2,2]}'], ['no JSON', '{'], ['a permutation', '{"shape":[2,3],"permutation":[1,0]}']]) {
  test(`a tensor whose metadata says ${what} is refused`, () => {
    const type = new arrow.FixedSizeList(6, new arrow.Field('item', new arrow.Float32()));
    const field = new arrow.Field('t', type, false, new Map([['ARROW:extension:name', 'arrow.fixed_shape_tensor'], ['ARROW:extension:metadata', metadata]]));
    assert.throws(() => columnsOf(new arrow.Schema([field]), 'x.arrow'), (error) => error instanceof InferplayError && error.code === 'DATA' && error.message.startsWith('x.arrow: column "t" holds 6 values'));
  });
}

test('a tensor without metadata is a vector', () => {
  const field = new arrow.Field('t', new arrow.FixedSizeList(6, new arrow.Field('item', new arrow.Float32())));
  assert.deepEqual(columnsOf(new arrow.Schema([field]), 'x')[0].shape, [6]);
});
