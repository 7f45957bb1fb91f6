// The loss program of the chosen model on batches of the window loader.

import type { Batch } from '../../data/node.ts';
import type { Condition, JepaSpec } from '../../jepa/index.ts';
import { initialise, type ModelValues } from '../../nn/index.ts';
import type { HostArray } from '../../tensor/index.ts';
import { type JepaProgram, jepaProgram } from '../../train/index.ts';
import {
  dinoWmMethod,
  ebJepaMethod,
  encoderOf,
  leWmMethod,
  pixelWorldMethod,
  pldmClipMethod,
  putEncoder,
  type ReadNumbers,
  stateWorldMethod,
} from '../../world/index.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { frozenEncoder, UNTRAINED } from './frozen-encoder.ts';
import { chosenModel, chosenWorld, type ExperimentData, keyFor } from './stages.ts';

/** A program that learns from clips, and the columns of the dataset that it reads besides pixels and actions. */
export interface ControlProgram {
  readonly program: JepaProgram<Batch>;
  readonly columns: readonly string[];
}

/** The chosen numbers of states [N, S], standardised: [N, k]. */
function standardised(states: Float32Array, stateDim: number, { at, mean, std }: ReadNumbers): Float32Array {
  const k = at.length;
  return Float32Array.from({ length: (states.length / stateDim) * k }, (_, i) => {
    const j = i % k;
    return (states[Math.floor(i / k) * stateDim + at[j]!]! - mean[j]!) / std[j]!;
  });
}

/** Compiles the training step of the chosen model; statistics of what is read of the state come from `data`. */
export async function controlProgram(
  config: ControlExperiment,
  context: RunContext,
  data?: ExperimentData,
): Promise<ControlProgram> {
  const { train } = chosenModel(config);
  const world = chosenWorld(config, data);
  const clips = { batch: train.batchSize, frames: train.frames };
  const feeds: Readonly<Record<string, (batch: Batch) => HostArray>> = {
    pixels: ({ pixels }) => pixels,
    frames: ({ pixels }) => pixels,
    actions: ({ action }) => action,
    states: ({ columns }) => columns.state!,
    proprio({ columns }) {
      const { stateDim, numbers } =
        world.kind === 'dino-wm' ? world.proprioception! : { stateDim: 0, numbers: undefined! };
      return standardised(columns.state!, stateDim, numbers);
    },
  };
  const compiled = async <M, Z extends Condition>(
    spec: JepaSpec<M, Z>,
    values?: ModelValues,
  ): Promise<ControlProgram> => {
    const names = Object.keys(spec.inputs);
    const program = await jepaProgram<M, Z, Batch>({
      spec,
      key: keyFor(context, 'model'),
      ...(values === undefined ? {} : { values }),
      inputs: (batch) => Object.fromEntries(names.map((name) => [name, feeds[name]!(batch)])),
    });
    return { program, columns: names.some((name) => name === 'states' || name === 'proprio') ? ['state'] : [] };
  };
  switch (world.kind) {
    case 'le-wm':
      return compiled(leWmMethod(world, clips));
    case 'pldm':
      return compiled(pldmClipMethod(world, clips));
    case 'eb-jepa':
      return compiled(ebJepaMethod(world, { ...clips, normalisation: world.normalisation }, world.weights));
    case 'state':
      return compiled(stateWorldMethod(world, clips));
    case 'pixels':
      return compiled(pixelWorldMethod(world, clips));
    case 'dino-wm': {
      const spec = dinoWmMethod(world, { ...clips, encoder: encoderOf(world) });
      const values = initialise(spec.module, keyFor(context, 'model'));
      const { encoderFrom = UNTRAINED } = chosenModel(config);
      if (encoderFrom === UNTRAINED) {
        context.log('dino-wm: patches of an encoder that was never trained; set encoderFrom to a run or a checkpoint');
      } else {
        const encoder = frozenEncoder(encoderFrom, config.env.imageSize);
        context.log(`dino-wm: frozen patches of ${encoder.describe}`);
        putEncoder(values, encoder.values());
      }
      return compiled(spec, values);
    }
  }
}
