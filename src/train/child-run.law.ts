// A training run in a process of its own, for the tests that kill, interrupt or starve it.
// Arguments: run folder, number of steps, JSON of `ChildPlan`. Prints the outcome, or the error, as one JSON line.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { JepaError } from '../core/index.ts';
import { adamW, warmupCosine } from '../optim/index.ts';
import { createRun, openRun } from '../run/folder.ts';
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

async function main(): Promise<unknown> {
  sabotage(plan);
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  const description = { config: { recipe: 'toy' }, seed: 3, versions: { jepa: 'test' } };
  const run = plan.resume === true ? openRun(dir) : createRun(dir, description);
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
  return { outcome, messages };
}

main().then(
  (result) => console.log(JSON.stringify(result)),
  (error: unknown) => {
    if (!(error instanceof JepaError)) throw error;
    console.log(JSON.stringify({ error: { code: error.code, message: error.message } }));
    process.exitCode = 2;
  },
);
