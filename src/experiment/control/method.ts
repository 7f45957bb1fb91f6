// The loss program of the experiment's model on batches of the window loader.

import type { Batch } from '../../data/node.ts';
import type { JepaSpec } from '../../jepa/index.ts';
import { initialise, type ModelValues } from '../../nn/index.ts';
import { type JepaProgram, jepaProgram } from '../../train/index.ts';
import { putEncoder, type WorldForm } from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import { onRuntime, type RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import type { ExperimentData } from './data.ts';
import { frozenEncoder } from './frozen-encoder.ts';
import { experimentWorld } from './stages.ts';

/** A program that learns from clips, and the columns of the dataset that it reads besides pixels and actions. */
export interface ControlProgram {
  readonly program: JepaProgram<Batch>;
  readonly columns: readonly string[];
}

/** Compiles the training step of the model; statistics of what is read of the state come from `data`. */
export async function controlProgram(
  config: ControlExperiment,
  context: RunContext,
  data?: ExperimentData,
): Promise<ControlProgram> {
  const { batchSize: batch, frames } = config.train;
  const world = experimentWorld(config, data);
  const spec = world.method({ batch, frames });
  const names = Object.keys(spec.inputs);
  const key = keyFor(context, 'model');
  const program = await jepaProgram({
    spec,
    key,
    ...onRuntime(context),
    ...frozenValues(world, spec, config, context),
    inputs: (batch: Batch) => Object.fromEntries(names.map((name) => [name, world.feed(batch, name)])),
  });
  return { program, columns: world.columns };
}

/** The initial numbers of a model on a frozen encoder, that of `frozenFrom` put in; nothing for other models. */
function frozenValues(
  { frozenFrom }: WorldForm,
  { name, module }: JepaSpec<unknown>,
  config: ControlExperiment,
  context: RunContext,
): { readonly values?: ModelValues } {
  if (frozenFrom === null) return {};
  if (frozenFrom === undefined) {
    context.log(`${name}: an encoder that was never trained; set model.encoderFrom to a run or a checkpoint`);
    return {};
  }
  const values = initialise(module, keyFor(context, 'model'));
  const encoder = frozenEncoder(frozenFrom, config.env.imageSize);
  context.log(`${name}: frozen patches of ${encoder.describe}`);
  putEncoder(values, encoder.values());
  return { values };
}
