// An image experiment from end to end on a folder of coloured squares, and what it refuses.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cifar10 } from '../../../recipes/cifar10.ts';
import { key, uniform } from '../../core/index.ts';
import { augmentation } from '../../images/index.ts';
import { CIFAR10_CLASSES } from '../../images/node.ts';
import type { FeatureScores } from '../../measure/index.ts';
import { encodePng } from '../../raster/node.ts';
import { createRun, readMetrics } from '../../run/node.ts';
import { configured, reconfigured } from '../configure.ts';
import type { RunContext } from '../recipe.ts';
import type { ImageExperiment } from './config.ts';
import { imageRecipe } from './experiment.ts';

const root = mkdtempSync(join(tmpdir(), 'jepa-images-'));
const data = join(root, 'data');

/** Ten classes, each of one hue with noise; 6 training and 3 test images of each. */
beforeAll(() => {
  process.env.JEPA_CACHE = join(root, 'cache');
  for (const [split, count] of [
    ['train', 6],
    ['test', 3],
  ] as const)
    for (const [c, name] of CIFAR10_CLASSES.entries()) {
      const dir = join(data, split, name);
      mkdirSync(dir, { recursive: true });
      for (let i = 0; i < count; i++) {
        const noise = uniform(key(100 * c + 10 * i + count), new Float32Array(32 * 32 * 3));
        const pixels = Uint8Array.from(noise, (u, at) => 25 * ((c * (1 + (at % 3))) % 10) + 20 * u);
        writeFileSync(join(dir, `${i}.png`), encodePng(pixels, 32, 32));
      }
    }
});
afterAll(() => {
  delete process.env.JEPA_CACHE;
  rmSync(root, { recursive: true, force: true });
});

/** The recipe called `name` with a very small encoder and a few steps. */
function tiny(name: string): ImageExperiment {
  const base = cifar10.find((r) => r.name === `cifar10-${name}`)!.config();
  return {
    ...base,
    data: { ...base.data, workers: 0 },
    encoder: { kind: 'vit', patchSize: 8, dim: 16, depth: 1, heads: 2, mlpDim: 32 },
    train: { ...base.train, steps: 4, batchSize: 8, checkpointEvery: 2, logEvery: 1, evaluateEvery: 2 },
    evals: {
      ...base.evals,
      onlineTrain: 40,
      onlineTest: 20,
      train: null,
      test: null,
      knn: [5],
      lowShot: [{ perClass: 2 }],
      show: 2,
    },
  };
}

function contextIn(out: string, config: ImageExperiment, more: Partial<RunContext> = {}): RunContext {
  if (more.resume !== true) createRun(out, { config: { ...config }, seed: 0, versions: {} }).close();
  const signal = new AbortController().signal;
  return { seed: 0, out, signal, log: () => {}, progress: () => {}, resume: false, data, ...more };
}

const recipe = imageRecipe('test', 'a test', () => tiny('vicreg'));

test.each(['vicreg', 'i-jepa', 'mae', 'dino', 'random'])(
  '%s: loads, trains, evaluates, and leaves its files',
  async (name) => {
    const out = join(root, name);
    const config = tiny(name);
    const { metrics } = await recipe.run(config, contextIn(out, config));
    expect(metrics['eval.knn-5']).toBeGreaterThanOrEqual(0);
    const scores = JSON.parse(readFileSync(join(out, 'evals/features.json'), 'utf8')) as FeatureScores;
    expect([scores.train, scores.test, scores.dim, scores.classes]).toEqual([60, 30, 16, 10]);
    expect(scores.instruments!.spectrum).toHaveLength(16);
    const pictures = JSON.parse(readFileSync(join(out, 'evals/pictures.json'), 'utf8'));
    expect([pictures.neighbours.length, pictures.patches.length]).toEqual([2, 2]);
    if (name === 'random') return;
    const lines = readMetrics(join(out, 'metrics.jsonl'));
    expect(lines.map((l) => l.step)).toEqual([1, 2, 3, 4]);
    expect(lines[1]!.instruments).toMatchObject({ knn: expect.any(Number), effectiveRank: expect.any(Number) });
  },
);

test('an interrupted run resumes to the same losses', async () => {
  const config = tiny('vicreg');
  const whole = join(root, 'whole');
  await recipe.stages!.train!(config, contextIn(whole, config));
  const broken = join(root, 'broken');
  const controller = new AbortController();
  const stopping = contextIn(broken, config, {
    signal: controller.signal,
    progress: ({ step }) => {
      if (step === 2) controller.abort(new Error('stop'));
    },
  });
  await expect(recipe.stages!.train!(config, stopping)).rejects.toThrow('stop');
  await recipe.stages!.train!(config, contextIn(broken, config, { resume: true }));
  const losses = (dir: string) => readMetrics(join(dir, 'metrics.jsonl')).map((l) => l.loss);
  expect(losses(broken)).toEqual(losses(whole));
});

