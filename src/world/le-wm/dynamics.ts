// LeWorldModel as a world model at work. Legend: N observations, D width, as in `dynamics.ts`.

import { planCost } from '../../plan/index.ts';
import { reshape } from '../../tensor/index.ts';
import { type Dynamics, type DynamicsGraphs, type DynamicsSizes, defineDynamics } from '../dynamics.ts';
import { seenFrames, sensesOf } from '../senses.ts';
import type { LeWm, LeWmConfig, LeWmNetwork } from './le-wm.ts';
import { leWmModule } from './method.ts';

/** The graphs of a LeWorldModel. */
export function leWmDynamics(config: LeWmConfig, name = 'le-wm'): Dynamics {
  const cost = planCost(config.cost ?? 'last', config.embedDim);
  return defineDynamics(leWmSizes(config, name), leWmModule(config), leWmGraphs(config, name), cost);
}

/** Sizes of a model on the network of a LeWorldModel. */
export function leWmSizes({ embedDim: dim, actionDim, history, encoder }: LeWmNetwork, name: string): DynamicsSizes {
  return { name, senses: sensesOf({ imageSize: encoder.imageSize }), dim, actionDim, history };
}

/** Its graphs, whatever it was trained with. */
export function leWmGraphs({ embedDim: dim }: LeWmNetwork, name: string): DynamicsGraphs<LeWm> {
  return {
    encode(m, seen) {
      const frames = seenFrames(seen, name);
      const [N, ...image] = frames.shape as [number, ...number[]];
      return reshape(m.encode(reshape(frames, [N, 1, ...image])), [N, dim]);
    },
    predict: (m, z, blocks) => m.predict(z, m.encodeActions(blocks)),
    rollout: (m, context, executed, plans) => m.rollout(context, executed, plans),
  };
}
