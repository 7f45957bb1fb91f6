// Reacher: a two-link arm of the DeepMind Control suite turns its joints to those of a goal picture.

import { type ControlExperiment, controlRecipe, type Recipe } from '../src/experiment/index.ts';

/** `jepa run reacher`. */
export const reacher: Recipe<ControlExperiment> = controlRecipe(
  'reacher',
  'LeWorldModel learns a two-link arm from pixels and plans to goal pictures',
  {
    id: 'reacher',
    actionDim: 2,
    collect: { policy: 'random', episodes: 800, maxSteps: 100, minSteps: 50, untilGoal: false },
    model: 'le-wm',
    embedDim: 16,
    steps: 1000,
    // At 0.05 the embedding does not learn to which side the wrist bends: docs/decisions/reacher-recipe.md.
    sigreg: 0.2,
    state: { stateDim: 4, at: [0, 1, 2, 3], goalAt: [0, 1] },
    cost: 'all',
    plan: { ceiling: 'expert', recedingHorizon: 2, history: 3 },
  },
);