test('a corrupt image is named, and left out only on request', async () => {
  const damaged = join(root, 'damaged');
  for (const split of ['train', 'test'])
    for (const name of CIFAR10_CLASSES) {
      mkdirSync(join(damaged, split, name), { recursive: true });
      writeFileSync(join(damaged, split, name, '0.png'), readFileSync(join(data, split, name, '0.png')));
    }
  writeFileSync(join(damaged, 'train', 'cat', '1.png'), 'not a picture');
  const config = { ...tiny('random'), evals: { ...tiny('random').evals, lowShot: [{ perClass: 1 }], show: 1 } };
  const strict = contextIn(join(root, 'strict'), config, { data: damaged });
  await expect(recipe.run(config, strict)).rejects.toThrow(/cat.1\.png/);
  const messages: string[] = [];
  const lenient = { ...config, data: { ...config.data, skipCorrupt: true } };
  const context = contextIn(join(root, 'lenient'), lenient, { data: damaged, log: (line) => messages.push(line) });
  await recipe.run(lenient, context);
  expect(messages.join('\n')).toMatch(/1 corrupt images left out, the first .*cat.1\.png/);
});

test('i-jepa trains with the masks of the code, whose sizes change, and the same seed gives the same losses', async () => {
  const base = tiny('i-jepa');
  const config = { ...base, method: { ...base.method, compat: 'reference' } } as ImageExperiment;
  const losses = async (name: string): Promise<unknown[]> => {
    const out = join(root, name);
    await recipe.run(config, contextIn(out, config));
    const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n');
    return lines.map((line) => (JSON.parse(line) as { loss?: number }).loss).filter((loss) => loss !== undefined);
  };
  const first = await losses('masks-a');
  expect(first.length).toBeGreaterThan(2);
  expect(await losses('masks-b')).toEqual(first);
});

test.each(['fixed', 'reference'])('i-jepa trains with several contexts of each image, %s', async (compat) => {
  const base = tiny('i-jepa');
  const config = { ...base, method: { ...base.method, compat, contexts: 3 } } as ImageExperiment;
  const out = join(root, `contexts-${compat}`);
  await recipe.stages!.train!(config, contextIn(out, config));
  const losses = readMetrics(join(out, 'metrics.jsonl')).map((l) => l.loss);
  expect(losses).toHaveLength(4);
  expect(losses.every((loss) => loss !== undefined && loss > 0.05 && loss < 2)).toBe(true);
});

test.each([
  ['i-jepa', { views: augmentation('cifar-vicreg') }, /i-jepa needs exactly 1 views, got 2; set views/],
  ['vicreg', { views: augmentation('cifar-dino') }, /vicreg needs exactly 2 views, got 6/],
  [
    'dino',
    { views: augmentation('cifar-dino') },
    /position table takes views of data\.size = 32 pixels, got 32, 32, 16/,
  ],
  [
    'vicreg',
    { encoder: { kind: 'vit', patchSize: 5, dim: 8, depth: 1, heads: 2, mlpDim: 8 } },
    /patchSize must divide/,
  ],
  ['mae', { encoder: { kind: 'resnet', width: 8, blocks: [1] } }, /masks patches: set encoder\.kind to 'vit'/],
  ['i-jepa', { method: { ...tiny('i-jepa').method, targets: 40 } }, /left fewer than contextSize/],
  [
    'i-jepa',
    { method: { ...tiny('i-jepa').method, contexts: 0 } },
    /'contexts' must be a whole number of at least 1, got 0/,
  ],
] as const)(
  '%s: settings that contradict each other are refused before anything is loaded',
  async (name, change, message) => {
    const config = { ...tiny(name), ...change } as ImageExperiment;
    const context = contextIn(join(root, `bad-${Math.random()}`), config, { data: join(root, 'nowhere') });
    await expect(recipe.run(config, context)).rejects.toThrow(message);
  },
);

test('a batch of one is refused', () => {
  expect(() => configured(recipe, ['train.batchSize=1'])).toThrow(/'train.batchSize' must be a whole number from 2/);
});

test('every recipe on images fits its schema, and comes back as it was from its record', () => {
  for (const one of cifar10) {
    const config = one.config();
    expect(configured(one, [])).toEqual(config);
    expect(reconfigured(one, JSON.parse(JSON.stringify(config)))).toEqual(config);
  }
});

test('a method by its name takes its views and its training with it', () => {
  const mae = cifar10.find(({ name }) => name === 'cifar10-mae')!;
  const config = configured(mae, ['method=lejepa', 'method.loss.lambda=0.1', 'train.steps=7']);
  expect(config).toMatchObject({ method: { name: 'lejepa', loss: { lambda: 0.1 } }, train: { steps: 7 } });
  expect(config.views).toHaveLength(cifar10.find(({ name }) => name === 'cifar10-lejepa')!.config().views.length);
});

test('without data the remedy is named', async () => {
  const config = tiny('vicreg');
  const context = contextIn(join(root, 'none'), config, { data: join(root, 'nowhere') });
  await expect(recipe.run(config, context)).rejects.toThrow(/jepa fetch cifar10/);
});

test.each([
  ['views.0.crop.scale.0=-1', /'views.0.crop.scale.0' must be a number from 0 to 1, got -1/],
  ['views.0.crop.scale=[0.9,0.1]', /crop.scale must be \[low, high\]/],
])('%s is refused before images are opened', (setting, message) => {
  const vicreg = cifar10.find(({ name }) => name === 'cifar10-vicreg')!;
  expect(() => vicreg.check?.(configured(vicreg, [setting]))).toThrow(message);
});
