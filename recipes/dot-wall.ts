// DotWall: two rooms whose wall and door are elsewhere in every episode, the world in which variance and covariance alone
// learn the wall and forget the dot, and inverse dynamics brings it back (PLDM, EB-JEPA).

import { type ControlExperiment, controlRecipe, type Recipe, type WorldExperiment } from '../src/experiment/index.ts';

const experiment = (id: 'dot-wall' | 'dot-wall-fixed'): WorldExperiment => ({
  id,
  actionDim: 2,
  collect: { policy: 'crossing-wanderer', episodes: 800, maxSteps: 90, minSteps: 25, untilGoal: false },
  model: 'pldm',
  embedDim: 16,
  steps: 1500,
  state: { stateDim: 4, at: [0, 1, 2, 3], goalAt: [0, 1] },
  pldmInverse: 20,
  plan: { recedingHorizon: 2 },
});

/** `jepa run dot-wall`: wall and door drawn for every episode. */
export const dotWall: Recipe<ControlExperiment> = controlRecipe(
  'dot-wall',
  'PLDM learns DotWall, whose wall moves from episode to episode, and plans to goal pictures',
  experiment('dot-wall'),
);

/** `jepa run dot-wall-fixed`: wall and door where they always are. */
export const dotWallFixed: Recipe<ControlExperiment> = controlRecipe(
  'dot-wall-fixed',
  'PLDM learns DotWall with a fixed wall and plans to goal pictures',
  experiment('dot-wall-fixed'),
);
