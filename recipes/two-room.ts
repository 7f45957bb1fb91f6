// From pixels to a planning agent: an agent wanders through two rooms; a world model learns the world from 64-pixel frames
// and actions alone; a distance over the routes of what was seen is learned beside it; then goals shown as pictures, behind the wall
// too, are reached by planning in latent space. How it came to these settings: docs/decisions/two-room-routes.md.

import { type ControlExperiment, controlRecipe, type Recipe, ROUTED_PLANNER } from '../src/experiment/index.ts';

/** `jepa run two-room`. */
export const twoRoom: Recipe<ControlExperiment> = controlRecipe(
  'two-room',
  'LeWorldModel learns Two-Room from pixels and plans to goal pictures',
  {
    id: 'two-room',
    actionDim: 2,
    collect: { policy: 'roaming', episodes: 800, maxSteps: 100, minSteps: 25, untilGoal: false },
    model: 'le-wm',
    embedDim: 16,
    steps: 1000,
    state: { stateDim: 2, at: [0, 1], goalAt: [0, 1] },
    plan: { ceiling: 'oracle', planner: ROUTED_PLANNER, protocols: ['strict', 'paper', 'reset'] },
  },
);
