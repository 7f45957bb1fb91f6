// Every benchmark at a tiny size, so that none rots. No assertion on time: only that the figures are there and make sense.
// The PyTorch peer is started only where JEPA_PYTHON names a Python: importing torch takes seconds.

import { expect, test } from 'vitest';
import { twoRoom } from '../recipes/two-room.ts';
import type { BenchContext, BenchResult } from '../src/cli/index.ts';
import { nodeRuntime } from '../src/runtime/index.ts';
import type { LeWmConfig } from '../src/world/index.ts';
import { measureAugment } from './augment.ts';
import { measureCem } from './cem.ts';
import { ENV_BENCH, measureEnv } from './environment.ts';
import { measureLoader } from './loader.ts';
import { measureOperators } from './operators.ts';
import { measurePlanning } from './planning.ts';
import { measureReferenceSize, REFERENCE_SIZE } from './reference-size.ts';
import { measureResNetStep, RESNET_STEP, resNetFlops } from './resnet-step.ts';
import { measureTrainingStep } from './training-step.ts';
import { stepFlops, VIT_STEP, vitStep } from './vit-step.ts';

const context: BenchContext = {
  seed: 0,
  signal: new AbortController().signal,
  log: () => undefined,
  progress: () => undefined,
};

const TORCH = process.env.JEPA_PYTHON !== undefined;

const TINY: LeWmConfig = {
  encoder: { imageSize: 16, patchSize: 8, dim: 16, depth: 1, heads: 2, mlpDim: 32 },
  predictor: { depth: 1, heads: 2, headDim: 8, mlpDim: 32, dropout: 0.1 },
  embedDim: 16,
  projectorHidden: 32,
  history: 3,
  actionDim: 10,
  actionSmoothed: 10,
  sigreg: { weight: 0.09, directions: 16 },
};

function expectFigures({ metrics, text, record }: BenchResult, names: readonly string[]): void {
  expect(Object.keys(metrics)).toEqual(expect.arrayContaining([...names]));
  for (const [name, value] of Object.entries(metrics)) expect(Number.isFinite(value), name).toBe(true);
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
  expect(JSON.parse(JSON.stringify(record))).toHaveProperty('options');
}

test('the training step is compared with sgemm and, where it is asked for, with PyTorch', async () => {
  const result = await measureTrainingStep(
    {
      size: { vit: { imageSize: 16, patchSize: 8, dim: 16, depth: 1, heads: 2, mlpDim: 32 }, batch: 4, classes: 3 },
      threads: 1,
      rounds: 2,
      sgemm: 32,
      sgemmRepeats: 2,
      memorySteps: 1,
      loopSteps: 2,
      torch: TORCH,
    },
    context,
  );
  expectFigures(result, [
    'trainingStep.ms',
    'trainingStep.sgemmShare',
    'trainingStep.overheadShare',
    'trainingStep.peakMiB',
  ]);
  expect(result.text).toContain('4 patch tokens + CLS = 5');
  if (result.record.torch === null) expect(result.text).toContain('not found');
  else expect(result.metrics['trainingStep.timesTorch']).toBeGreaterThan(0);
}, 180_000);

test('without PyTorch the training step says that there is no ratio', async () => {
  const { text, metrics } = await measureTrainingStep(
    {
      size: { vit: { imageSize: 16, patchSize: 8, dim: 16, depth: 1, heads: 2, mlpDim: 32 }, batch: 4, classes: 3 },
      threads: 1,
      rounds: 1,
      sgemm: 32,
      sgemmRepeats: 1,
      memorySteps: 1,
      loopSteps: 1,
      torch: false,
    },
    context,
  );
  expect(text).toContain('no ratio');
  expect(metrics).not.toHaveProperty('trainingStep.timesTorch');
});

test('the ResNet step is measured and, where it is asked for, compared with PyTorch', async () => {
  const size = { imageSize: 8, batch: 4, blocks: [1, 1], width: 8, classes: 3, threads: 1, rounds: 2 };
  const result = await measureResNetStep({ ...size, torch: TORCH }, context);
  expectFigures(result, ['resNetStep.ms', 'resNetStep.imagesPerSecond']);
}, 180_000);

