// Test support: the command line, or another command, in a process of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program as users start it. */
export const BIN: string = fileURLToPath(new URL('../../bin/jepa.js', import.meta.url));

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A process at work. */
export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves once standard error holds the text; fails when the process ends before. */
  until(text: string): Promise<void>;
}

/** Starts a command in the folder `cwd`. */
export function startCommand(
  [command, ...args]: readonly [string, ...(readonly string[])],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Started {
  const child = spawn(command, args, { stdio: 'pipe', ...options });
  let [out, err] = ['', ''];
  const watchers: (() => void)[] = [];
  child.stdout.on('data', (d) => {
    out += d;
  });
  child.stderr.on('data', (d) => {
    err += d;
    for (const look of watchers) look();
  });
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, out, err })));
  const until = (text: string): Promise<void> =>
    new Promise((done, fail) => {
      const look = (): void => {
        if (err.includes(text)) done();
      };
      watchers.push(look);
      look();
      void ended.then(() => fail(new Error(`ended before '${text}': ${err}`)));
    });
  return { child, ended, until };
}

/** Starts `jepa` with these arguments in the folder `cwd`. */
export function startJepa(cwd: string, ...args: readonly string[]): Started {
  return startCommand([process.execPath, BIN, ...args], { cwd });
}
