// Runs one measurement in a fresh process, so that its peak memory is its own: `node child.js TASK JSON` prints the result
// as one JSON line. `inChild` starts it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JepaError } from '../src/core/index.ts';

/** Runs the task of child-tasks.ts called `task` with `plan` in a fresh Node process and returns its result. */
export async function inChild<R>(task: string, plan: unknown, signal?: AbortSignal): Promise<R> {
  const url = import.meta.url.endsWith('.ts')
    ? new URL('../dist/bench/child-main.js', import.meta.url) // Node 20 runs no TypeScript: from the sources, the build's
    : new URL('./child-main.js', import.meta.url);
  const path = fileURLToPath(url);
  if (!existsSync(path)) throw new JepaError('runtime', `bench: ${path} is missing; run npm run build`);
  const options = signal === undefined ? {} : { signal };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [path, task, JSON.stringify(plan)], options);
    return JSON.parse(stdout.trim().split('\n').at(-1)!) as R;
  } catch (error) {
    await nextTurn(); // Ctrl-C reaches the child too, and its end may be seen first
    signal?.throwIfAborted();
    throw error;
  }
}