test("the ResNet step's operations are those published for ResNet-18 on CIFAR: 0.56 G multiplications per image, forward", () => {
  expect(resNetFlops(RESNET_STEP) / (3 * 2 * RESNET_STEP.batch) / 1e9).toBeCloseTo(0.555, 3);
});

test('the operations of a step, counted from the definition, are those of the compiled program', async () => {
  const size = {
    vit: { imageSize: 32, patchSize: 8, dim: 96, depth: 2, heads: 2, mlpDim: 384 },
    batch: 8,
    classes: 3,
  };
  const { productFlops } = await vitStep(size, nodeRuntime({ threads: 1 }));
  // The program may add a little: bias gradients as products with a row of ones, affine parts of norms moved into weights.
  expect(productFlops / stepFlops(size)).toBeGreaterThan(0.99);
  expect(productFlops / stepFlops(size)).toBeLessThan(1.05);
});

test('the measured step has 64 patch tokens and the published sizes', () => {
  const { vit, batch } = VIT_STEP;
  expect([(vit.imageSize / vit.patchSize) ** 2, vit.depth, vit.dim, batch]).toEqual([64, 6, 192, 128]);
});

test('a CEM solve is compared with PyTorch where it is asked for', async () => {
  const sizes = { samples: 8, elites: 2, horizon: 5, iterations: 2, roundIterations: 1, rounds: 2, threads: 1 };
  const result = await measureCem({ config: TINY, ...sizes, torch: TORCH }, context);
  expectFigures(result, ['cem.solveSeconds', 'cem.iterationMs']);
}, 180_000);

test('the reference-size benchmark refuses a model with another number of parameters', async () => {
  const options = { ...REFERENCE_SIZE, config: TINY, clips: 2, steps: 2, threads: 1 };
  await expect(measureReferenceSize(options, context)).rejects.toThrow(/must have 18034478 parameters, it has \d+/);
});

test('the loader is measured alone and behind a training step', async () => {
  const base = twoRoom.config();
  const experiment = {
    ...base,
    env: { ...base.env, imageSize: 16 },
    model: { kind: 'le-wm', ...TINY },
    train: { ...base.train, batchSize: 4 },
  };
  const result = await measureLoader({ experiment, episodes: 3, episodeSteps: 30, batches: 5, steps: 2 }, context);
  expectFigures(result, ['loader.batchesPerSecond', 'loader.waitShareAfterFirst']);
});

test('the worlds are moved and drawn', async () => {
  const worlds = ENV_BENCH.worlds.map((world) => ({ ...world, imageSize: 16 }));
  const result = await measureEnv({ worlds, frames: 3, rounds: 2 }, context);
  expectFigures(result, ['env.two-room.rendersPerSecond', 'env.dot-wall.stepsPerSecond', 'env.push-t.movesPerSecond']);
});

test('each operator is measured', async () => {
  const sizes = { images: 2, tokens: 3, heads: 2, headDim: 4, wide: 16, rounds: 1, threads: 1 };
  const result = await measureOperators(sizes, context);
  expectFigures(result, ['operatorsMs.gelu-R-F', 'operatorsMs.softmax-gradient', 'operatorsMs.sgemm-1024']);
});

test('augmentations are timed, preset by preset and through a loader', async () => {
  const presets = ['cifar-vicreg', 'dino'];
  const sizes = { smallSide: 32, largeSide: 48, small: 4, large: 1, batch: 4, batches: 2 };
  const result = await measureAugment({ presets, ...sizes, rounds: 2 }, context);
  const names = presets.map((name) => `augment.${name}.viewsPerSecond`);
  expectFigures(result, [...names, 'augment.loaderViewsPerSecond']);
});

test('decisions of two world models are compared at equal candidates', async () => {
  const predictor = { depth: 1, heads: 2, headDim: 4, mlpDim: 8, dropout: 0 };
  const result = await measurePlanning(
    {
      leWm: TINY,
      dinoWm: { predictor, history: 2, action: { dim: 4, embedDim: 3 } },
      encoder: { imageSize: 16, patchSize: 8, dim: 8, depth: 1, heads: 2, mlpDim: 16 },
      samples: 4,
      elites: 2,
      iterations: 1,
      horizon: 2,
      rounds: 1,
      threads: 1,
    },
    context,
  );
  expectFigures(result, ['planning.le-wm.decisionMs', 'planning.dino-wm.decisionMs', 'planning.timesDinoWm']);
});
