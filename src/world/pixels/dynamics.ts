// The pixel world model at work: plans are imagined in its embeddings, and scored by what they would look like.

import { planCost } from '../../plan/index.ts';
import { type Dynamics, defineDynamics } from '../dynamics.ts';
import { leWmGraphs, leWmSizes } from '../le-wm/dynamics.ts';
import { pictureCost } from './picture-cost.ts';
import { type PixelWorld, type PixelWorldConfig, pixelWorld } from './pixel-world.ts';

/** The graphs of a pixel world model. Plans are scored by their last picture, or as LeWorldModel's (`config.cost`). */
export function pixelWorldDynamics(config: PixelWorldConfig, name = 'pixels'): Dynamics {
  const graphs = leWmGraphs(config, name);
  const cost = config.cost === 'latent' ? planCost('last', config.embedDim) : pictureCost(config);
  return defineDynamics<PixelWorld>(leWmSizes(config, name), pixelWorld(config), graphs, cost);
}
