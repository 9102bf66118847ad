/** Starts the embedded server in a process of its own, so that its event loop and its CPU are its own. */
import { fork } from 'node:child_process';
import { InferplayError } from '../core/errors.js';
import { Secret } from '../core/secret.js';
import { urlOf, type ListenOptions } from './listener.js';

export { listen, type Listening, type ListenOptions } from './listener.js';

/** What is told without anybody having asked goes to the error output. */
export type ServeOptions = Omit<ListenOptions, 'log'>;

export interface Served {
  /** For example `redisai://127.0.0.1:41234`; the password, if any, is not in it. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly pid: number;
  /** Ends the server and waits until its process is gone. */
  close(): Promise<void>;
}

/** What the child is told first, over its channel and not over its command line, where a password could be seen. */
export type ToChild = Omit<ServeOptions, 'signal' | 'requirepass' | 'users'> & { readonly requirepass?: string; readonly users?: { readonly [name: string]: string } };

export type FromChild = { readonly host: string; readonly port: number } | { readonly failure: string; readonly code: InferplayError['code'] };

/** Only for the channel between the two processes. */
function text(password: string | Secret): string {
  return typeof password === 'string' ? password : password.reveal();
}

/** A child that has not ended this long after being asked is killed. */
const CLOSE_PATIENCE_MS = 5000;
/** A last snapshot may take longer. */
const SAVE_PATIENCE_MS = 120_000;

/**
 * Starts a server. It ends with `close`, with the signal, and when this process dies.
 * @throws InferplayError CONNECT when the address cannot be used, SERVER when the process does not start
 */
export async function serve(options: ServeOptions = {}): Promise<Served> {
  const { signal, requirepass, users = {}, ...rest } = options;
  signal?.throwIfAborted();
  const child = fork(new URL('./main.js', import.meta.url), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced', execArgv: [] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const message: ToChild = { ...rest, requirepass: requirepass && text(requirepass), users: Object.fromEntries(Object.entries(users).map(([name, password]) => [name, text(password)])) };
  child.send(message);
  const answer = await new Promise<FromChild>((resolve, reject) => {
    child.once('message', resolve as (message: unknown) => void);
    child.once('error', (error) => reject(new InferplayError('SERVER', `The server's process cannot be started: ${error.message}.`, { cause: error })));
    child.once('exit', (code, name) => reject(new InferplayError('SERVER', `The server's process ended (${name ?? `code ${code}`}) before it listened.`)));
  });
  if ('failure' in answer) {
    await exited;
    throw new InferplayError(answer.code, answer.failure);
  }
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', close);
    if (child.connected) child.disconnect();
    const patience = setTimeout(() => child.kill('SIGKILL'), options.save === undefined ? CLOSE_PATIENCE_MS : SAVE_PATIENCE_MS);
    await exited;
    clearTimeout(patience);
  };
  signal?.addEventListener('abort', close, { once: true });
  // The server is no reason for this process to live on.
  child.unref();
  child.channel?.unref();
  const { host, port } = answer;
  return { url: urlOf(host, port, options.tls !== undefined), host, port, pid: child.pid!, close };
}
