// One run of a sweep in a process of its own: its memory is freed when it ends, and its crash is not ours.

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { STOP_WITH_STDIN } from '../interrupt.ts';
import { EXIT } from '../session.ts';

/** How the process ended. */
export type ChildEnd =
  | { readonly kind: 'done' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly why: string };

/** What a child process is given. */
export interface ChildOptions {
  /** File to which everything that it prints for people is appended. */
  readonly log: string;
  readonly signal: AbortSignal;
  /** Called with each line that it prints for people. */
  onLine(line: string): void;
}

/** The `jepa` command of this package. */
const BIN = join(dirname(createRequire(import.meta.url).resolve('jepa/package.json')), 'bin', 'jepa.js');

/** Runs `jepa ...args --json` to its end. An abort of the signal asks it to save and stop. */
export async function runChild(args: readonly string[], { log, signal, onLine }: ChildOptions): Promise<ChildEnd> {
  // A process group of its own: Ctrl-C on a terminal reaches all of a group, and two would stop the run without saving.
  const child = spawn(process.execPath, [BIN, ...args, '--json'], {
    // Nothing is written to its input: its end tells the child that this process is gone, however it went.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, [STOP_WITH_STDIN]: '1' },
    detached: process.platform !== 'win32',
  });
  const file = createWriteStream(log, { flags: 'a' });
  child.stdin.on('error', () => {}); // A child that died has closed it.
  const stop = (): void => {
    child.kill('SIGINT');
  };
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  signal.addEventListener('abort', stop);
  process.on('exit', kill);
  let answer = '';
  child.stdout.on('data', (data) => {
    answer += data;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    file.write(`${line}\n`);
    onLine(line);
  });
  if (signal.aborted) stop();
  try {
    const [code, by] = await new Promise<readonly [number | null, NodeJS.Signals | null]>((done, fail) => {
      child.on('error', fail);
      child.on('close', (c, s) => done([c, s]));
    });
    if (code === EXIT.ok) return { kind: 'done' };
    if (signal.aborted || code === EXIT.interrupted) return { kind: 'interrupted' };
    return { kind: 'failed', why: messageOf(answer) ?? endOf(code, by) };
  } finally {
    signal.removeEventListener('abort', stop);
    process.off('exit', kill);
    file.end();
    await finished(file);
  }
}

/** The message of `{"error": {"message"}}` in the last line of standard output. */
function messageOf(answer: string): string | undefined {
  try {
    const parsed: { readonly error?: { readonly message?: unknown } } = JSON.parse(
      answer.trim().split('\n').at(-1) ?? '',
    );
    return parsed.error?.message === undefined ? undefined : String(parsed.error.message);
  } catch {
    return undefined;
  }
}

function endOf(code: number | null, by: NodeJS.Signals | null): string {
  if (by === null) return `ended with exit code ${code} without a message`;
  const memory = by === 'SIGKILL' ? '; the system may have run out of memory' : '';
  return `ended by ${by} (${constants.signals[by]})${memory}`;
}
