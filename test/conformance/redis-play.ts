/** Plays sequences of ordinary Redis commands against a server: what `redis-record.ts` records and `redis.test.ts` compares. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { encodeCommand, scanReply } from '../../wire/resp.js';
import { projectRoot } from '../support/paths.js';

/** A command, and the client that sends it: 1 or 2. */
export interface Step {
  readonly client: number;
  /** One character a byte. */
  readonly args: readonly string[];
}

export interface Sequence {
  readonly name: string;
  readonly protocol: number;
  readonly steps: readonly Step[];
}

/** A sequence and the bytes that answered each step, one character a byte. */
export interface Recording extends Sequence {
  readonly replies: readonly string[];
}

const PROTOCOLS = [2, 3];
const SEQUENCES = 'test/conformance/redis-sequences.txt';
/** The replies to those sequences in their order, one JSON line for each protocol. */
export const REPLIES = 'test/conformance/redis-replies.jsonl';
/** Commands that were made at random, with their replies. */
const RANDOM = 'test/conformance/redis-random.jsonl';

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8');
const lines = (path: string): unknown[] => read(path).trim().split('\n').map((line) => JSON.parse(line) as unknown);

/** A line of the file: words split at blanks, "…" as JSON texts. */
function stepOf(line: string): Step {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  const args = words.map((word) => (word.startsWith('"') ? (JSON.parse(word) as string) : word));
  return args[0] === '2>' ? { client: 2, args: args.slice(1) } : { client: 1, args };
}

/** Each of the file's sequences in both protocols. */
export function sequences(): Sequence[] {
  return read(SEQUENCES).split(/^## /m).slice(1).flatMap((text) => {
    const [name, ...rest] = text.trim().split('\n');
    return PROTOCOLS.map((protocol) => ({ name, protocol, steps: rest.map(stepOf) }));
  });
}

export function recordings(): Recording[] {
  const replies = lines(REPLIES) as string[][];
  return sequences().map((sequence, i) => ({ ...sequence, replies: replies[i] }));
}

export function randomRecordings(): Recording[] {
  return (lines(RANDOM) as { protocol: number; steps: [number, ...string[]][]; replies: string[] }[]).map(({ protocol, steps, replies }, i) =>
    ({ name: `random commands ${i + 1}`, protocol, replies, steps: steps.map(([client, ...args]) => ({ client, args })) }));
}

class Client {
  #bytes = Buffer.alloc(0);
  #wake = (): void => {};
  #closed = false;
  private constructor(readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  static open(port: number): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(new Client(socket)));
      socket.once('error', reject);
    });
  }

  async call(args: readonly string[]): Promise<string> {
    this.socket.write(encodeCommand(args.map((arg) => Buffer.from(arg, 'latin1'))));
    for (;;) {
      const end = scanReply(this.#bytes, 0, this.#bytes.length);
      if (end > 0) {
        const reply = this.#bytes.toString('latin1', 0, end);
        this.#bytes = this.#bytes.subarray(end);
        return reply;
      }
      if (this.#closed) return 'closed';
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Plays a sequence on new connections to an empty server; answers each step's reply. */
export async function play(port: number, { protocol, steps }: Sequence): Promise<string[]> {
  const clients = [await Client.open(port), await Client.open(port)];
  for (const client of clients) {
    await client.call(['HELLO', String(protocol)]);
    await client.call(['FLUSHALL']);
  }
  const replies: string[] = [];
  for (const { client, args } of steps) replies.push(await clients[client - 1].call(args));
  for (const client of clients) client.socket.destroy();
  return replies;
}
