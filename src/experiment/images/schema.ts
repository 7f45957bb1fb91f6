// What an image experiment may be told.

import {
  depending,
  described,
  flag,
  group,
  listOf,
  oneOf,
  optional,
  orNull,
  pairOf,
  real,
  type Schema,
  share,
  whole,
} from '../../core/index.ts';
import type { AugmentConfig, AugmentRange, Blur, Crop, Jitter } from '../../images/index.ts';
import type { Shots } from '../../measure/index.ts';
import type { ImageExperiment } from './config.ts';
import { encoderSchema } from './encoder.ts';
import { methodSchema } from './methods/registry.ts';

const range: Schema<AugmentRange> = pairOf(real({ above: 0 }));
const crops: Readonly<Record<Crop['kind'], Schema<Crop>>> = {
  random: group<Extract<Crop, { kind: 'random' }>>({
    kind: oneOf(['random', 'shift', 'centre']),
    scale: optional(range),
    ratio: optional(range),
  }),
  shift: group<Extract<Crop, { kind: 'shift' }>>({ kind: oneOf(['random', 'shift', 'centre']), padding: whole(0) }),
  centre: group<Extract<Crop, { kind: 'centre' }>>({ kind: oneOf(['random', 'shift', 'centre']) }),
};

const crop: Schema<Crop> = depending<Crop>((value) => {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? String(value.kind) : '';
  return Object.hasOwn(crops, kind) ? crops[kind as Crop['kind']] : crops.centre;
});

const view: Schema<AugmentConfig> = group<AugmentConfig>({
  size: whole(),
  crop,
  flip: optional(share()),
  jitter: optional(
    group<Jitter>({
      p: share(),
      brightness: real({ least: 0 }),
      contrast: real({ least: 0 }),
      saturation: real({ least: 0 }),
      hue: real({ least: 0, most: 0.5 }),
    }),
  ),
  grayscale: optional(share()),
  blur: optional(group<Blur>({ p: share(), kernel: whole(), sigma: range })),
  solarise: optional(
    group<NonNullable<AugmentConfig['solarise']>>({ p: share(), threshold: real({ least: 0, most: 256 }) }),
  ),
});

const shots: Schema<Shots> = depending<Shots>((value) =>
  typeof value === 'object' && value !== null && 'perClass' in value
    ? group<Extract<Shots, { perClass: number }>>({ perClass: whole() })
    : group<Extract<Shots, { share: number }>>({ share: real({ above: 0, most: 1 }) }),
);

/** Describes image experiments. */
export const imageSchema: Schema<ImageExperiment> = group<ImageExperiment>({
  data: described(
    'the images',
    group<ImageExperiment['data']>({
      name: oneOf(['cifar10']),
      size: whole(8, 1024),
      skipCorrupt: flag(),
      workers: whole(0, 64),
    }),
  ),
  encoder: described('what embeds an image', encoderSchema),
  method: described('how it learns; a name chooses one of those below with its views and its training', methodSchema),
  views: described('how each view of an image is made', listOf(view, 1, 64)),
  train: described(
    'how it is trained',
    group<ImageExperiment['train']>({
      steps: whole(),
      batchSize: whole(2, 65_536),
      learningRate: real({ above: 0 }),
      warmup: share(),
      weightDecay: pairOf(real({ least: 0 })),
      clip: orNull(real({ above: 0 })),
      checkpointEvery: whole(),
      logEvery: whole(),
      evaluateEvery: whole(),
    }),
  ),
  evals: described(
    'what is measured of the frozen encoder',
    group<ImageExperiment['evals']>({
      onlineTrain: whole(),
      onlineTest: whole(),
      train: orNull(whole()),
      test: orNull(whole()),
      knn: listOf(whole()),
      lowShot: listOf(shots),
      attentive: flag(),
      show: whole(0),
    }),
  ),
});
