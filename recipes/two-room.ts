// From pixels to a planning agent: an agent wanders through two rooms; a world model learns the world from 64-pixel frames
// and actions alone; then goals shown as pictures are reached by planning in latent space.

import { type ControlExperiment, controlRecipe, type Recipe } from '../src/experiment/index.ts';

/** `jepa run two-room`. */
export const twoRoom: Recipe<ControlExperiment> = controlRecipe(
  'two-room',
  'LeWorldModel learns Two-Room from pixels and plans to goal pictures',
  {
    id: 'two-room',
    actionDim: 2,
    collect: { policy: 'noisy-expert', episodes: 800, maxSteps: 100, minSteps: 25, untilGoal: true },
    model: 'le-wm',
    embedDim: 16,
    steps: 700,
    state: { stateDim: 2, at: [0, 1], goalAt: [0, 1] },
    plan: { ceiling: 'oracle' },
  },
);
