/** What a crowd of clients asks of a server: its models, requests drawn from a seed, and what each may be answered. */
import assert from 'node:assert/strict';
import { encodeOnnx, type Graph } from '../../generate/onnx-file.js';
import { encodeCommand } from '../../wire/resp.js';
import type { Dice } from './dice.js';
import type { Plain } from './resp-client.js';

const WIDTH = 2;
/** Values of one request: ten rows are the most. */
const VALUES_MAX = 20;
/** The slow model's inner width, and how often it multiplies: some milliseconds a run. */
const SLOW_WIDTH = 512;
const SLOW_ROUNDS = 20;
/** From here on values make the failing models fail: they are too large for the table that those look into. No other value is. */
const BAD_VALUE = 2_000_000;
const INT64 = 7;

const initializer = (name: string, shape: readonly number[], value: number) =>
  ({ name, shape, values: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value) });

const ADDENDS: { readonly [kind: string]: Pick<Graph, 'nodes' | 'initializers'> } = {
  quick: { nodes: [], initializers: [] },
  failing: {
    nodes: [
      { op: 'Div', inputs: ['x', 'bad'], outputs: ['part'] }, { op: 'Cast', inputs: ['part'], outputs: ['at'], integers: { to: INT64 } },
      { op: 'Gather', inputs: ['table', 'at'], outputs: ['zero'] },
    ],
    initializers: [initializer('table', [1], 0), initializer('bad', [], BAD_VALUE)],
  },
  slow: {
    nodes: [
      { op: 'MatMul', inputs: ['x', 'widen'], outputs: ['h0'] },
      ...Array.from({ length: SLOW_ROUNDS }, (_, i) => ({ op: 'MatMul', inputs: [`h${i}`, 'square'], outputs: [`h${i + 1}`] })),
      { op: 'MatMul', inputs: [`h${SLOW_ROUNDS}`, 'narrow'], outputs: ['zero'] },
    ],
    initializers: [initializer('widen', [WIDTH, SLOW_WIDTH], 0), initializer('square', [SLOW_WIDTH, SLOW_WIDTH], 0), initializer('narrow', [SLOW_WIDTH, WIDTH], 0)],
  },
};

/** `y` is `x` times the factor, so that an answer tells whose it is, and of which model. */
export function timesModel(factor: number, kind = 'quick'): Buffer {
  const { nodes, initializers } = ADDENDS[kind];
  const product = nodes.length === 0 ? 'y' : 'product';
  return encodeOnnx({
    name: kind, doc: `x × ${factor}`, inputs: [{ name: 'x', shape: ['n', WIDTH] }], outputs: [{ name: 'y', shape: ['n', WIDTH] }],
    nodes: [{ op: 'Mul', inputs: ['x', 'factor'], outputs: [product] }, ...nodes, ...(nodes.length === 0 ? [] : [{ op: 'Add', inputs: [product, 'zero'], outputs: ['y'] }])],
    initializers: [initializer('factor', [], factor), ...initializers],
  });
}

export interface CrowdModel {
  readonly factor: number;
  readonly kind?: string;
  readonly device?: string;
  readonly batching: readonly (string | number)[];
  /** Its batches wait for ever: who waits for it must have a TIMEOUT, or leave. */
  readonly endless?: boolean;
}

export const MODELS: { readonly [name: string]: CrowdModel } = {
  plain: { factor: 2, batching: [] },
  wide: { factor: 3, batching: ['BATCHSIZE', 8] },
  pairs: { factor: 4, batching: ['BATCHSIZE', 2, 'MINBATCHSIZE', 2, 'MINBATCHTIMEOUT', 3] },
  patient: { factor: 5, batching: ['BATCHSIZE', 6, 'MINBATCHSIZE', 4, 'MINBATCHTIMEOUT', 12] },
  endless: { factor: 6, batching: ['BATCHSIZE', 4, 'MINBATCHSIZE', 4], endless: true },
  elsewhere: { factor: 7, device: 'CPU:1', batching: ['BATCHSIZE', 5, 'MINBATCHSIZE', 3, 'MINBATCHTIMEOUT', 5] },
  picky: { factor: 8, kind: 'failing', batching: [] },
  touchy: { factor: 9, kind: 'failing', batching: ['BATCHSIZE', 4, 'MINBATCHSIZE', 2, 'MINBATCHTIMEOUT', 5] },
  slow: { factor: 10, kind: 'slow', batching: ['BATCHSIZE', 6] },
};

