// Peak memory of a process that does nothing but the measured training step.

import { nodeRuntime } from '../src/runtime/index.ts';
import { peakBytes } from './measure.ts';
import { type VitStepSize, vitStep } from './vit-step.ts';

/** Which step, how often. */
export interface StepMemoryPlan {
  readonly size: VitStepSize;
  readonly threads: number;
  readonly steps: number;
}

/** Peak resident bytes: after loading the code, and after the steps. */
export interface StepMemory {
  readonly importBytes: number;
  readonly peakBytes: number;
}

/** Runs the steps in this process. */
export async function stepMemory({ size, threads, steps }: StepMemoryPlan): Promise<StepMemory> {
  const runtime = nodeRuntime({ threads });
  const importBytes = peakBytes();
  const { step } = await vitStep(size, runtime);
  for (let i = 0; i < steps; i++) await step();
  return { importBytes, peakBytes: peakBytes() };
}
