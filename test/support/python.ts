/** Python for tests that compare with its libraries: the interpreter that INFERPLAY_PYTHON names, or python3. */
import { spawnSync } from 'node:child_process';

export const PYTHON = process.env.INFERPLAY_PYTHON ?? 'python3';

/** The reason to skip a test that needs these modules, or false when they are there. */
export function noPython(...modules: readonly string[]): string | false {
  const there = spawnSync(PYTHON, ['-c', modules.map((name) => `import ${name}`).join('\n')]).status === 0;
  return there ? false : `needs Python with ${modules.join(', ')}: pip install pyarrow duckdb hdrhistogram redis redisai numpy, and name the interpreter in INFERPLAY_PYTHON`;
}
