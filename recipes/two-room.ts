// From pixels to a planning agent: an agent wanders through two rooms; a world model learns the world from 64-pixel frames
// and actions alone; then goals shown as pictures are reached by planning in latent space.

import type { Recipe } from '../src/cli/index.ts';
import { type ControlExperiment, plannersFor } from './control/config.ts';
import { controlRecipe } from './control/experiment.ts';

const budget = { samples: 128, elites: 16, iterations: 6 };

/** `jepa run two-room`. */
export const twoRoom: Recipe<ControlExperiment> = controlRecipe(
  'two-room',
  'LeWorldModel learns Two-Room from pixels and plans to goal pictures',
  (): ControlExperiment => ({
    env: { id: 'two-room', imageSize: 64 },
    collect: { policy: 'noisy-expert', episodes: 800, maxSteps: 100, minSteps: 25, untilGoal: true },
    data: { frameSkip: 5, split: { train: 0.8, val: 0.05, test: 0.15 }, workers: 1 },
    model: 'le-wm',
    models: {
      'le-wm': {
        world: {
          kind: 'le-wm',
          encoder: {
            imageSize: 64,
            patchSize: 16,
            dim: 96,
            depth: 4,
            heads: 3,
            mlpDim: 384,
            positions: 'smooth',
            positionStd: 2,
          },
          predictor: { depth: 3, heads: 4, headDim: 32, mlpDim: 384, dropout: 0 },
          embedDim: 16,
          projectorHidden: 512,
          history: 3,
          actionDim: 10,
          actionSmoothed: 10,
          sigreg: { weight: 0.05, directions: 256 },
        },
        train: {
          frames: 4,
          steps: 700,
          batchSize: 64,
          learningRate: 5e-4,
          warmup: 0.05,
          weightDecay: 1e-3,
          clip: 1,
        },
      },
    },
    train: { checkpointEvery: 200, logEvery: 10, instrumentsEvery: 50 },
    plan: {
      tasks: 100,
      goalOffset: 25,
      budget: 50,
      horizon: 5,
      recedingHorizon: 5,
      history: 1,
      planner: { solver: 'cem/le-wm', ...budget },
      also: [],
      planners: plannersFor(budget),
      ceiling: 'oracle',
      film: 8,
    },
    evals: { probeRows: 3000, surpriseClips: 200, surpriseSteps: 8, surpriseAt: 5 },
  }),
);
