/**
 * The only home of onnxruntime-node: opens a model and runs it.
 *
 * The package's public `session.run` waits for a setImmediate, copies feeds into Tensor objects and blocks the thread
 * all the same; a single row takes 10 µs that way and 7 µs through its binding, which accepts plain objects. So this file
 * talks to the binding. A run blocks the calling thread: whoever wants parallel inference opens the model in worker
 * threads, each for itself, and ends them by `terminateGently` (see native-gate.ts). ONNX Runtime's library is loaded by the first `openModel`, not by importing this file.
 */
import { createRequire } from 'node:module';
import { InferplayError, reasonOf } from './errors.js';
import { enterNative, leaveNative } from './native-gate.js';
import { elements, type DType } from './tensor.js';

/** Values of a tensor: float16 as its bits in Uint16Array, int64 as BigInt64Array, the others as their names say. */
export type TypedArray =
  | Float32Array | Float64Array | Int8Array | Int16Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array;

export interface ModelPort {
  readonly name: string;
  readonly dtype: DType;
  /** null where the graph leaves a size open, for example the batch. */
  readonly shape: readonly (number | null)[];
}

export interface ModelTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Exactly `elements(shape)` values. Inputs are read in place; outputs belong to the caller. */
  readonly data: TypedArray;
}

export type ModelTensors = { readonly [name: string]: ModelTensor };

export interface Model {
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  /**
   * Feeds every input and answers every output.
   * @throws InferplayError DATA with ONNX Runtime's own text when the tensors do not fit or the graph fails
   */
  run(feeds: ModelTensors): Promise<ModelTensors>;
  /** The same without a promise, for a server's hot path. It blocks as long as `run` does. */
  runSync(feeds: ModelTensors): ModelTensors;
  /** Frees the session. Safe to call twice; running afterwards is an error. */
  close(): void;
}

export interface ModelOptions {
  /** Threads inside one operator. 1 is best for small models and for several workers side by side. */
  readonly threads: number;
  /** Operators of one run side by side; 1 unless said. */
  readonly interThreads?: number;
}

/** Codes of ONNX's TensorProto.DataType for the element types that inferplay has. */
const DTYPE_OF_CODE: { readonly [code: number]: DType | undefined } = {
  1: 'float32', 2: 'uint8', 3: 'int8', 4: 'uint16', 5: 'int16', 6: 'int32', 7: 'int64', 10: 'float16', 11: 'float64',
};

const ARRAYS = {
  float32: Float32Array, float64: Float64Array, float16: Uint16Array, int8: Int8Array, int16: Int16Array, int32: Int32Array,
  int64: BigInt64Array, uint8: Uint8Array, uint16: Uint16Array,
} as const satisfies Record<DType, unknown>;

/** The values in `bytes` (little-endian, row-major): a view where the address allows it, else a copy. */
export function typedArray(dtype: DType, bytes: Uint8Array): TypedArray {
  const Array = ARRAYS[dtype];
  const size = Array.BYTES_PER_ELEMENT;
  if (bytes.byteLength % size !== 0) {
    throw new InferplayError('DATA', `${bytes.byteLength} bytes are not a whole number of ${dtype} values (${size} bytes each).`);
  }
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  return new Array(aligned.buffer as ArrayBuffer, aligned.byteOffset, bytes.byteLength / size);
}

/** What this file uses of the binding: its shape in onnxruntime-node 1.30. */
interface BindingTensor {
  readonly type: DType;
  readonly dims: readonly number[];
  readonly data: TypedArray;
  readonly location: 'cpu';
}

interface BindingPort {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: number;
  readonly shape: readonly number[];
}

interface BindingSession {
  loadModel(path: string, options: object): void;
  loadModel(buffer: ArrayBufferLike, byteOffset: number, byteLength: number, options: object): void;
  readonly inputMetadata: readonly BindingPort[];
  readonly outputMetadata: readonly BindingPort[];
  run(feeds: object, fetches: object, options: object): { [name: string]: BindingTensor };
  dispose(): void;
}

/** One per thread: Node keeps loaded addons apart by thread, and so does this module's state. */
let Session: (new () => BindingSession) | undefined;

function loadRuntime(): new () => BindingSession {
  if (Session) return Session;
  const require = createRequire(import.meta.url);
  try {
    const { env } = require('onnxruntime-node') as { env: { logLevel: string } };
    // Failures are thrown as well as logged; without this line each would also be printed on stderr, in colour.
    env.logLevel = 'fatal';
    const runtime = require('onnxruntime-node/dist/binding.js') as { binding: { InferenceSession: new () => BindingSession }; initOrt(): void };
    runtime.initOrt();
    Session = runtime.binding.InferenceSession;
    return Session;
  } catch (error) {
    throw new InferplayError('DATA', `ONNX Runtime cannot be loaded on ${process.platform} ${process.arch}: ${reasonOf(error)}; reinstall with "npm ci".`, { cause: error });
  }
}

function sessionOptions({ threads, interThreads = 1 }: ModelOptions): object {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: interThreads,
    executionMode: interThreads > 1 ? 'parallel' : 'sequential',
    // Threads that wait for operators would spin, and take the processor from those that have one: where there are no cores to spare a run of 20 µs takes milliseconds.
    ...(interThreads > 1 ? { extra: { session: { inter_op: { allow_spinning: '0' } } } } : {}),
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    // A memory pattern is kept for every shape that was ever seen; a server sees many batch sizes, and nothing is gained here.
    enableMemPattern: false,
  };
}

/** What is read of a session goes through the binding too, and is read once. */
interface OpenSession {
  readonly session: BindingSession;
  readonly inputs: readonly BindingPort[];
  readonly outputs: readonly BindingPort[];
}

