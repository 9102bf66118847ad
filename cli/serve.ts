import { Option, type Command } from 'commander';
import type { Interruption } from './interrupt.js';
import { addInference, inferenceOf, type InferenceGiven } from './inference.js';
import { addLaboratory, LABORATORY_HELP, laboratoryOf, type LaboratoryGiven } from './laboratory.js';
import { integer } from './options.js';
import { bold, dim, print } from './terminal.js';

interface Given extends InferenceGiven, LaboratoryGiven {
  host: string;
  port: number;
  requirepass?: string;
}

export function addServe(program: Command, { signal, acceptAsEnd }: Interruption): void {
  const command = program
    .command('serve')
    .description('run the embedded model server: RedisAI commands over ONNX Runtime')
    .option('--host <ADDRESS>', 'address to listen on', '127.0.0.1')
    .option('--port <N>', 'port to listen on; 0 takes a free one', integer(0, 65535), 6379)
    .addOption(new Option('--requirepass <PASSWORD>', 'clients must AUTH with it').env('INFERPLAY_REQUIREPASS'))
    .addHelpText('after', LABORATORY_HELP)
    .addHelpText('after', '\nExamples:\n  inferplay serve --port 6379\n  inferplay serve --service-time exp:4ms --servers 1\n  redis-cli -p 6379 AI.INFO financialNet')
    .action(async ({ host, port, requirepass, ...given }: Given) => {
      const { listen } = await import('../serve/serve.js');
      const server = await listen({ host, port, requirepass, ...inferenceOf(given), laboratory: laboratoryOf(given) });
      print(`${bold('inferplay')} serves RedisAI commands over ONNX Runtime on ${bold(server.url)}`);
      print(dim(`  next: inferplay load data/fraud --to ${server.url}      Ctrl-C ends it`));
      acceptAsEnd();
      const asked = new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
      // A client may end it too, with SHUTDOWN.
      await Promise.race([asked, server.ended]);
      await server.close();
    });
  addInference(command);
  addLaboratory(command);
}
