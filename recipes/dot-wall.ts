// DotWall: two rooms whose wall and door are elsewhere in every episode, the world in which variance and covariance alone
// learn the wall and forget the dot, and inverse dynamics brings it back (PLDM, EB-JEPA).

import type { Recipe } from '../src/cli/index.ts';
import { type ControlExperiment, plannersFor } from './control/config.ts';
import { controlRecipe } from './control/experiment.ts';
import { smallEbJepa, smallLeWm, smallPldm } from './control/models.ts';

const budget = { samples: 128, elites: 16, iterations: 6 };
const size = { imageSize: 64, actionDim: 10, embedDim: 32, steps: 700 };

function experiment(id: 'dot-wall' | 'dot-wall-fixed'): ControlExperiment {
  return {
    env: { id, imageSize: size.imageSize },
    collect: { policy: 'wanderer', episodes: 800, maxSteps: 90, minSteps: 25, untilGoal: false },
    data: { frameSkip: 5, split: { train: 0.8, val: 0.05, test: 0.15 }, workers: 1 },
    model: 'pldm',
    models: {
      pldm: smallPldm(size),
      'pldm-no-inverse': smallPldm(size, 0),
      'le-wm': smallLeWm(size),
      'eb-jepa': smallEbJepa(size),
      'eb-jepa-no-inverse': smallEbJepa(size, 0),
    },
    train: { checkpointEvery: 200, logEvery: 10, instrumentsEvery: 50 },
    plan: {
      tasks: 100,
      goalOffset: 25,
      budget: 50,
      horizon: 5,
      recedingHorizon: 1,
      history: 1,
      planner: { solver: 'cem/le-wm', ...budget },
      also: [],
      planners: plannersFor(budget),
      ceiling: 'simulator',
      film: 8,
    },
    evals: { probeRows: 3000, surpriseClips: 200, surpriseSteps: 8, surpriseAt: 5 },
  };
}

/** `jepa run dot-wall`: wall and door drawn for every episode. */
export const dotWall: Recipe<ControlExperiment> = controlRecipe(
  'dot-wall',
  'PLDM learns DotWall, whose wall moves from episode to episode, and plans to goal pictures',
  () => experiment('dot-wall'),
);

/** `jepa run dot-wall-fixed`: wall and door where they always are. */
export const dotWallFixed: Recipe<ControlExperiment> = controlRecipe(
  'dot-wall-fixed',
  'PLDM learns DotWall with a fixed wall and plans to goal pictures',
  () => experiment('dot-wall-fixed'),
);