function openSession(model: string | Uint8Array, options: ModelOptions): OpenSession {
  enterNative();
  try {
    const session = new (loadRuntime())();
    if (typeof model === 'string') session.loadModel(model, sessionOptions(options));
    else session.loadModel(model.buffer, model.byteOffset, model.byteLength, sessionOptions(options));
    return { session, inputs: session.inputMetadata, outputs: session.outputMetadata };
  } finally {
    leaveNative();
  }
}

function closeSession(session: BindingSession): void {
  enterNative();
  try {
    session.dispose();
  } finally {
    leaveNative();
  }
}

/**
 * Opens a model.
 * @param file path of an .onnx file, or its bytes
 * @throws InferplayError DATA with ONNX Runtime's own text for a missing, corrupt or unsupported model
 */
export async function openModel(file: string | Uint8Array, options: ModelOptions): Promise<Model> {
  const where = typeof file === 'string' ? `The model ${file}` : `The model (${file.byteLength} bytes)`;
  let opened: OpenSession;
  try {
    opened = openSession(file, options);
  } catch (error) {
    if (error instanceof InferplayError) throw error;
    throw new InferplayError('DATA', `${where} cannot be opened: ${reasonOf(error)}.`, { cause: error });
  }
  try {
    return modelOf(opened.session, ports(opened.inputs, `${where}, input`), ports(opened.outputs, `${where}, output`));
  } catch (error) {
    closeSession(opened.session);
    throw error;
  }
}

function ports(metadata: readonly BindingPort[], where: string): ModelPort[] {
  return metadata.map(({ name, isTensor, type, shape }) => {
    const dtype = isTensor ? DTYPE_OF_CODE[type] : undefined;
    if (!dtype) {
      const what = isTensor ? `the ONNX element type ${type}` : 'a value that is not a tensor';
      throw new InferplayError('DATA', `${where} "${name}": ${what} is not supported; use ${Object.keys(ARRAYS).join(', ')}.`);
    }
    return { name, dtype, shape: shape.map((size) => (size < 0 ? null : size)) };
  });
}

function modelOf(session: BindingSession, inputs: readonly ModelPort[], outputs: readonly ModelPort[]): Model {
  const fetches: { [name: string]: null } = {};
  for (const { name } of outputs) fetches[name] = null;
  const nothing = {};
  let open = true;

  const runSync = (feeds: ModelTensors): ModelTensors => {
    if (!open) throw new InferplayError('DATA', 'The model was closed before this run.');
    const native: { [name: string]: BindingTensor } = {};
    for (const port of inputs) native[port.name] = feed(port, feeds[port.name]);
    let answers: { [name: string]: BindingTensor };
    enterNative();
    try {
      answers = session.run(native, fetches, nothing);
    } catch (error) {
      throw new InferplayError('DATA', `ONNX Runtime refused the run: ${reasonOf(error)}.`, { cause: error });
    } finally {
      leaveNative();
    }
    const results: { [name: string]: ModelTensor } = {};
    for (const { name } of outputs) {
      const { type, dims, data } = answers[name];
      results[name] = { dtype: type, shape: dims, data };
    }
    return results;
  };

  return {
    inputs,
    outputs,
    runSync,
    run: async (feeds) => runSync(feeds),
    close() {
      if (open) closeSession(session);
      open = false;
    },
  };
}

/** Checks what the binding would not notice, or would read beyond, and leaves types and sizes of dimensions to it. */
function feed(port: ModelPort, tensor: ModelTensor | undefined): BindingTensor {
  if (!tensor) throw new InferplayError('DATA', `The model's input "${port.name}" has no tensor.`);
  const count = elements(tensor.shape);
  if (tensor.data.length !== count) {
    throw new InferplayError('DATA', `Input "${port.name}": ${tensor.data.length} values do not fill the shape [${tensor.shape.join(', ')}], which has ${count}.`);
  }
  return { type: tensor.dtype, dims: tensor.shape, data: tensor.data, location: 'cpu' };
}

/** A tensor as the binding takes and gives it. Strings are arrays of strings, booleans bytes. */
export interface BareTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: ArrayLike<unknown>;
  readonly location: 'cpu';
}

/** A session with nothing between it and ONNX Runtime: every element type, and failures in its own words. */
export interface BareSession {
  readonly inputs: readonly string[];
  /** Outputs that are not tensors, for example sequences, cannot be fetched. */
  readonly outputs: readonly { readonly name: string; readonly isTensor: boolean }[];
  /**
   * Runs on the calling thread, reading the feeds in place. Their data must fill their dims: the binding would read beyond.
   * @param fetches an object with a null under the name of each wanted output
   * @throws Error with ONNX Runtime's text
   */
  run(feeds: { readonly [name: string]: BareTensor }, fetches: { readonly [name: string]: null }): { [name: string]: BareTensor };
  close(): void;
}

/** @throws Error with ONNX Runtime's text for a corrupt or unsupported model */
export function openBareSession(model: Uint8Array, options: ModelOptions): BareSession {
  const { session, inputs, outputs } = openSession(model, options);
  const nothing = {};
  return {
    inputs: inputs.map(({ name }) => name),
    outputs: outputs.map(({ name, isTensor }) => ({ name, isTensor })),
    run(feeds, fetches) {
      enterNative();
      try {
        return session.run(feeds, fetches, nothing) as unknown as { [name: string]: BareTensor };
      } finally {
        leaveNative();
      }
    },
    close: () => closeSession(session),
  };
}

/** Version of the ONNX Runtime that is installed. */
export function runtimeVersion(): string {
  return (createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }).version;
}
