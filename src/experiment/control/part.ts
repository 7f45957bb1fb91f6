// A part of a run that is trained beside its model (the high level, a policy), in a folder of its own within the run. A part
// that was interrupted goes on where it was; one that is done is read back.

import type { ModelValues } from '../../nn/index.ts';
import { adamW, warmupCosine } from '../../optim/index.ts';
import type { BatchSource, LossProgram } from '../../train/index.ts';
import type { RunContext } from '../recipe.ts';
import { resultName } from '../run-files.ts';
import { trainIn } from '../training.ts';

/** How a part is trained. */
export interface PartTraining {
  readonly steps: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** Trains a part to its end; its numbers are left in `program`. */
export async function trainPart<B>(
  context: RunContext,
  name: string,
  program: LossProgram<B>,
  batches: (startStep: number) => BatchSource<B>,
  { steps, batchSize, learningRate }: PartTraining,
): Promise<ModelValues> {
  await trainIn<B>(
    context,
    {
      program,
      batches,
      optimiser: adamW(program.layout, { weightDecay: 1e-3 }),
      learningRate: warmupCosine({ peak: learningRate, warmupSteps: Math.round(0.05 * steps) + 1, totalSteps: steps }),
      clip: 1,
      steps,
      imagesPerStep: batchSize,
      checkpointEvery: 1000,
      logEvery: 50,
    },
    {
      stage: name,
      part: {
        folder: resultName(context, name),
        described: { config: { part: name, steps, batchSize, learningRate }, seed: context.seed, versions: {} },
      },
    },
  );
  return {
    parameters: { layout: program.layout, data: program.params },
    buffers: { layout: program.bufferLayout, data: program.buffers },
  };
}

/** Batches that are a function of the step. */
export function drawn<B>(draw: (step: number) => B): (startStep: number) => BatchSource<B> {
  return (startStep) => {
    let at = startStep;
    return { next: () => draw(at++), close() {} };
  };
}
