// The command line in a process of its own, with a limit of time and, where asked, of memory.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it is installed; this file runs as dist/faults/child.js. */
export const BIN: string = fileURLToPath(new URL('../../bin/jepa.js', import.meta.url));

/** Many times what any of these commands takes on a machine that does other things too. */
export const LIMIT_MS = 180_000;

const KEPT = 20_000;

/** How a process is started. */
export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly nodeArgs?: readonly string[];
  readonly limitMs?: number;
  /** Limits of the shell, such as `-d 4000000`: data of 4 GB. */
  readonly ulimit?: string;
  /** Called when the process is there, to disturb it. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  /** It did not end by itself within the limit. */
  readonly hung: boolean;
  readonly ms: number;
  /** Time of the end, as `performance.now` tells it. */
  readonly endMs: number;
}

/** Processes that run now, for an interrupted suite. */
const running = new Set<ChildProcess>();

/** Ends what this suite has started. */
export function stopAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** Runs `jepa` with these arguments to its end. */
export function jepa(args: readonly string[], options: ChildOptions = {}): Promise<Ended> {
  const { env = {}, nodeArgs = [], limitMs = LIMIT_MS, ulimit, onStart } = options;
  const command = [process.execPath, ...nodeArgs, BIN, ...args];
  const [program, ...rest] =
    ulimit === undefined ? command : ['bash', '-c', `ulimit ${ulimit}; exec "$0" "$@"`, ...command];
  const start = performance.now();
  const child = spawn(program!, rest, {
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let [out, err, hung] = ['', '', false];
  child.stdout!.on('data', (data) => {
    out = (out + data).slice(-KEPT * 10);
  });
  child.stderr!.on('data', (data) => {
    err = (err + data).slice(-KEPT);
  });
  const timer = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, limitMs);
  onStart?.(child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      const endMs = performance.now();
      resolve({ code, signal, out, err, hung, ms: endMs - start, endMs });
    });
  });
}
