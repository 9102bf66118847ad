/** Sequences of ordinary Redis commands are played against redis-server and against ours, in both protocols: the replies must be the same bytes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { serve, type Served } from '../../serve/serve.js';
import { encodeCommand, scanReply } from '../../wire/resp.js';
import { projectRoot } from '../support/paths.js';
import { noRedisServer, startRedisServer, type RedisServer } from '../support/redis-server.js';

/** Lines whose replies differ, each with its reason: ours answers as 6.2 does, and 7 is what can be installed. */
const KNOWN: { readonly [line: string]: string } = {
  'SETRANGE s 536870912 x': '7 names the setting instead of its value',
  'HELLO 2 AUTH default secret SETNAME me': 'it tells the version, and which modules there are',
  'LPOP nope 2': '6.2 answers null, 7 a null array',
  'OBJECT ENCODING h': '7 has another compact form',
  'OBJECT ENCODING z': '7 has another compact form',
  'SLOWLOG GET x': '7 has words of its own for it',
  'ZPOPMIN q 5': '7 nests the pairs in RESP3',
  'COMMAND GETKEYS PING': '7 counts its arguments first',
  'COMMAND GETKEYS NOPE': '7 counts its arguments first',
  'COMMAND GETKEYS GET': '7 complains in other words',
  'COMMAND INFO nope': '6.2 answers a null array, 7 null',
};

/** What Redis 7 words differently, in the words of 6.2. The functions are given what the groups found. */
const REWORDED: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^-ERR invalid expire time in '([a-z]+)' command/, (_, name) => `-ERR invalid expire time in ${name}`],
  [/^-ERR wrong number of arguments for '([a-z-]+)\|([a-z-]+)' command/, (_, name, sub) => unknownSubcommand(name, sub.toUpperCase())],
  [/^-ERR unknown subcommand '(.*)'\. Try (.*) HELP\./, (_, sub, name) => unknownSubcommand(name, sub)],
  [/^-ERR unknown command '(.*)', with args beginning with: (.*)\r/, (_, name, args) => `-ERR unknown command \`${name}\`, with args beginning with: ${args.replace(/'(.*?)' /g, '`$1`, ')}\r`],
  [/^-ERR Unknown option or number of arguments for CONFIG SET - '(.*)'/, (_, name) => `-ERR Unsupported CONFIG parameter: ${name}`],
];

function unknownSubcommand(name: string, sub: string): string {
  return `-ERR Unknown subcommand or wrong number of arguments for '${sub}'. Try ${name.toUpperCase()} HELP.`;
}

/** The reply of Redis 7 to a line as 6.2 would have given it. */
function asBefore(line: string, reply: string): string {
  // 6.2 repeats the value, which 7 does not.
  const [, name, value] = /^CONFIG SET (\S+) (\S+)$/.exec(line) ?? [];
  const failed = reply.replace(/^-ERR CONFIG SET failed \(possibly related to argument '.*?'\)/, `-ERR Invalid argument '${value}' for CONFIG SET '${name}'`);
  if (/^MSET(?:NX)? \S+ \S+ /.test(line)) return failed.replace(/for 'mset(?:nx)?' command/, 'for MSET');
  return REWORDED.reduce((text, [from, to]) => text.replace(from, to), failed);
}

/** The sequences by name, each as its lines. */
const SEQUENCES = new Map(readFileSync(join(projectRoot, 'test/conformance/redis-sequences.txt'), 'utf8').split(/^## /m).slice(1).map((text) => {
  const [name, ...lines] = text.trim().split('\n');
  return [name, lines];
}));

/** Arguments of a line: split at blanks, "…" as JSON texts. */
function argumentsOf(line: string): string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) => (word.startsWith('"') ? (JSON.parse(word) as string) : word));
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
    this.socket.write(encodeCommand(args));
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

/** Plays a sequence; answers each line with its reply. */
async function play(port: number, sequence: readonly string[], protocol: string): Promise<[string, string][]> {
  const clients = [await Client.open(port), await Client.open(port)];
  for (const client of clients) {
    await client.call(['HELLO', protocol]);
    await client.call(['FLUSHALL']);
  }
  const replies: [string, string][] = [];
  for (const line of sequence) {
    const second = line.startsWith('2> ');
    replies.push([line, await clients[second ? 1 : 0].call(argumentsOf(second ? line.slice(3) : line))]);
  }
  for (const client of clients) client.socket.destroy();
  return replies;
}

describe('as redis-server answers', { skip: noRedisServer }, () => {
  let ours: Served;
  let theirs: RedisServer;
  before(async () => {
    // The one that outlives this process if it is forgotten comes last.
    ours = await serve();
    theirs = await startRedisServer();
  });
  after(async () => {
    await theirs?.stop();
    await ours.close();
  });
  for (const protocol of ['2', '3']) {
    for (const [name, sequence] of SEQUENCES) {
      it(`${name}, RESP${protocol}`, async () => {
        const [mine, real] = await Promise.all([play(ours.port, sequence, protocol), play(theirs.port, sequence, protocol)]);
        const differences = real.flatMap(([line, expected], i) => {
          const wanted = asBefore(line, expected);
          return KNOWN[line] !== undefined || mine[i][1] === wanted ? [] : [{ line, wanted, got: mine[i][1] }];
        });
        assert.deepEqual(differences, []);
      });
    }
  }
});
