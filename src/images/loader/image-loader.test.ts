import { expect, test } from 'vitest';
import { fold, key, permutation } from '../../core/index.ts';
import type { AugmentConfig } from '../augment/config.ts';
import { augmentViews } from '../augment/views.ts';
import { toyImages } from '../toy-images.law.ts';
import { imageBatches } from './image-batches.ts';
import { type ImageBatch, imageLoader } from './image-loader.ts';
import type { ImageLoaderOptions } from './plan.ts';

const set = toyImages(22);
const GLOBAL: AugmentConfig = { size: 8, crop: { kind: 'random', scale: [0.3, 1] }, flip: 0.5 };
const LOCAL: AugmentConfig = { size: 4, crop: { kind: 'random', scale: [0.1, 0.3] }, grayscale: 0.5 };
const base: ImageLoaderOptions = { set, batchSize: 4, views: [GLOBAL, LOCAL], key: key(3), workers: 0 };

function batches(options: ImageLoaderOptions, count: number): ImageBatch[] {
  const loader = imageLoader(options);
  const taken = Array.from({ length: count }, () => structuredClone(loader.next()));
  loader.close();
  return taken;
}

test('a step takes the next images of the permutation of its epoch and draws their views under its own key', () => {
  for (const { step, views, labels, indices } of batches(base, 12)) {
    const epoch = Math.floor(step / 5);
    const order = permutation(fold(key(3), 'epoch', epoch), 22);
    const expected = [...order].slice((step - 5 * epoch) * 4, (step - 5 * epoch) * 4 + 4);
    expect([...indices]).toEqual(expected);
    expect([...labels]).toEqual(expected.map((i) => i % 3));
    expect(views).toEqual(augmentViews(set, expected, [GLOBAL, LOCAL], fold(key(3), 'views', step)));
  }
});

test('the batches do not depend on the number of workers', () => {
  const expected = batches(base, 12);
  expect(batches({ ...base, workers: 1 }, 12)).toEqual(expected);
  expect(batches({ ...base, workers: 3, depth: 2 }, 12)).toEqual(expected);
});

test('a loader started at step n continues bit for bit, across epochs', () => {
  const expected = batches(base, 12);
  for (const startStep of [1, 5, 8]) {
    expect(batches({ ...base, startStep, workers: 1 }, 12 - startStep)).toEqual(expected.slice(startStep));
  }
});

test('an epoch shows each image at most once and drops what does not fill a batch', () => {
  const loader = imageLoader(base);
  expect([loader.images, loader.stepsPerEpoch, loader.shapes]).toEqual([
    22,
    5,
    [
      [4, 8, 8, 3],
      [4, 4, 4, 3],
    ],
  ]);
  const seen = Array.from({ length: 5 }, () => [...loader.next().indices]).flat();
  expect(new Set(seen).size).toBe(20);
  loader.close();
});

test('a subset shows its images only', () => {
  const indices = [3, 5, 7, 11, 13];
  const seen = batches({ ...base, indices, batchSize: 5 }, 3).map((batch) => [...batch.indices].sort((a, b) => a - b));
  expect(seen).toEqual([indices, indices, indices]);
});

test('the arrays of a batch are ordinary memory and are taken back by the next call', () => {
  const loader = imageLoader({ ...base, workers: 1 });
  const first = loader.next();
  expect(first.views[0]!.buffer).toBeInstanceOf(ArrayBuffer);
  loader.next();
  expect(first.views[0]!.length).toBe(0);
  expect(loader.stats().batches).toBe(2);
  loader.close();
  expect(() => loader.next()).toThrow(/closed/);
});

test('wrong options are refused with what must hold', () => {
  const wrong: readonly (readonly [Partial<ImageLoaderOptions>, RegExp])[] = [
    [{ batchSize: 23 }, /a batch needs 23 images, there are 22/],
    [{ batchSize: 0 }, /batchSize must be an integer of at least 1/],
    [{ workers: -1 }, /workers/],
    [{ views: [] }, /at least one view/],
    [{ views: [{ ...GLOBAL, flip: 2 }] }, /flip must be a probability/],
    [{ views: [{ size: 12, crop: { kind: 'shift', padding: 1 } }] }, /must fit into the padded image/],
    [{ indices: [22, 0, 1, 2] }, /images of toy are 0 to 21, got 22/],
  ];
  for (const [options, message] of wrong) expect(() => imageLoader({ ...base, ...options })).toThrow(message);
});

test('evaluation takes every image once, in order, as it is', () => {
  const taken = [...imageBatches(set, { batchSize: 8 })];
  expect(taken.map(({ labels }) => labels.length)).toEqual([8, 8, 6]);
  expect(taken.flatMap(({ indices }) => [...indices])).toEqual(Array.from({ length: 22 }, (_, i) => i));
  expect(Buffer.concat(taken.map(({ pixels }) => pixels))).toEqual(Buffer.from(set.pixels));
  expect([...taken[2]!.labels]).toEqual([1, 2, 0, 1, 2, 0]);
});

test('evaluation at another size resizes, and takes chosen images in their order', () => {
  const [batch] = [...imageBatches(set, { batchSize: 8, indices: [7, 2], size: 4 })];
  const [views] = augmentViews(set, [7, 2], [{ size: 4, crop: { kind: 'centre' } }], key(0));
  expect(batch!.pixels).toEqual(views);
  expect([batch!.height, batch!.width, ...batch!.indices]).toEqual([4, 4, 7, 2]);
  expect(() => [...imageBatches(set, { batchSize: 0 })]).toThrow(/batchSize/);
});
