// The configuration of the story: one world, one set of networks, and how long to train and measure. Plain data.

import { type BallWorld, ballWorlds } from '../../src/envs/index.ts';
import type { NetworkSizes } from './networks.ts';

/** Everything that determines a story, apart from the first seed. */
export interface StoryConfig {
  readonly world: BallWorld;
  /** `frames` is 1 here; models that see two frames double it. */
  readonly networks: NetworkSizes;
  /** Number of seeds: the run's seed and those after it. */
  readonly seeds: number;
  readonly train: {
    /** Transitions to learn from. */
    readonly pairs: number;
    readonly batchSize: number;
    readonly learningRate: number;
    /** Steps of the models that predict the next picture or its embedding. */
    readonly steps: number;
    /** Steps of the action-conditioned models. */
    readonly actionSteps: number;
    /** Steps of the contrastive model, of which only an energy is drawn. */
    readonly contrastiveSteps: number;
    /** Steps of the decoders for eyes. */
    readonly eyesSteps: number;
    /** Steps of the run from PyTorch's default initialisation, which is there to show the plateau. */
    readonly plateauSteps: number;
    /** Models trained at the same time, each in a thread of its own; 0 trains them one after another in this thread. */
    readonly workers: number;
  };
  readonly collapse: {
    readonly steps: number;
    /** Largest shift of a view in pixels. */
    readonly shift: number;
    /** Pictures of the animation. */
    readonly snapshots: number;
  };
  readonly evals: {
    /** Held-out transitions. */
    readonly pairs: number;
    /** Distractor draws per position for the noise share. */
    readonly draws: number;
  };
  readonly plan: { readonly episodes: number; readonly horizons: readonly number[] };
  /** Part 4: a JPEG or PNG file, and the encoders to show on it; null leaves them out. */
  readonly photograph: {
    readonly image: string | null;
    /** Folder or name in the local cache of a checkpoint of DINOv2, DINOv3, I-JEPA or ViT. */
    readonly pretrained: string | null;
    /** Folder of a trained run such as `cifar10-lejepa`. */
    readonly trained: string | null;
  };
}

/** The half-size world: thirty models in about ten minutes on two cores. */
export function liteStory(): StoryConfig {
  return {
    world: ballWorlds.lite,
    networks: { imageSize: 32, frames: 1, channels: [8, 16, 32], dim: 32, hidden: 64 },
    seeds: 3,
    train: {
      pairs: 4096,
      batchSize: 128,
      learningRate: 1e-3,
      steps: 2000,
      actionSteps: 2000,
      contrastiveSteps: 1000,
      eyesSteps: 600,
      plateauSteps: 400,
      workers: 2,
    },
    collapse: { steps: 800, shift: 2, snapshots: 20 },
    evals: { pairs: 2048, draws: 32 },
    plan: { episodes: 200, horizons: [3, 6, 10] },
    photograph: { image: null, pretrained: null, trained: null },
  };
}

/** The published world and training lengths: hours on two cores, so one seed. */
export function fullStory(): StoryConfig {
  return {
    ...liteStory(),
    world: ballWorlds.full,
    networks: { imageSize: 64, frames: 1, channels: [16, 32, 64], dim: 128, hidden: 256 },
    seeds: 1,
    train: {
      pairs: 4096,
      batchSize: 256,
      learningRate: 3e-4,
      steps: 3000,
      actionSteps: 6000,
      contrastiveSteps: 3000,
      eyesSteps: 1500,
      plateauSteps: 2000,
      workers: 2,
    },
    collapse: { steps: 1500, shift: 3, snapshots: 30 },
  };
}
