// Cube: an arm with a gripper carries a cube over a table to the place of a goal picture.

import { type ControlExperiment, controlRecipe, type Recipe } from '../src/experiment/index.ts';

/** `jepa run cube`. */
export const cube: Recipe<ControlExperiment> = controlRecipe(
  'cube',
  'LeWorldModel learns a table-top arm from pixels and carries a cube to goal pictures',
  {
    id: 'cube',
    actionDim: 5,
    collect: { policy: 'noisy-expert', episodes: 800, maxSteps: 120, minSteps: 50, untilGoal: false },
    model: 'le-wm-inverse',
    embedDim: 32,
    steps: 1000,
    // Pictures by convolutions, and inverse dynamics for the gripper: docs/decisions/push-t-recipe.md.
    sigreg: 0.2,
    state: { stateDim: 24, at: Array.from({ length: 24 }, (_, i) => i), goalAt: [0, 1, 2] },
    // The gripper's place, yaw and fingers, and their speeds.
    proprio: [6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23],
    cost: 'all',
    plan: { ceiling: 'expert', recedingHorizon: 2 },
  },
);
