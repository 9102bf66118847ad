import type { Command } from 'commander';
import { counted } from '../core/quantity.js';
import { accessOf, addAccess, type AccessGiven } from './access.js';
import type { Interruption } from './interrupt.js';
import { addInference, inferenceOf, type InferenceGiven } from './inference.js';
import { addLaboratory, LABORATORY_HELP, laboratoryLine, laboratoryOf, type LaboratoryGiven } from './laboratory.js';
import { integer } from './options.js';
import { bold, commandLine, dim, note, print, red } from './terminal.js';

interface Given extends AccessGiven, InferenceGiven, LaboratoryGiven {
  host: string;
  port: number;
}

function log(level: 'note' | 'warning', text: string): void {
  note(level === 'warning' ? `${red('warning:', process.stderr)} ${text}` : text);
}

function snapshotLine(file: string, restoredKeys: number | null): string {
  return restoredKeys === null ? `snapshot: ${bold(file)} is not there yet, and will be written at the end` : `snapshot: ${counted(restoredKeys, 'key')} came back from ${bold(file)}`;
}

export function addServe(program: Command, { signal, acceptAsEnd }: Interruption): void {
  const command = program
    .command('serve')
    .description('run the embedded model server: RedisAI commands over ONNX Runtime')
    .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
    .option('--port <N>', 'port to listen on; 0 takes a free one', integer(0, 65535), 6379)
    .addHelpText('after', LABORATORY_HELP)
    .addHelpText('after', '\nExamples:\n  inferplay serve --port 6379\n  inferplay serve --requirepass secret --maxmemory 1gb\n  inferplay serve --service-time exp:4ms --servers 1\n  redis-cli -p 6379 AI._MODELSCAN')
    .action(async ({ host, port, ...given }: Given) => {
      const { listen } = await import('../serve/serve.js');
      const laboratory = laboratoryOf(given);
      const server = await listen({ host, port, ...accessOf(given), ...inferenceOf(given), laboratory, log });
      print(`${bold('inferplay')} serves RedisAI commands over ONNX Runtime on ${bold(server.url)}`);
      if (given.unixsocket !== undefined) print(`  and on the unix socket ${bold(given.unixsocket)}`);
      if (given.save !== undefined) print(`  ${snapshotLine(given.save, server.restoredKeys)}`);
      const line = laboratoryLine(laboratory);
      if (line !== null) print(`  ${line}`);
      print(dim(`  next: ${commandLine('load', 'DATASET', '--to', server.url)}      Ctrl-C ends it`));
      acceptAsEnd();
      const asked = new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
      // A client may end it too, with SHUTDOWN.
      await Promise.race([asked, server.ended]);
      await server.close();
    });
  addAccess(command);
  addInference(command);
  addLaboratory(command);
}
