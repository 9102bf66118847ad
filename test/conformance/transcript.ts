/** Reads recorded scenarios and plays them against a server. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeCommand, scanReply } from '../../wire/resp.js';
import { projectRoot } from '../support/paths.js';

type Argument = { readonly utf8?: string; readonly b64?: string; readonly ref?: number; readonly path?: readonly number[] };

/** A reply as it was recorded; arrays hold replies, maps hold pairs of them. */
export interface Recorded {
  readonly t: string;
  readonly v?: unknown;
  readonly b64?: string;
}

interface Step {
  readonly request: readonly Argument[];
  readonly reply?: Recorded;
  readonly extra_replies?: readonly Recorded[];
  readonly conn?: number;
  readonly defer?: boolean;
  readonly sleep_ms_before?: number;
  readonly unstable?: boolean;
  readonly volatile?: boolean;
  readonly backend_message?: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly group: string;
  readonly config_resetstat_first?: boolean;
  readonly steps: readonly Step[];
}

export function readScenarios(file: string): Scenario[] {
  return readFileSync(join(projectRoot, 'test/conformance', file), 'utf8').trim().split('\n').map(parseLine);
}

/** Integers beyond 2^53 are kept as text: a double would round them. */
function parseLine(line: string): Scenario {
  return JSON.parse(line.replace(/("v": ?)(-?[0-9]{16,})(?=[,}])/g, '$1"$2"')) as Scenario;
}

/** One connection that keeps what came as raw replies, in order. */
class Wire {
  #bytes = Buffer.alloc(0);
  #waiting: (() => void) | null = null;
  #closed = false;

  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#waiting?.();
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#waiting?.();
    });
  }

  static open(port: number): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Wire(socket)));
      socket.once('error', reject);
    });
  }

  async next(): Promise<Buffer> {
    for (;;) {
      const end = scanReply(this.#bytes, 0, this.#bytes.length);
      if (end >= 0) {
        const reply = this.#bytes.subarray(0, end);
        this.#bytes = this.#bytes.subarray(end);
        return reply;
      }
      if (this.#closed || end === -2) throw new Error(`no whole reply: ${JSON.stringify(this.#bytes.toString('latin1'))}`);
      await new Promise<void>((resolve) => (this.#waiting = resolve));
    }
  }

  get rest(): string {
    return this.#bytes.toString('latin1');
  }
}

/** The bytes that a recorded reply had on the wire. */
export function encode(reply: Recorded): string {
  const body = reply.b64 === undefined ? Buffer.from(String(reply.v)).toString('latin1') : Buffer.from(reply.b64, 'base64').toString('latin1');
  const items = (reply.v ?? []) as Recorded[];
  switch (reply.t) {
    case 'simple': return `+${body}\r\n`;
    case 'error': return `-${body}\r\n`;
    case 'int': return `:${body}\r\n`;
    case 'bulk': return `$${body.length}\r\n${body}\r\n`;
    case 'verbatim': return `=${body.length + 4}\r\ntxt:${body}\r\n`;
    case 'null': return '$-1\r\n';
    case 'nullarray': return '*-1\r\n';
    case 'null3': return '_\r\n';
    case 'bool': return reply.v === true ? '#t\r\n' : '#f\r\n';
    case 'double': return `,${body}\r\n`;
    case 'array': return `*${items.length}\r\n${items.map(encode).join('')}`;
    case 'set': return `~${items.length}\r\n${items.map(encode).join('')}`;
    case 'map': return `%${items.length}\r\n${(items as unknown as [Recorded, Recorded][]).map(([key, value]) => encode(key) + encode(value)).join('')}`;
    default: throw new Error(`a recorded reply of the unknown kind ${reply.t}`);
  }
}

/** Error texts of the backend differ with its version: that it is an error at the same place is what is compared. */
function withoutErrorTexts(wire: string): string {
  return wire.replace(/-[^\r\n]*\r\n/g, '-…\r\n');
}

/** What a model computes may differ in the last bits between versions of ONNX Runtime: four decimals are compared. */
function withoutLastDigits(wire: string): string {
  return wire.replace(/\$[0-9]+\r\n(-?[0-9]+\.[0-9]{8,}(?:e-?[0-9]+)?)\r\n/g, (_, number: string) => `≈${Number(number).toFixed(4)}`);
}

function bytesOf(arg: Argument, replies: readonly (Buffer | undefined)[]): Buffer {
  if (arg.utf8 !== undefined) return Buffer.from(arg.utf8);
  if (arg.b64 !== undefined) return Buffer.from(arg.b64, 'base64');
  const reply = replies[arg.ref!];
  if (!reply || (arg.path?.length ?? 0) > 0) throw new Error('a reference into a reply that is not a bulk string');
  const body = reply.indexOf('\r\n') + 2;
  return reply.subarray(body, reply.length - 2);
}

/** What differed, or null when the server answered as recorded. */
export async function play(scenario: Scenario, port: number): Promise<string | null> {
  const wires = new Map<number, Wire>();
  const wire = async (id: number): Promise<Wire> => {
    if (!wires.has(id)) wires.set(id, await Wire.open(port));
    return wires.get(id)!;
  };
  const replies: (Buffer | undefined)[] = [];
  const runsModels = scenario.steps.some(({ request }) => /^AI\.MODELSTORE$/i.test(request[0].utf8 ?? ''));
  const deferred: (() => Promise<string | null>)[] = [];
  try {
    const main = await wire(0);
    for (const first of [['FLUSHALL'], ...(scenario.config_resetstat_first ? [['CONFIG', 'RESETSTAT']] : [])]) {
      main.socket.write(encodeCommand(first));
      await main.next();
    }
    for (const [index, step] of scenario.steps.entries()) {
      if (step.sleep_ms_before) await sleep(step.sleep_ms_before);
      const used = await wire(step.conn ?? 0);
      used.socket.write(encodeCommand(step.request.map((arg) => bytesOf(arg, replies))));
      const compare = async (): Promise<string | null> => {
        for (const expected of [step.reply, ...(step.extra_replies ?? [])]) {
          if (!expected) continue;
          const got = await used.next();
          replies[index] ??= got;
          const difference = compareReply(step, expected, got, runsModels);
          if (difference) return `step ${index}: ${difference}`;
        }
        return null;
      };
      if (step.defer) deferred.push(compare);
      else {
        const difference = await compare();
        if (difference) return difference;
      }
    }
    for (const compare of deferred) {
      const difference = await compare();
      if (difference) return difference;
    }
    const rest = [...wires.values()].map((each) => each.rest).join('');
    return rest === '' ? null : `left over: ${JSON.stringify(rest)}`;
  } finally {
    for (const each of wires.values()) each.socket.destroy();
  }
}

function compareReply(step: Step, expected: Recorded, got: Buffer, runsModels: boolean): string | null {
  if (step.unstable || step.volatile) return null;
  let want = encode(expected);
  let have = got.toString('latin1');
  if (step.backend_message) [want, have] = [withoutErrorTexts(want), withoutErrorTexts(have)];
  if (want !== have && runsModels) [want, have] = [withoutLastDigits(want), withoutLastDigits(have)];
  return want === have ? null : `expected ${JSON.stringify(want.slice(0, 400))}, got ${JSON.stringify(have.slice(0, 400))}`;
}
