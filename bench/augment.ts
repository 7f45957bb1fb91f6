// `jepa bench augment`: views a second that one thread makes, for each preset, and that a loader delivers.
// Views are counted by the processor's seconds, so that a busy machine changes little; the loader's by the clock. The images
// are random bytes: what an augmentation costs hardly depends on them.

import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { fold, key, randomBits } from '../src/core/index.ts';
import { AUGMENTATIONS, augmentation, augmentViews, type ImageSet } from '../src/images/index.ts';
import { imageLoader } from '../src/images/node.ts';
import { interleave, least, median, timed } from './measure.ts';
import { table } from './table.ts';

/** What is measured, and how often. */
export interface AugmentBenchOptions {
  readonly presets: readonly string[];
  /** Sides of the images that the presets are given: those for 32 pixels, and the others. */
  readonly smallSide: number;
  readonly largeSide: number;
  /** Images of one sample, of either side. */
  readonly small: number;
  readonly large: number;
  readonly rounds: number;
  /** The loader: images of a batch, and batches that are taken. */
  readonly batch: number;
  readonly batches: number;
}

/** Every preset, CIFAR-sized images and photographs of 256 pixels. */
export const AUGMENT_BENCH: AugmentBenchOptions = {
  presets: Object.keys(AUGMENTATIONS),
  smallSide: 32,
  largeSide: 256,
  small: 500,
  large: 3,
  rounds: 7,
  batch: 256,
  batches: 30,
};

function randomImages(count: number, side: number, seed: number): ImageSet {
  const words = new Uint32Array(new SharedArrayBuffer(4 * Math.ceil((count * side * side * 3) / 4)));
  randomBits(fold(key(seed), 'images', side), words);
  const pixels = new Uint8Array(words.buffer, 0, count * side * side * 3);
  const labels = new Int32Array(count);
  return { name: 'random', count, height: side, width: side, channels: 3, pixels, labels, classes: ['0'], skipped: [] };
}

/** Views a second that a loader with one worker delivers while nothing else runs. */
async function loaderRate(set: ImageSet, preset: string, options: AugmentBenchOptions, seed: number): Promise<number> {
  const { batch, batches } = options;
  const views = augmentation(preset);
  const depth = 2;
  const loader = imageLoader({ set, batchSize: batch, views, key: key(seed), workers: 1, depth });
  try {
    // The first ones were made ahead.
    for (let i = 0; i <= depth + 1; i++) loader.next();
    const seconds = await timed(() => {
      for (let i = 0; i < batches; i++) loader.next();
    });
    return (batches * batch * views.length) / seconds;
  } finally {
    loader.close();
  }
}

/** Runs the whole benchmark. */
export async function measureAugment(options: AugmentBenchOptions, context: BenchContext): Promise<BenchResult> {
  const { presets, smallSide, largeSide, small, large, rounds, batch } = options;
  const forSmall = (name: string): boolean => name.startsWith('cifar-');
  const smallSet = randomImages(Math.max(small, batch), smallSide, context.seed);
  const largeSet = randomImages(large, largeSide, context.seed);
  const made = (name: string): number => augmentation(name).length * (forSmall(name) ? small : large);
  let round = 0;
  const samples = await interleave(
    presets.map((name) => ({
      name,
      sample: () => {
        const set = forSmall(name) ? smallSet : largeSet;
        const indices = Array.from({ length: forSmall(name) ? small : large }, (_, i) => i);
        const before = process.cpuUsage();
        augmentViews(set, indices, augmentation(name), fold(key(context.seed), round++));
        const { user, system } = process.cpuUsage(before);
        return Promise.resolve((user + system) / 1e6);
      },
    })),
    {
      rounds,
      settleMs: 1,
      signal: context.signal,
      onRound: (step, total) => context.progress({ stage: 'augment', step, total }),
    },
  );
  const rate = (name: string): number => made(name) / median(samples[name]!);
  const metrics = Object.fromEntries(presets.map((name) => [`augment.${name}.viewsPerSecond`, rate(name)]));
  const loaded = presets.filter(forSmall).slice(0, 1);
  for (const name of loaded) {
    context.signal.throwIfAborted();
    metrics['augment.loaderViewsPerSecond'] = await loaderRate(smallSet, name, options, context.seed);
  }
  const sizes = (name: string): string => [...new Set(augmentation(name).map(({ size }) => size))].join(' and ');
  return {
    metrics,
    text: table([
      ['one thread, processor time', 'views', 'pixels', 'views/s, median', 'most'],
      ...presets.map((name) => [
        name,
        String(augmentation(name).length),
        sizes(name),
        rate(name).toFixed(0),
        (made(name) / least(samples[name]!)).toFixed(0),
      ]),
      ...loaded.map((name) => [
        `loader with one worker, by the clock, ${name}`,
        '',
        '',
        metrics['augment.loaderViewsPerSecond']!.toFixed(0),
        '',
      ]),
    ]),
    record: { options, samplesSeconds: samples },
  };
}

/** The benchmark. */
export const augmentBench: Bench = {
  name: 'augment',
  summary: 'augmented views per second of one thread, for each preset',
  run: (context) => measureAugment(AUGMENT_BENCH, context),
};