/** The model that is deleted and stored again all the time: each time with another factor, which tells which of them has answered. */
export const SHIFTING = 'shifting';
export const shiftingFactor = (generation: number): number => 11 + generation;

/** Models of which some runs may go unheard of: of those in a DAG that is out of time, or whose client has left, any number may have run. */
const UNCERTAIN = [SHIFTING, 'patient', 'endless'];
const ENDING = Object.keys(MODELS).filter((name) => !MODELS[name].endless);

export interface Asked {
  /** One model, or two in a row, whose factors are multiplied. */
  readonly chain: readonly string[];
  readonly inDag: boolean;
  readonly rows: number;
  /** The first value; the others follow it. */
  readonly base: number;
  readonly timeoutMs: number;
  /** What the model will not take. */
  readonly broken: 'width' | 'value' | null;
  readonly output: string;
}

export function valuesOf({ base, rows }: Asked): number[] {
  return Array.from({ length: rows * WIDTH }, (_, i) => base + i);
}

/**
 * The next request of a client, drawn from its dice.
 * @param number among all requests of all clients, so that its values are nobody else's
 * @param leaving nobody will hear of the answer: the key that it leaves must tell all that happened
 */
export function draw(random: Dice, number: number, leaving: boolean): Asked {
  const chain = drawChain(random, leaving);
  const inDag = chain.length > 1 || random.below(3) === 0;
  const mayTime = !inDag || chain.every((name) => UNCERTAIN.includes(name));
  const mustTime = !leaving && chain.includes('endless');
  const kind = MODELS[chain[0]]?.kind;
  const rowsMax = Number(MODELS[chain[0]]?.batching[1] ?? 3) + 2;
  return {
    chain,
    inDag,
    rows: 1 + random.below(random.below(3) === 0 ? rowsMax : 2),
    base: 1 + VALUES_MAX * number,
    timeoutMs: mustTime || (mayTime && random.below(4) === 0) ? 1 + random.below(20) : 0,
    broken: leaving || chain.length > 1 || random.below(8) > 0 ? null : kind === 'failing' ? 'value' : 'width',
    output: `out:${number}`,
  };
}

function drawChain(random: Dice, leaving: boolean): string[] {
  if (random.below(4) === 0) return leaving || random.below(2) === 0 ? [SHIFTING, random.one(['patient', 'endless'])] : [random.one(ENDING), random.one([...ENDING, SHIFTING])];
  // The slow one comes up more often: while it runs, others wait. What has left must not have failed with others, which no key tells.
  const name = random.one([...Object.keys(MODELS), 'slow', SHIFTING, SHIFTING]);
  return [leaving && name === 'touchy' ? 'picky' : name];
}

/** Sets the input, runs, and gets the output: three replies. */
export function encodeAsked(asked: Asked, random: Dice): Buffer {
  const { chain, rows, output, timeoutMs, broken, inDag } = asked;
  const width = broken === 'width' ? WIDTH + 1 : WIDTH;
  const data = Buffer.alloc(rows * width * 4);
  valuesOf(asked).forEach((value, i) => data.writeFloatLE(value, i * 4));
  if (broken === 'value') data.writeFloatLE(BAD_VALUE, data.length - 4);
  const timeout = timeoutMs > 0 ? ['TIMEOUT', timeoutMs] : [];
  const input = `in:${output}`;
  const name = (i: number): string => (i === 0 ? input : i === chain.length ? output : `between${i}`);
  const steps = chain.flatMap((model, i) => ['|>', 'AI.MODELEXECUTE', model, 'INPUTS', 1, name(i), 'OUTPUTS', 1, name(i + 1)]);
  const commands = [
    ['AI.DAGEXECUTE', 'LOAD', 1, input, 'PERSIST', 1, output, ...timeout, ...steps, '|>', 'AI.TENSORGET', output, 'VALUES'],
    ['AI.MODELEXECUTE', chain[0], 'INPUTS', 1, input, 'OUTPUTS', 1, output, ...timeout],
    ['AI.MODELRUN', chain[0], ...timeout, 'INPUTS', input, 'OUTPUTS', output],
  ];
  return Buffer.concat([
    encodeCommand(['AI.TENSORSET', input, 'FLOAT', rows, width, 'BLOB', data]), encodeCommand(commands[inDag ? 0 : 1 + random.below(2)]),
    encodeCommand(['AI.TENSORGET', output, 'VALUES']),
  ]);
}

