// What a story may be told; whether its parts fit each other is checked in story.ts.

import { group, listOf, orNull, real, type Schema, text, whole } from '../../src/core/index.ts';
import type { BallWorld } from '../../src/envs/index.ts';
import type { StoryConfig } from './config.ts';
import type { NetworkSizes } from './networks.ts';

/** Describes the configurations of stories. */
export const storySchema: Schema<StoryConfig> = group<StoryConfig>({
  world: group<BallWorld>({
    size: whole(8, 1024),
    radius: real({ above: 0 }),
    speed: real({ above: 0 }),
    dots: whole(0),
  }),
  networks: group<NetworkSizes>({
    imageSize: whole(8, 1024),
    frames: whole(1, 2),
    channels: listOf(whole(), 3, 3),
    dim: whole(),
    hidden: whole(),
  }),
  seeds: whole(),
  train: group<StoryConfig['train']>({
    pairs: whole(),
    batchSize: whole(),
    learningRate: real({ above: 0 }),
    steps: whole(),
    actionSteps: whole(),
    contrastiveSteps: whole(),
    eyesSteps: whole(),
    plateauSteps: whole(),
    workers: whole(0, 64),
  }),
  collapse: group<StoryConfig['collapse']>({ steps: whole(), shift: whole(0), snapshots: whole() }),
  evals: group<StoryConfig['evals']>({ pairs: whole(64), draws: whole(2) }),
  plan: group<StoryConfig['plan']>({ episodes: whole(), horizons: listOf(whole(1, 12), 1) }),
  photograph: group<StoryConfig['photograph']>({
    image: orNull(text()),
    pretrained: orNull(text()),
    trained: orNull(text()),
  }),
});
