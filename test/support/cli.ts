/** Runs the built command as a user would, in a process of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const mainFile = fileURLToPath(new URL('../../cli/main.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
  /** Called once, with the first output that matches `when`. */
  readonly when?: RegExp;
  readonly then?: (child: ChildProcess, output: string) => void;
}

export function runCli(args: readonly string[], { cwd, env, when, then }: RunOptions = {}): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [mainFile, ...args], { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr, seen] = ['', '', false];
    const look = (): void => {
      if (seen || !when?.test(stdout + stderr)) return;
      seen = true;
      then?.(child, stdout + stderr);
    };
    child.stdout.on('data', (piece: Buffer) => ((stdout += piece.toString()), look()));
    child.stderr.on('data', (piece: Buffer) => ((stderr += piece.toString()), look()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