/** What was counted of a model. */
export interface Counts {
  calls: number;
  errors: number;
  samples: number;
}

/** What the server must have counted by model, as the answers tell, and what it may have counted beyond that. The shifting model is booked by generation. */
export class Book {
  readonly #counts = new Map<string, Counts>();

  of(name: string): Counts {
    let counts = this.#counts.get(name);
    if (counts === undefined) this.#counts.set(name, (counts = { calls: 0, errors: 0, samples: 0 }));
    return counts;
  }

  answered(name: string, rows: number): void {
    const counts = this.of(name);
    counts.calls++;
    counts.samples += rows;
  }

  /** It may have run. */
  perhaps(name: string, rows: number): void {
    this.answered(`perhaps ${name}`, rows);
  }

  failed(name: string): void {
    const counts = this.of(name);
    counts.calls++;
    counts.errors++;
  }
}

/** Generations of the shifting model that there may be at a time: the first, and the last. */
export interface Generations {
  first: number;
  last: number;
}

const NO_MODEL = '-ERR model key is empty';
const NO_OUTPUT = '-ERR tensor key is empty or in a different shard';
const REFUSED = { width: /^-.*Got invalid dimensions/, value: /^-.*indices element out of data bounds/ };

/** Checks the three replies to a request and notes in the book what they say. @param alive of the shifting model, from its sending to its answer */
export function judge(asked: Asked, replies: readonly Plain[], alive: Generations, book: Book): void {
  const { chain, inDag, timeoutMs, rows, broken } = asked;
  const where = JSON.stringify([asked, replies]);
  const [set, result, got] = replies;
  assert.equal(set, 'OK', where);
  if (result === 'TIMEDOUT' || result === NO_MODEL) {
    assert.ok(result === NO_MODEL ? chain.includes(SHIFTING) : timeoutMs > 0, where);
    assert.equal(got, NO_OUTPUT, where);
    if (inDag && result === 'TIMEDOUT') for (const name of chain) book.perhaps(name, rows);
    return;
  }
  const steps = inDag ? (result as Plain[]) : [result];
  if (inDag) assert.equal(steps.length, chain.length + 1, where);
  const failing = chain.findIndex((_, i) => steps[i] !== 'OK');
  if (failing < 0) {
    assert.ok(broken === null && Array.isArray(got), where);
    if (inDag) assert.deepEqual(steps.at(-1), got, where);
    return noteValues(asked, got.map(Number), alive, book);
  }
  // One whose value is right fails with the run that it shared with another, as with the real server.
  const shared = chain[failing] === 'touchy' && broken === null;
  assert.ok(broken !== null || shared, where);
  assert.match(String(steps[failing]), shared || broken === null ? REFUSED.value : REFUSED[broken], where);
  for (const step of steps.slice(failing + 1)) assert.equal(step, 'NA', where);
  assert.equal(got, NO_OUTPUT, where);
  for (const name of chain.slice(0, failing)) if (name !== SHIFTING) book.answered(name, rows);
  if (chain[failing] !== SHIFTING) book.failed(chain[failing]);
}

/** Checks an output, and notes who made it. */
export function noteValues(asked: Asked, values: readonly number[], alive: Generations, book: Book): void {
  const { chain, rows } = asked;
  const shifting = chain.includes(SHIFTING);
  const fixed = chain.reduce((product, name) => product * (MODELS[name]?.factor ?? 1), 1);
  const where = JSON.stringify([asked, values, alive]);
  const expected = valuesOf(asked);
  const factor = Math.round(values[0] / expected[0]);
  assert.deepEqual(values, expected.map((value) => value * factor), where);
  let generation = alive.first;
  if (shifting) while (generation < alive.last && fixed * shiftingFactor(generation) !== factor) generation++;
  assert.equal(factor, shifting ? fixed * shiftingFactor(generation) : fixed, where);
  for (const name of chain) book.answered(name === SHIFTING ? `${SHIFTING}@${generation}` : name, rows);
}
