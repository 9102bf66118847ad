/** Loads that end in the middle, at every point where they can: is the row to go on with one up to which everything is stored? */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { InferplayError } from '../../core/errors.js';
import { load, type LoadOptions } from '../../load/load.js';
import { decodeReply, scanReply } from '../../wire/resp.js';
import { temporaryFolder } from '../support/paths.js';
import { makeReferenceData } from '../support/reference-data.js';

type Test = Parameters<typeof temporaryFolder>[0] & { after(fn: () => void): void };

/** What a server does after it has answered `writes` writes. The one that refuses one hangs up two writes later. */
const ENDS = ['silent', 'half a reply', 'hangs up', 'refuses one', 'refuses all'] as const;

interface Script {
  readonly ai: boolean;
  readonly writes: number;
  readonly end: (typeof ENDS)[number];
  /** The first write came that gets no answer. */
  onEnd(): void;
}

interface Storing {
  readonly url: string;
  /** Keys whose write was answered with OK. */
  readonly stored: Set<string>;
}

/** A store that answers the commands of a chunk together and late, as a busy server does, until it comes to its end. */
async function storing(t: Test, { ai, writes, end, onEnd }: Script): Promise<Storing> {
  const stored = new Set<string>();
  const sockets = new Set<Socket>();
  let asked = 0;
  const write = (socket: Socket, [name, ...args]: readonly string[]): string => {
    const late = asked++ - writes;
    if (late >= 0 && end === 'refuses all') return '-OOM command not allowed\r\n';
    if (late === 0 && end === 'refuses one') return '-ERR not this one\r\n';
    if (late >= (end === 'refuses one' ? 3 : 0)) {
      if (end === 'hangs up' || end === 'refuses one') setImmediate(() => socket.end());
      else onEnd();
      return late === 0 && end === 'half a reply' ? '+O' : '';
    }
    for (let at = 0; at < args.length; at += name === 'MSET' ? 2 : args.length) stored.add(args[at]);
    return '+OK\r\n';
  };
  const answer = (socket: Socket, args: readonly string[]): string => {
    // What a load asks before it writes: does the server know tensors, and many keys in one command?
    if (args[0] === 'AI.TENSORGET') return ai ? '-ERR tensor key is empty\r\n' : "-ERR unknown command 'AI.TENSORGET'\r\n";
    if (args[0] === 'MSET' && args[2] === '') return '-ERR wrong number of arguments\r\n';
    return args[0] === 'MSET' || args[0] === 'AI.TENSORSET' ? write(socket, args) : '+OK\r\n';
  };
  const server = createServer({ noDelay: true }, (socket) => {
    let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => {}).on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      let text = '';
      for (let next; (next = scanReply(rest, 0, rest.length)) > 0; rest = rest.subarray(next)) {
        text += answer(socket, (decodeReply(Buffer.from(rest.subarray(0, next))) as Buffer[]).map((arg) => arg.toString('latin1')));
      }
      setImmediate(() => socket.writable && socket.write(text));
    });
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `redis://127.0.0.1:${(server.address() as { port: number }).port}`, stored };
}

/** The row that the message names, null where nothing was stored; and the keys of rows of which the client had read the replies. */
async function stopped(folder: string, options: LoadOptions): Promise<{ row: number | null; told: number; error: InferplayError }> {
  let told = 0;
  const error = await load(folder, { ...options, onProgress: (progress) => (told = progress.done, options.onProgress?.(progress)) }).then(() => null, (reason: unknown) => reason);
  assert.ok(error instanceof InferplayError, String((error as Error | null)?.stack));
  const row = /--from-row (\d+)\.$/.exec(error.message)?.[1];
  return { row: row === undefined ? null : Number(row), told, error };
}

/** Rows from 0 on of which every key is there. */
function leading(stored: Set<string>, prefixes: readonly string[]): number {
  let row = 0;
  while (prefixes.every((prefix) => stored.has(`${prefix}:{${row}}`))) row++;
  return row;
}

/** The batches of the file and the writes end at different rows, so that most writes hold rows of two batches. */
const DATA = { rows: 400, values: 2, rowsPerBatch: 64 };

for (const ai of [false, true]) {
  const prefixes = ai ? ['referenceBLOB', 'referenceTensor'] : ['referenceBLOB'];
  test(`whenever a load of ${prefixes.join(' and ')} is interrupted, it goes on with the first row whose replies were not all read`, async (t) => {
    const folder = temporaryFolder(t);
    makeReferenceData(folder, DATA);
    for (let done = 20; done < DATA.rows * prefixes.length; done += 20) {
      for (const inFlight of [1, 4]) {
        const { url, stored } = await storing(t, { ai, writes: Infinity, end: 'silent', onEnd: () => {} });
        const abort = new AbortController();
        const { row, told, error } = await stopped(folder, { to: url, batchKeys: 20, inFlight, signal: abort.signal, onProgress: (progress) => void (progress.done >= done && abort.abort()) });
        assert.equal(error.code, 'INTERRUPTED');
        assert.equal(row, Math.floor(told / prefixes.length), `at ${done} keys, ${inFlight} in flight: ${error.message}`);
        assert.ok(row! <= leading(stored, prefixes), `${error.message} ${leading(stored, prefixes)} are`);
      }
    }
  });

  test(`wherever a server stops storing ${prefixes.join(' and ')}, no later row is named than the first that it has not stored`, async (t) => {
    const folder = temporaryFolder(t);
    makeReferenceData(folder, DATA);
    for (const end of ENDS) {
      const named: (number | null)[] = [];
      // A write of 20 keys is one MSET, or one and ten tensors.
      for (let writes = 1; writes < (ai ? 126 : 18); writes += ai ? 7 : 1) {
        const abort = new AbortController();
        const { url, stored } = await storing(t, { ai, writes, end, onEnd: () => setTimeout(() => abort.abort(), 5) });
        const { row, error } = await stopped(folder, { to: url, batchKeys: 20, inFlight: 3, signal: abort.signal });
        const first = leading(stored, prefixes);
        assert.ok((row ?? 0) <= first, `${end} after ${writes} writes: ${error.message} ${first} are`);
        named.push(row);
      }
      assert.ok(new Set(named).size > 3, `${end}: ${named.join(', ')}`);
    }
  });
}
