// A training run in a process of its own, for the tests that kill, interrupt or starve it.
// Arguments: run folder, number of steps, JSON of `ChildPlan`. Prints the outcome, or the error, as one JSON line.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { JepaError } from '../core/index.ts';
import { adamW, warmupCosine } from '../optim/index.ts';
import { createRun, isRunFolder, openRun } from '../run/node.ts';
import { train } from './loop.ts';
import { TOY_BATCH, toyBatches, toyProgram } from './toy-program.law.ts';

/** How the child is to fail. */
export interface ChildPlan {
  readonly resume?: boolean;
  /** Parameters with gradient 0, which make a checkpoint about 12 bytes larger each. */
  readonly padding?: number;
  /** SIGKILL instead of renaming the temporary file of this checkpoint. */
  readonly killBeforeRename?: string;
  /** SIGKILL in the middle of the writes of this checkpoint, after half of its bytes. */
  readonly killWhileWriting?: string;
  /** SIGKILL instead of this call to the file system, counted from 1; the last line printed has the number of all. */
  readonly killAtCall?: number;
  /** SIGINT to itself after this many updates. */
  readonly interruptAfter?: number;
}

const [dir = '', steps = '0', json = '{}'] = process.argv.slice(2);
const plan = JSON.parse(json) as ChildPlan;

/** Replaces file-system calls of this process by ones that kill it at the chosen place. */
function sabotage({ killBeforeRename, killWhileWriting }: ChildPlan): void {
  const { renameSync, openSync, writeSync } = fs;
  let doomed = -1;
  fs.renameSync = (from, to) => {
    if (killBeforeRename !== undefined && String(to).endsWith(killBeforeRename)) process.kill(process.pid, 'SIGKILL');
    renameSync(from, to);
  };
  fs.openSync = (path, flags, mode) => {
    const fd = openSync(path, flags, mode);
    if (killWhileWriting !== undefined && String(path).includes(killWhileWriting)) doomed = fd;
    return fd;
  };
  const write = (fd: number, bytes: Uint8Array, at: number, length: number, position: number | null): number => {
    if (fd !== doomed || length < 64) return writeSync(fd, bytes, at, length, position);
    writeSync(fd, bytes, at, length >> 1, position);
    process.kill(process.pid, 'SIGKILL');
    return length;
  };
  fs.writeSync = write as typeof fs.writeSync;
  syncBuiltinESMExports();
}

let calls = 0;

/** Counts the calls that change files, and kills the process in place of the chosen one. */
function count({ killAtCall }: ChildPlan): void {
  const counted = <F extends (...args: never[]) => unknown>(call: F): F => {
    const replaced = (...args: never[]): unknown => {
      calls++;
      if (calls === killAtCall) process.kill(process.pid, 'SIGKILL');
      return call(...args);
    };
    return replaced as F;
  };
  fs.openSync = counted(fs.openSync);
  fs.writeSync = counted(fs.writeSync as never);
  fs.fsyncSync = counted(fs.fsyncSync);
  fs.renameSync = counted(fs.renameSync);
  fs.linkSync = counted(fs.linkSync);
  fs.rmSync = counted(fs.rmSync);
  syncBuiltinESMExports();
}

async function main(): Promise<unknown> {
  sabotage(plan);
  count(plan);
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const description = { config: { recipe: 'toy' }, seed: 3, versions: { jepa: 'test' } };
  // A run may be killed before it has written what it is.
  const run = plan.resume === true && isRunFolder(dir) ? openRun(dir) : createRun(dir, description);
  const program = toyProgram(plan.padding);
  const total = Number(steps);
  const messages: string[] = [];
  const outcome = await train({
    run,
    program,
    batches: toyBatches,
    optimiser: adamW(program.layout),
    learningRate: warmupCosine({ warmupSteps: 5, totalSteps: 40, peak: 0.02 }),
    clip: 1,
    steps: total,
    seed: 3,
    imagesPerStep: TOY_BATCH,
    checkpointEvery: 10,
    logEvery: 3,
    resume: plan.resume,
    onMessage: (message) => messages.push(message),
    onProgress: ({ step }) => {
      if (step === plan.interruptAfter) process.kill(process.pid, 'SIGINT');
    },
    signal: controller.signal,
  });
  return { outcome, messages, calls };
}

main().then(
  (result) => console.log(JSON.stringify(result)),
  (error: unknown) => {
    if (!(error instanceof JepaError)) throw error;
    console.log(JSON.stringify({ error: { code: error.code, message: error.message } }));
    process.exitCode = 2;
  },
);
