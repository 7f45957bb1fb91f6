// The point maze: a ball with inertia in a U-shaped corridor.

import { type ControlExperiment, controlRecipe, type Recipe } from '../src/experiment/index.ts';

/** `jepa run point-maze`. */
export const pointMaze: Recipe<ControlExperiment> = controlRecipe(
  'point-maze',
  'LeWorldModel learns the point maze from pixels and plans to goal pictures',
  {
    id: 'point-maze',
    actionDim: 2,
    collect: { policy: 'roaming', episodes: 800, maxSteps: 100, minSteps: 50, untilGoal: false },
    model: 'le-wm',
    embedDim: 16,
    steps: 900,
    state: { stateDim: 4, at: [0, 1, 2, 3], goalAt: [0, 1] },
    cost: 'all',
    plan: { recedingHorizon: 2, history: 3 },
  },
);
