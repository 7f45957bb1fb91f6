// LeWorldModel as a world model at work. Legend: N observations, D width, as in `dynamics.ts`.

import { expandDims, reshape } from '../../tensor/index.ts';
import { type Dynamics, type DynamicsGraphs, type DynamicsSizes, defineDynamics } from '../dynamics.ts';
import { seenFrames, seenStates, sensesOf } from '../senses.ts';
import { checkNumbers, readNumbers } from '../standardise.ts';
import { type FeelingNetwork, type LeWm, type LeWmConfig, leWmDim } from './le-wm.ts';
import { leWmModule } from './method.ts';
import { proprioCost } from './proprio.ts';

/**
 * The graphs of a LeWorldModel; one that feels is called so, since it is told more than pictures.
 *
 * @throws JepaError `usage` when proprioception names numbers that the state does not have
 */
export function leWmDynamics(
  config: LeWmConfig,
  name: string = config.proprio === undefined ? 'le-wm' : 'le-wm-proprio',
): Dynamics {
  const { embedDim, proprio } = config;
  if (proprio !== undefined) checkNumbers(proprio.numbers, proprio.stateDim, name);
  const cost = proprioCost(config.cost ?? 'last', embedDim, proprio);
  return defineDynamics(leWmSizes(config, name), leWmModule(config), leWmGraphs(config, name), cost);
}

/** Sizes of a model on the network of a LeWorldModel. */
export function leWmSizes(config: FeelingNetwork, name: string): DynamicsSizes {
  const { actionDim, history, encoder, proprio } = config;
  const senses = sensesOf({ imageSize: encoder.imageSize, stateDim: proprio?.stateDim ?? 0 });
  return { name, senses, dim: leWmDim(config), actionDim, history };
}

/** Its graphs, whatever it was trained with. */
export function leWmGraphs(config: FeelingNetwork, name: string): DynamicsGraphs<LeWm> {
  const { proprio } = config;
  return {
    encode(m, seen) {
      const frames = seenFrames(seen, name);
      const [N, ...image] = frames.shape as [number, ...number[]];
      const felt =
        proprio === undefined ? undefined : expandDims(readNumbers(seenStates(seen, name), proprio.numbers), 1);
      return reshape(m.encode(reshape(frames, [N, 1, ...image]), felt), [N, leWmDim(config)]);
    },
    predict: (m, z, blocks) => m.predict(z, m.encodeActions(blocks)),
    rollout: (m, context, executed, plans) => m.rollout(context, executed, plans),
  };
}
