/**
 * Writes a graph as an .onnx file: the few protobuf messages of ONNX that dense and convolutional networks need, by hand.
 * Field numbers are those of onnx.proto (onnx/onnx, IR version 7). No library is needed for what is a page of code, and
 * the bytes depend on nothing but the graph.
 */

export interface Initializer {
  readonly name: string;
  /** Empty for a single value. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Attributes that are integers or lists of them, for example the axis of Softmax, the strides of Conv. Not negative. */
  readonly integers?: { readonly [name: string]: number | readonly number[] };
}

/** A tensor of the graph's interface; a text is the name of an open dimension, for example `batch`. */
export interface Port {
  readonly name: string;
  /** float32 unless said. */
  readonly dtype?: keyof typeof ELEMENT_TYPES;
  readonly shape: readonly (number | string)[];
}

export interface Graph {
  readonly name: string;
  readonly doc: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
}

/** IR 7 with operator set 13 is read by every ONNX Runtime since 1.6; RedisAI's last images carry 1.11. */
const IR_VERSION = 7;
const OPSET_VERSION = 13;

/** TensorProto.DataType of what a port can be; also what Cast is told. */
export const ELEMENT_TYPES = { float32: 1, uint8: 2, float16: 10 } as const;

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** Unsigned LEB128, the integer of protobuf. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
  return Buffer.from(bytes);
}

function integerField(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** A text, bytes, or a nested message. */
function bytesField(field: number, value: string | Uint8Array): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.byteLength), bytes]);
}

function encodePort({ name, dtype = 'float32', shape }: Port): Buffer {
  const sizes = shape.map((size) => bytesField(1, typeof size === 'number' ? integerField(1, size) : bytesField(2, size)));
  const tensorType = Buffer.concat([integerField(1, ELEMENT_TYPES[dtype]), bytesField(2, Buffer.concat(sizes))]);
  return Buffer.concat([bytesField(1, name), bytesField(2, bytesField(1, tensorType))]);
}

function encodeInitializer({ name, shape, values }: Initializer): Buffer {
  // The file's values are little-endian, and so is every machine that ONNX Runtime is built for.
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Buffer.concat([...shape.map((size) => integerField(1, size)), integerField(2, ELEMENT_TYPES.float32), bytesField(8, name), bytesField(9, raw)]);
}

function encodeAttribute(name: string, value: number | readonly number[]): Buffer {
  const fields = typeof value === 'number'
    ? [integerField(3, value), integerField(20, ATTRIBUTE_INT)]
    : [...value.map((item) => integerField(8, item)), integerField(20, ATTRIBUTE_INTS)];
  return Buffer.concat([bytesField(1, name), ...fields]);
}

function encodeNode({ op, inputs, outputs, integers = {} }: Node): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => bytesField(1, name)),
    ...outputs.map((name) => bytesField(2, name)),
    bytesField(3, outputs[0]),
    bytesField(4, op),
    ...Object.entries(integers).map(([name, value]) => bytesField(5, encodeAttribute(name, value))),
  ]);
}

/** The whole file. */
export function encodeOnnx(graph: Graph): Buffer {
  const body = Buffer.concat([
    ...graph.nodes.map((node) => bytesField(1, encodeNode(node))),
    bytesField(2, graph.name),
    ...graph.initializers.map((tensor) => bytesField(5, encodeInitializer(tensor))),
    bytesField(10, graph.doc),
    ...graph.inputs.map((port) => bytesField(11, encodePort(port))),
    ...graph.outputs.map((port) => bytesField(12, encodePort(port))),
  ]);
  return Buffer.concat([
    integerField(1, IR_VERSION),
    bytesField(2, 'inferplay'),
    bytesField(7, body),
    bytesField(8, Buffer.concat([bytesField(1, ''), integerField(2, OPSET_VERSION)])),
  ]);
}
