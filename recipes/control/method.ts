// The loss program of the chosen model on batches of the window loader.

import type { RunContext } from '../../src/cli/index.ts';
import type { Batch } from '../../src/data/index.ts';
import type { Condition, JepaSpec } from '../../src/jepa/index.ts';
import type { HostArray } from '../../src/tensor/index.ts';
import { type JepaProgram, jepaProgram } from '../../src/train/index.ts';
import { ebJepaMethod, leWmMethod, pldmClipMethod } from '../../src/world/index.ts';
import type { ControlExperiment } from './config.ts';
import { chosenModel, keyFor } from './stages.ts';

/** A program that learns from clips, and the columns of the dataset that it reads besides pixels and actions. */
export interface ControlProgram {
  readonly program: JepaProgram<Batch>;
  readonly columns: readonly string[];
}

/** What a method's input of this name is fed with. */
function feed(name: string, batch: Batch): HostArray {
  if (name === 'pixels' || name === 'frames') return batch.pixels;
  return name === 'actions' ? batch.action : batch.columns.state!;
}

async function compiled<M, Z extends Condition>(spec: JepaSpec<M, Z>, context: RunContext): Promise<ControlProgram> {
  const names = Object.keys(spec.inputs);
  const program = await jepaProgram<M, Z, Batch>({
    spec,
    key: keyFor(context, 'model'),
    inputs: (batch) => Object.fromEntries(names.map((name) => [name, feed(name, batch)])),
  });
  return { program, columns: names.includes('states') ? ['state'] : [] };
}

/** Compiles the training step of the chosen model. */
export function controlProgram(config: ControlExperiment, context: RunContext): Promise<ControlProgram> {
  const { world, train } = chosenModel(config);
  const clips = { batch: train.batchSize, frames: train.frames };
  switch (world.kind) {
    case 'le-wm':
      return compiled(leWmMethod(world, clips), context);
    case 'pldm':
      return compiled(pldmClipMethod(world, clips), context);
    case 'eb-jepa':
      return compiled(ebJepaMethod(world, { ...clips, normalisation: world.normalisation }, world.weights), context);
    default:
      throw new Error(`no method for ${world.kind}`);
  }
}
