/** A small data set and an embedded server that holds it, for tests of the commands around a run. */
import { join } from 'node:path';
import { generate } from '../../generate/generate.js';
import { load } from '../../load/load.js';
import { serve, type Served } from '../../serve/serve.js';
import { temporaryFolder } from './paths.js';

export interface ServedSet {
  readonly cwd: string;
  /** Name of the data set's folder in `cwd`. */
  readonly set: 'set';
  readonly url: string;
  readonly server: Served;
}

export async function servedSet(test: { after(fn: () => void | Promise<void>): void }, { rows = 400, loaded = true } = {}): Promise<ServedSet> {
  const cwd = temporaryFolder(test);
  await generate('fraud', { rows, referenceValues: 256 }, { out: join(cwd, 'set'), seed: 3, threads: 1 });
  const server = await serve({ port: 0 });
  test.after(() => server.close());
  if (loaded) await load(join(cwd, 'set'), { to: server.url });
  return { cwd, set: 'set', url: server.url, server };
}
