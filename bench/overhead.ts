// How much of a training step is TypeScript: the real training loop on the measured step, with batches in memory.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JepaError } from '../src/core/index.ts';
import { adamW } from '../src/optim/index.ts';
import { createRun } from '../src/run/node.ts';
import type { Runtime } from '../src/runtime/index.ts';
import { train } from '../src/train/node.ts';
import { LEARNING_RATE, type VitStepSize, vitBatch, vitStep } from './vit-step.ts';

/** Shares of the time of the training loop, its last checkpoint left out. */
export interface Overhead {
  /** Outside the loss program: gradient norm, AdamW, finite checks, metrics. What the loop itself logs. */
  readonly outsideProgram: number;
  /** Outside the runtime's own `run`: the above, and feeding and fetching around it. */
  readonly outsideRuntime: number;
}

/** A runtime that adds up the seconds spent in `run` of its sessions. */
function stopwatch(runtime: Runtime): { readonly runtime: Runtime; seconds(): number } {
  let total = 0;
  return {
    seconds: () => total,
    runtime: {
      ...runtime,
      async load(model, options) {
        const session = await runtime.load(model, options);
        return {
          ...session,
          async run(feeds, outputs) {
            const start = performance.now();
            try {
              return await session.run(feeds, outputs);
            } finally {
              total += (performance.now() - start) / 1000;
            }
          },
        };
      },
    },
  };
}

/** Trains `steps` updates into a temporary folder. */
export async function trainOverhead(
  size: VitStepSize,
  runtime: Runtime,
  steps: number,
  signal?: AbortSignal,
): Promise<Overhead> {
  const watch = stopwatch(runtime);
  const { program, step } = await vitStep(size, watch.runtime);
  await step(); // the first run fills the runtime's memory
  const before = watch.seconds();
  const dir = mkdtempSync(join(tmpdir(), 'jepa-bench-'));
  const run = createRun(join(dir, 'run'), { config: {}, seed: 0, versions: {} });
  try {
    const batch = vitBatch(size);
    const outcome = await train({
      run,
      program,
      batches: () => ({ next: () => batch, close: () => undefined }),
      optimiser: adamW(program.layout),
      learningRate: () => LEARNING_RATE,
      clip: 1,
      steps,
      seed: 0,
      imagesPerStep: size.batch,
      checkpointEvery: steps,
      logEvery: 10,
      onMessage: () => undefined,
      ...(signal === undefined ? {} : { signal }),
    });
    signal?.throwIfAborted();
    if (outcome.kind !== 'done') throw new JepaError('runtime', `bench: training ended as ${outcome.kind}`);
    const { seconds, overheadShare, pauseShare } = outcome.timing;
    const busy = seconds * (1 - pauseShare);
    return {
      outsideProgram: (overheadShare * seconds) / busy,
      outsideRuntime: 1 - (watch.seconds() - before) / busy,
    };
  } finally {
    run.close();
    rmSync(dir, { recursive: true, force: true });
  }
}
