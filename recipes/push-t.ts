// Push-T: a round agent pushes a T-shaped block to the pose of a goal picture.

import type { SolverBudget } from '../src/agent/index.ts';
import { type ControlExperiment, controlRecipe, type Recipe } from '../src/experiment/index.ts';

/** Actions that resemble the one before, and the best plan that was tried in place of a mean of plans. */
const SMOOTH: SolverBudget = {
  ...{ solver: 'icem/swm', samples: 128, elites: 16, iterations: 8 },
  ...{ noiseBeta: 2, noiseAlong: 'steps', boxed: true, plan: 'best-elite' },
};

/** `jepa run push-t`. */
export const pushT: Recipe<ControlExperiment> = controlRecipe(
  'push-t',
  'LeWorldModel learns Push-T from pixels and plans to goal pictures',
  {
    id: 'push-t',
    actionDim: 2,
    collect: { policy: 'pushing', episodes: 800, maxSteps: 100, minSteps: 50, untilGoal: false },
    model: 'le-wm-inverse',
    embedDim: 96,
    steps: 1000,
    // Pictures by convolutions, and inverse dynamics for the agent: docs/decisions/push-t-recipe.md.
    sigreg: 0.3,
    inverse: 0.2,
    learningRate: 2e-3,
    // Told the state: docs/decisions/push-t-planning.md.
    state: {
      stateDim: 10,
      at: [0, 1, 2, 3, 5, 6, 7, 8, 9],
      angles: [4],
      goalAt: [0, 1, 2, 3, 9, 10],
      frame: { origin: [2, 3], angle: 4, points: [0, 1], vectors: [5, 6, 7, 8], scalars: [9] },
      train: { frames: 3 },
      cost: 'near',
      collect: { episodes: 4000, mix: { 'noisy-pushing': 0.33, weak: 0.33 }, pictures: false },
      plan: { recedingHorizon: 1, planner: SMOOTH },
    },
    // The agent's place and speed.
    proprio: [0, 1, 5, 6],
    cost: 'all',
    plan: { recedingHorizon: 2, planner: { solver: 'cem/le-wm', samples: 128, elites: 16, iterations: 8 } },
  },
);
