// A few training steps of LeWorldModel at its published size, in this process.

import { key } from '../src/core/index.ts';
import { parameterCount } from '../src/nn/index.ts';
import { adamW } from '../src/optim/index.ts';
import { nodeRuntime } from '../src/runtime/index.ts';
import { jepaProgram } from '../src/train/index.ts';
import { type Acting, type LeWm, type LeWmConfig, leWm, leWmMethod } from '../src/world/index.ts';
import { peakBytes } from './measure.ts';

/** Which model, how many clips in a batch, how many steps. */
export interface ReferenceSizePlan {
  readonly config: LeWmConfig;
  readonly clips: number;
  readonly steps: number;
  readonly threads: number;
  readonly seed: number;
}

/** What the steps took. */
export interface ReferenceSteps {
  readonly parameters: number;
  readonly flops: number;
  /** Tracing, differentiating, loading. */
  readonly compileSeconds: number;
  /** Seconds of each step, AdamW included; the first one also fills the runtime's memory. */
  readonly seconds: readonly number[];
  readonly losses: readonly number[];
  readonly peakBytes: number;
}

interface Clips {
  readonly pixels: Uint8Array;
  readonly actions: Float32Array;
}

/** Trains `steps` updates on one made-up batch of `clips` clips of history + 1 frames. */
export async function referenceSteps(plan: ReferenceSizePlan): Promise<ReferenceSteps> {
  const { config, clips, steps, threads, seed } = plan;
  const { imageSize } = config.encoder;
  const frames = config.history + 1;
  const definition = leWm(config);
  const started = performance.now();
  const program = await jepaProgram<LeWm, Acting, Clips>({
    spec: leWmMethod(config, { batch: clips, frames }),
    key: key(seed),
    runtime: nodeRuntime({ threads }),
    inputs: (batch) => ({ ...batch }),
  });
  const compileSeconds = (performance.now() - started) / 1000;
  const optimiser = adamW(program.layout);
  const batch: Clips = {
    pixels: new Uint8Array(clips * frames * imageSize * imageSize * 3).map((_, i) => (i * 7919) % 251),
    actions: new Float32Array(clips * frames * config.actionDim).map((_, i) => Math.sin(i)),
  };
  const seconds: number[] = [];
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const start = performance.now();
    const { loss } = await program.step(batch, key(step), step);
    optimiser.step(program.params, program.grads, 1e-4);
    seconds.push((performance.now() - start) / 1000);
    losses.push(loss);
  }
  return {
    parameters: parameterCount(definition),
    flops: program.program.explain().flops,
    compileSeconds,
    seconds,
    losses,
    peakBytes: peakBytes(),
  };
}
