// EB-JEPA's world model (and PLDM's form of it) at work. Legend: N observations, D width, as in `dynamics.ts`.

import type { PixelNormalisation } from '../../nn/index.ts';
import { planCost } from '../../plan/index.ts';
import { reshape } from '../../tensor/index.ts';
import { type Dynamics, type DynamicsGraphs, defineDynamics } from '../dynamics.ts';
import { seenFrames, sensesOf } from '../senses.ts';
import { EB_JEPA_PIXELS, type EbJepa, type EbJepaConfig, ebJepa } from './eb-jepa.ts';

/**
 * The graphs of an EB-JEPA world model. The embedding is all the memory there is, so a context is its last frame. Plans are
 * scored by the distance to the goal over all their steps.
 */
export function ebJepaDynamics(
  config: EbJepaConfig,
  name = 'eb-jepa',
  normalisation: PixelNormalisation = EB_JEPA_PIXELS,
): Dynamics {
  const { actionDim, encoder } = config;
  const { dim, imageSize } = encoder;
  const sizes = { name, senses: sensesOf({ imageSize }), dim, actionDim, history: 1 };
  const graphs: DynamicsGraphs<EbJepa> = {
    encode(m, seen) {
      const frames = seenFrames(seen, name);
      const [N, ...image] = frames.shape as [number, ...number[]];
      return reshape(m.encode(reshape(frames, [N, 1, ...image])), [N, dim]);
    },
    predict: (m, z, blocks) => m.predict(z, blocks),
    rollout: (m, context, _, plans) => m.rollout(context, plans),
  };
  return defineDynamics(sizes, ebJepa(config, normalisation), graphs, planCost('all', dim));
}
