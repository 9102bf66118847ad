/**
 * Columns of a data set as an Arrow schema, and back. Tensors are FixedSizeList with the canonical `arrow.fixed_shape_tensor` metadata; how
 * stored values become sent ones stands in the field's metadata too, so that a shard says it by itself.
 */
import { arrow } from './arrow.js';
import type { Arrow } from './arrow.js';
import { conversionFault, type Conversion } from './conversion.js';
import { InferplayError } from './errors.js';
import type { Column } from './manifest.js';
import { DTYPES, elements } from './tensor.js';

const EXTENSION_NAME = 'ARROW:extension:name';
const EXTENSION_METADATA = 'ARROW:extension:metadata';
const TENSOR = 'arrow.fixed_shape_tensor';
const SENT = 'inferplay.sent';

/** Bytes of one row of a column as it is stored; 0 for texts, which have no fixed size. */
export function rowBytes(column: Pick<Column, 'dtype' | 'shape'>): number {
  const size = column.dtype === 'uint64' ? 8 : column.dtype === 'utf8' ? 0 : DTYPES[column.dtype].sizeBytes;
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
  const { shape, dimNames, sent } = column;
  const metadata = new Map([[EXTENSION_NAME, TENSOR], [EXTENSION_METADATA, JSON.stringify(dimNames ? { shape, dim_names: dimNames } : { shape })]]);
  if (sent) metadata.set(SENT, JSON.stringify(sent));
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
    case 'utf8': return new arrow.Utf8();
  }
}

/**
 * The columns of a schema that a data set can use. Dates, variable lists, lists of texts and the like are left out: a file from
 * elsewhere may have them.
 * @throws InferplayError DATA for a tensor whose shape contradicts its storage
 */
export function columnsOf(schema: Arrow.Schema, where: string): Column[] {
  return schema.fields.flatMap((field) => columnOf(field, where) ?? []);
}

function columnOf(field: Arrow.Field, where: string): Column | null {
  const list = arrow.DataType.isFixedSizeList(field.type) ? field.type : null;
  const dtype = dtypeOf(list === null ? field.type : list.children[0].type);
  if (dtype === null || (dtype === 'utf8' && list !== null)) return null;
  const column = { name: field.name, dtype, nullable: field.nullable };
  if (list === null) return { ...column, shape: null };
  const { shape, dimNames } = tensorOf(field, list.listSize, where);
  const sent = sentOf(field, dtype, shape, where);
  return { ...column, shape, ...(dimNames && { dimNames }), ...(sent && { sent }) };
}

function dtypeOf(type: Arrow.DataType): Column['dtype'] | null {
  if (arrow.DataType.isUtf8(type)) return 'utf8';
  if (arrow.DataType.isFloat(type)) return (['float16', 'float32', 'float64'] as const)[type.precision] ?? null;
  if (!arrow.DataType.isInt(type)) return null;
  const name = `${type.isSigned ? 'int' : 'uint'}${type.bitWidth}`;
  return name === 'uint64' || Object.hasOwn(DTYPES, name) ? (name as Column['dtype']) : null;
}

type TensorShape = { readonly shape: readonly number[]; readonly dimNames?: readonly string[] };

function tensorOf(field: Arrow.Field, listSize: number, where: string): TensorShape {
  if (field.metadata.get(EXTENSION_NAME) !== TENSOR) return { shape: [listSize] };
  const text = field.metadata.get(EXTENSION_METADATA) ?? '';
  const tensor = parseShape(text);
  if (tensor === null || elements(tensor.shape) !== listSize) {
    throw new InferplayError('DATA', `${where}: column "${field.name}" holds ${listSize} values a row, but its ${TENSOR} metadata says ${text.slice(0, 80) || 'nothing'}; write the file again with a shape that fits.`);
  }
  return tensor;
}

function sentOf(field: Arrow.Field, dtype: Column['dtype'], shape: readonly number[], where: string): Conversion | null {
  const text = field.metadata.get(SENT);
  if (text === undefined) return null;
  const raw = parseJson(text);
  const fault = conversionFault(raw, dtype, shape);
  if (fault !== null) throw new InferplayError('DATA', `${where}: column "${field.name}" has ${SENT} metadata that cannot be used (${fault}); write the file again.`);
  const { dtype: to, axis, multiply, add } = raw as Conversion;
  return { dtype: to, axis, multiply, add };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A permutation would mean that the bytes are not row-major: nothing here could use them. */
function parseShape(text: string): TensorShape | null {
  const { shape, permutation, dim_names: dimNames } = (parseJson(text) ?? {}) as { [name: string]: unknown };
  if (Array.isArray(permutation) && permutation.some((axis, at) => axis !== at)) return null;
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return null;
  const named = Array.isArray(dimNames) && dimNames.length === shape.length && dimNames.every((name) => typeof name === 'string');
  return named ? { shape, dimNames } : { shape };
}
