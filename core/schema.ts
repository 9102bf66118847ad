/** Columns of a data set as an Arrow schema, and back. Tensors are FixedSizeList with the canonical `arrow.fixed_shape_tensor` metadata. */
import { arrow } from './arrow.js';
import type { Arrow } from './arrow.js';
import { InferplayError } from './errors.js';
import type { Column } from './manifest.js';
import { DTYPES, elements } from './tensor.js';

const EXTENSION_NAME = 'ARROW:extension:name';
const EXTENSION_METADATA = 'ARROW:extension:metadata';
const TENSOR = 'arrow.fixed_shape_tensor';

/** Bytes of one row of a column. */
export function rowBytes(column: Pick<Column, 'dtype' | 'shape'>): number {
  const size = column.dtype === 'uint64' ? 8 : DTYPES[column.dtype].sizeBytes;
  return size * elements(column.shape ?? []);
}

/** @param metadata schema metadata, texts by name */
export function schemaOf(columns: readonly Column[], metadata: { readonly [name: string]: string }): Arrow.Schema {
  const entries = new Map(Object.entries(metadata));
  return new arrow.Schema(columns.map(fieldOf), entries);
}

function fieldOf(column: Column): Arrow.Field {
  const scalar = scalarType(column.dtype);
  if (column.shape === null) return new arrow.Field(column.name, scalar, column.nullable);
  const item = new arrow.Field('item', scalar, false);
  const metadata = new Map([[EXTENSION_NAME, TENSOR], [EXTENSION_METADATA, JSON.stringify({ shape: column.shape })]]);
  return new arrow.Field(column.name, new arrow.FixedSizeList(elements(column.shape), item), column.nullable, metadata);
}

function scalarType(dtype: Column['dtype']): Arrow.DataType {
  switch (dtype) {
    case 'float16': return new arrow.Float16();
    case 'float32': return new arrow.Float32();
    case 'float64': return new arrow.Float64();
    case 'int8': return new arrow.Int8();
    case 'int16': return new arrow.Int16();
    case 'int32': return new arrow.Int32();
    case 'int64': return new arrow.Int64();
    case 'uint8': return new arrow.Uint8();
    case 'uint16': return new arrow.Uint16();
    case 'uint64': return new arrow.Uint64();
  }
}

/**
 * The columns of a schema that a data set can use. Texts, dates, variable lists and the like are left out: a file from
 * elsewhere may have them.
 * @throws InferplayError DATA for a tensor whose shape contradicts its storage
 */
export function columnsOf(schema: Arrow.Schema, where: string): Column[] {
  return schema.fields.flatMap((field) => columnOf(field, where) ?? []);
}

function columnOf(field: Arrow.Field, where: string): Column | null {
  const list = arrow.DataType.isFixedSizeList(field.type) ? field.type : null;
  const dtype = dtypeOf(list === null ? field.type : list.children[0].type);
  if (dtype === null) return null;
  const shape = list === null ? null : shapeOf(field, list.listSize, where);
  return { name: field.name, dtype, shape, nullable: field.nullable };
}

function dtypeOf(type: Arrow.DataType): Column['dtype'] | null {
  if (arrow.DataType.isFloat(type)) return (['float16', 'float32', 'float64'] as const)[type.precision] ?? null;
  if (!arrow.DataType.isInt(type)) return null;
  const name = `${type.isSigned ? 'int' : 'uint'}${type.bitWidth}`;
  return name === 'uint64' || Object.hasOwn(DTYPES, name) ? (name as Column['dtype']) : null;
}

function shapeOf(field: Arrow.Field, listSize: number, where: string): readonly number[] {
  if (field.metadata.get(EXTENSION_NAME) !== TENSOR) return [listSize];
  const text = field.metadata.get(EXTENSION_METADATA) ?? '';
  const shape = parseShape(text);
  if (shape === null || elements(shape) !== listSize) {
    throw new InferplayError('DATA', `${where}: column "${field.name}" holds ${listSize} values a row, but its ${TENSOR} metadata says ${text.slice(0, 80) || 'nothing'}; write the file again with a shape that fits.`);
  }
  return shape;
}

/** A permutation would mean that the bytes are not row-major: nothing here could use them. */
function parseShape(text: string): number[] | null {
  try {
    const { shape, permutation } = JSON.parse(text) as { shape?: unknown; permutation?: unknown };
    if (Array.isArray(permutation) && permutation.some((axis, at) => axis !== at)) return null;
    return Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0) ? (shape as number[]) : null;
  } catch {
    return null;
  }
}
