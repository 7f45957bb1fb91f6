// The pixel world model at work: plans are imagined in its embeddings, and scored by what they would look like.

import { type Dynamics, defineDynamics } from '../dynamics.ts';
import { leWmGraphs, leWmSizes } from '../le-wm/dynamics.ts';
import { type PixelWorld, type PixelWorldConfig, pictureCost, pixelWorld } from './pixel-world.ts';

/** The graphs of a pixel world model. Plans are scored by their last picture, or as LeWorldModel's (`config.cost`). */
export function pixelWorldDynamics(config: PixelWorldConfig, name = 'pixels'): Dynamics {
  const graphs = leWmGraphs(config, name);
  return defineDynamics<PixelWorld>(leWmSizes(config, name), pixelWorld(config), {
    ...graphs,
    cost: (m, imagined, goal) =>
      config.cost === 'latent' ? graphs.cost(m, imagined, goal) : pictureCost(m.decode, imagined, goal),
  });
}
