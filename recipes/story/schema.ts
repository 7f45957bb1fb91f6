// What a story may be told, and which of it must fit together.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  check,
  described,
  group,
  JepaError,
  listOf,
  orNull,
  real,
  type Schema,
  text,
  whole,
} from '../../src/core/index.ts';
import { type BallWorld, checkBallWorld } from '../../src/envs/index.ts';
import type { StoryConfig } from './config.ts';
import { jointModel, type NetworkSizes } from './networks.ts';

/** Describes stories. */
export const storySchema: Schema<StoryConfig> = group<StoryConfig>({
  world: described(
    'the ball: side of a picture, radius and pixels per frame, and the distractors of a noisy picture',
    group<BallWorld>({
      size: whole(8, 1024),
      radius: real({ above: 0 }),
      speed: real({ above: 0 }),
      dots: whole(0, 1_000_000),
    }),
  ),
  networks: described(
    'sizes of encoder, decoder and predictor; models that see two frames double them',
    group<NetworkSizes>({
      imageSize: whole(8, 1024),
      frames: whole(1, 2),
      channels: listOf(whole(), 3, 3),
      dim: whole(),
      hidden: whole(),
    }),
  ),
  seeds: described('how many seeds: that of the run and those after it', whole(1, 1000)),
  train: described(
    'how the models are trained',
    group<StoryConfig['train']>({
      pairs: whole(),
      batchSize: whole(2, 65_536),
      learningRate: real({ above: 0 }),
      steps: whole(),
      actionSteps: whole(),
      contrastiveSteps: whole(),
      eyesSteps: whole(),
      plateauSteps: whole(),
      workers: whole(0, 64),
    }),
  ),
  collapse: described(
    'the collapse demonstration: two shifted views of a picture',
    group<StoryConfig['collapse']>({ steps: whole(), shift: whole(0), snapshots: whole() }),
  ),
  evals: described(
    'what is measured: held-out transitions, and distractor draws at each position',
    group<StoryConfig['evals']>({ pairs: whole(64), draws: whole(2) }),
  ),
  plan: described(
    'planning: episodes, success without which is no number, and steps to the goal',
    group<StoryConfig['plan']>({ episodes: whole(), horizons: listOf(whole(1, 12), 1) }),
  ),
  photograph: described(
    'part 4: a JPEG or PNG file, and the encoders that are shown on it',
    group<StoryConfig['photograph']>({
      image: orNull(text(1)),
      pretrained: orNull(text(1)),
      trained: orNull(text(1)),
    }),
  ),
});

/**
 * Checks a whole story before anything is trained.
 *
 * @throws JepaError `usage`, naming the settings, for values that the schema does not allow or that contradict each other, and
 * for a photograph or a run that is not there
 */
export function checkStory(config: StoryConfig): void {
  const { world, networks, photograph } = check(storySchema, config);
  checkBallWorld(world);
  const need = (holds: boolean, must: string, settings: readonly string[]): void => {
    if (!holds) throw new JepaError('usage', `${must}; set ${settings.join(' or ')}`, { settings });
  };
  need(
    networks.imageSize === world.size,
    `networks.imageSize must be world.size = ${world.size}, got ${networks.imageSize}`,
    ['networks.imageSize', 'world.size'],
  );
  need(networks.frames === 1, `networks.frames must be 1 (two-frame models double it), got ${networks.frames}`, [
    'networks.frames',
  ]);
  jointModel(networks, 1); // the networks' own checks
  const { image, trained } = photograph;
  need(image === null || existsSync(image), `photograph.image must be a file, got '${image}', which is not there`, [
    'photograph.image',
  ]);
  need(
    trained === null || existsSync(join(trained, 'run.json')),
    `photograph.trained must be the folder of a run, got '${trained}', which holds no run.json`,
    ['photograph.trained'],
  );
}
