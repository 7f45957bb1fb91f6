// Image methods side by side on CIFAR-10: the same small encoder, the same number of images, one recipe for each method.
// Minutes on two cores: the table ranks methods at this budget and says nothing about theirs.

import {
  type ImageExperiment,
  imageRecipe,
  type MethodSettings,
  type Presets,
  type Recipe,
} from '../src/experiment/index.ts';
import { augmentation } from '../src/images/index.ts';
import { LE_JEPA } from '../src/jepa/index.ts';

const PREDICTOR = { dim: 64, depth: 2, heads: 4 };

/** Constant sizes; those of the code, `reference`, on so small a grid with lists of one patch and more. */
const MASKS = { compat: 'fixed', minKeep: 0, contextStep: 1 } as const;

/** Blocks of 2 x 2 on a grid of 4 x 4, and a teacher that can follow in some hundred steps. */
const BLOCKS = {
  predictor: PREDICTOR,
  momentum: 0.98,
  targets: 4,
  contexts: 1,
  targetScale: [0.15, 0.3],
  ...MASKS,
} as const;

/** A method with what is said of it in `jepa list`, its views, and what it does not share with the others. */
interface Entry {
  readonly summary: string;
  readonly views: string;
  readonly method: MethodSettings;
  readonly learningRate?: number;
  readonly weightDecay?: readonly [number, number];
}

const METHODS: readonly Entry[] = [
  {
    summary: 'Barlow Twins: two views correlate dimension by dimension',
    views: 'cifar-barlow-twins',
    method: { name: 'barlow-twins', projector: [512, 512], lambda: 0.0051 },
  },
  {
    summary: 'VICReg: invariance, variance, covariance',
    views: 'cifar-vicreg',
    method: { name: 'vicreg', expander: [512, 512], weights: { invariance: 25, variance: 25, covariance: 1 } },
  },
  {
    summary: 'LeJEPA: views around their centre, SIGReg',
    views: 'cifar-lejepa',
    method: { name: 'lejepa', projector: [512, 512, 32], globalViews: 2, loss: LE_JEPA.minimal },
  },
  {
    summary: 'I-JEPA: predict what a teacher says about hidden blocks',
    views: 'cifar-i-jepa',
    method: { name: 'i-jepa', ...BLOCKS },
    weightDecay: [0.04, 0.4],
  },
  {
    summary: 'SimCLR, the contrastive baseline',
    views: 'cifar-simclr',
    method: { name: 'simclr', projector: [512, 128], temperature: 0.5 },
  },
  {
    summary: 'a masked autoencoder, the generative baseline',
    views: 'cifar-mae',
    method: { name: 'mae', decoder: PREDICTOR, keep: 0.25 },
  },
  {
    summary: "I-JEPA's predictor on pixels: generative at equal masks",
    views: 'cifar-i-jepa',
    method: { name: 'pixel-predictor', ...BLOCKS },
  },
  {
    summary: 'DINO: self-distillation with a centred, sharpened teacher',
    views: 'cifar-vicreg',
    method: {
      name: 'dino',
      globalViews: 2,
      hidden: 512,
      bottleneck: 128,
      prototypes: 1024,
      momentum: 0.99,
      teacherTemperature: 0.04,
    },
  },
  {
    summary: 'the same encoder with labels, the upper line',
    views: 'cifar-supervised',
    method: { name: 'supervised' },
  },
  { summary: 'the encoder as it is initialised, the lower line', views: 'cifar-mae', method: { name: 'random' } },
  {
    summary: 'two views pulled together and nothing else: the collapse that the others prevent',
    views: 'cifar-vicreg',
    method: { name: 'collapse', projector: [512, 512] },
  },
];

/** The configuration of the table: the same for all methods but for what is their own. */
function configuration({ views, method, learningRate = 1e-3, weightDecay = [0.05, 0.05] }: Entry): ImageExperiment {
  return {
    data: { name: 'cifar10', size: 32, skipCorrupt: false, workers: 1 },
    encoder: { kind: 'vit', patchSize: 8, dim: 128, depth: 4, heads: 4, mlpDim: 512 },
    method,
    views: augmentation(views),
    train: {
      steps: 500,
      batchSize: 128,
      learningRate,
      warmup: 0.1,
      weightDecay,
      clip: 3,
      checkpointEvery: 100,
      logEvery: 10,
      evaluateEvery: 50,
    },
    evals: {
      onlineTrain: 3000,
      onlineTest: 1000,
      train: 20_000,
      test: null,
      knn: [10, 20, 100, 200],
      lowShot: [{ share: 0.01 }, { perClass: 12 }],
      attentive: false,
      show: 6,
    },
  };
}

/** `method=NAME`: the method with its views and its training. */
const PRESETS: Presets<ImageExperiment> = {
  method: Object.fromEntries(
    METHODS.map((entry) => [
      entry.method.name,
      () => {
        const { method, views, train } = configuration(entry);
        return { method, views, train };
      },
    ]),
  ),
};

/** `jepa run cifar10-<method>`. */
const table: readonly Recipe<ImageExperiment>[] = METHODS.map((entry) =>
  imageRecipe(`cifar10-${entry.method.name}`, `CIFAR-10, ${entry.summary}`, () => configuration(entry), PRESETS),
);

/** `jepa run cifar10-lejepa-long`: a ResNet-18 of half the width for three epochs, hours on two cores. */
const long = imageRecipe('cifar10-lejepa-long', 'CIFAR-10, LeJEPA with a ResNet-18 of half the width: hours', () => {
  const base = configuration(METHODS.find(({ method }) => method.name === 'lejepa')!);
  return {
    ...base,
    encoder: { kind: 'resnet', width: 32, blocks: [2, 2, 2, 2] },
    train: { ...base.train, steps: 1170, evaluateEvery: 78, checkpointEvery: 39 },
  };
});

/** All recipes on CIFAR-10. */
export const cifar10: readonly Recipe<ImageExperiment>[] = [...table, long];
