// I-JEPA's masks: block sizes and statistics of the reference (specification objectives 6.2), invariants of both
// compatibilities, and what must be refused. Legend: B images, H x W patches.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { Grid } from '../../nn/index.ts';
import {
  type BlockMasks,
  type BlockSize,
  multiBlock,
  patchesOf,
  patchesOutside,
  referenceBlockSize,
} from '../index.ts';
import { referenceBlockSizes } from './blocks.ts';

const rowsOf = (ids: Int32Array, size: number): Int32Array[] =>
  Array.from({ length: ids.length / size }, (_, b) => ids.subarray(b * size, (b + 1) * size));
const sizeAt = (u: number, grid: Grid): string => referenceBlockSize(u, grid, [0.15, 0.2], [0.75, 1.5]).join('x');

test.each<readonly [Grid, readonly (readonly [number, string])[]]>([
  [
    [14, 14],
    [
      [0, '5x6'],
      [0.264, '5x6'],
      [0.27, '6x6'],
      [0.609, '6x5'],
      [0.611, '7x5'],
      [0.973, '7x5'],
      [0.98, '8x5'],
    ],
  ],
  [
    [16, 16],
    [
      [0.04, '5x7'],
      [0.05, '6x7'],
      [0.33, '6x6'],
      [0.35, '7x6'],
      [0.64, '8x6'],
      [0.93, '9x6'],
    ],
  ],
  [
    [8, 8],
    [
      [0.48, '3x3'],
      [0.49, '4x3'],
    ],
  ],
])('on %s patches the reference draws the sizes of the table', (grid, table) => {
  for (const [u, size] of table) expect(sizeAt(u, grid), `u = ${u}`).toBe(size);
});

test('the context block of the reference is 13 x 13 on 14 x 14 patches, whatever is drawn', () => {
  for (let u = 0; u < 1; u += 0.01) expect(referenceBlockSize(u, [14, 14], [0.85, 1], [1, 1])).toEqual([13, 13]);
});

test.each([14, 16, 32])(
  'the announced sizes are those that a fine scan of u meets, on a side of %i patches',
  (side) => {
    const grid = [side, side] as const;
    const scan = new Set(Array.from({ length: 50_000 }, (_, i) => sizeAt(i / 50_000, grid)));
    const exact = referenceBlockSizes(grid, [0.15, 0.2], [0.75, 1.5]).map((size) => size.join('x'));
    expect(exact.sort()).toEqual([...scan].sort());
  },
);

/** Shape of the rectangle that ids fill; throws when they do not. */
function rectangle(ids: Int32Array, W: number): BlockSize {
  const columns = Array.from(ids, (i) => i % W);
  const width = Math.max(...columns) - Math.min(...columns) + 1;
  const height = ids.length / width;
  const block = { top: Math.floor(ids[0]! / W), left: Math.min(...columns), size: [height, width] as const };
  expect(Array.from(patchesOf(block, [1000, W]))).toEqual(Array.from(ids));
  return [height, width];
}

/** What holds for every draw. */
function expectInvariants(masks: BlockMasks, batch: number, grid: Grid): void {
  expect(masks.context.length).toBe(batch * masks.contextSize);
  for (const t of masks.targets) expect(t.length).toBe(batch * masks.targetSize);
  for (let b = 0; b < batch; b++) {
    const context = rowsOf(masks.context, masks.contextSize)[b]!;
    for (let i = 0; i < context.length; i++) {
      expect(context[i]! >= 0 && context[i]! < grid[0] * grid[1]).toBe(true);
      if (i > 0) expect(context[i]! > context[i - 1]!).toBe(true);
    }
    for (const t of masks.targets) rectangle(rowsOf(t, masks.targetSize)[b]!, grid[1]);
  }
}

/** Whether no context patch is in a target. */
function disjoint(masks: BlockMasks): boolean {
  const contexts = rowsOf(masks.context, masks.contextSize);
  return contexts.every((context, b) =>
    masks.targets.every((t) => rowsOf(t, masks.targetSize)[b]!.every((i) => !context.includes(i))),
  );
}

test('fixed masks are ascending, disjoint, full rectangles of one area, and always of the same sizes', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 16 }), (seed, batch, side) => {
      const grid = [side, side] as const;
      const sampler = multiBlock({ grid, compat: 'fixed' });
      const masks = sampler.sample(key(seed), batch);
      expectInvariants(masks, batch, grid);
      expect(disjoint(masks)).toBe(true);
      expect(sampler.contextSizes).toEqual([masks.contextSize]);
      expect(sampler.targetSizes).toEqual([masks.targetSize]);
      expect(masks.contextSize).toBe(Math.floor((side * side) / 4));
    }),
    { numRuns: 40 },
  );
});

test('reference masks are ascending, full rectangles, and of sizes that the sampler announced', () => {
  const grid = [14, 14] as const;
  const sampler = multiBlock({ grid, compat: 'reference' });
  expect(sampler.targetSizes).toEqual([30, 35, 36, 40]);
  for (let seed = 0; seed < 30; seed++) {
    const masks = sampler.sample(key(seed), 4);
    expectInvariants(masks, 4, grid);
    expect(disjoint(masks)).toBe(true);
    expect(sampler.contextSizes).toContain(masks.contextSize);
    expect(sampler.targetSizes).toContain(masks.targetSize);
  }
});

test('one size serves all targets of a batch of the reference, and the context is the first K of what is left', () => {
  const grid = [14, 14] as const;
  const masks = multiBlock({ grid, compat: 'reference' }).sample(key(3), 6);
  const shapes = new Set(masks.targets.flatMap((t) => rowsOf(t, masks.targetSize).map((r) => rectangle(r, 14).join())));
  expect(shapes.size).toBe(1);
  let shortest = Number.POSITIVE_INFINITY;
  for (let b = 0; b < 6; b++) {
    const blocks = masks.targets.map((t) => {
      const ids = rowsOf(t, masks.targetSize)[b]!;
      return { top: Math.floor(ids[0]! / 14), left: ids[0]! % 14, size: rectangle(ids, 14) };
    });
    const left = patchesOutside({ top: 0, left: 0, size: [13, 13] }, blocks, grid);
    shortest = Math.min(shortest, left.length);
    expect(Array.from(rowsOf(masks.context, masks.contextSize)[b]!)).toEqual(
      Array.from(left.subarray(0, masks.contextSize)),
    );
  }
  expect(masks.contextSize).toBe(shortest);
});

/** Mean of K over draws, its standard error, and how often each patch is context and target. */
function statistics(compat: 'reference' | 'fixed', batch: number, draws: number) {
  const sampler = multiBlock({ grid: [14, 14], compat });
  const sizes: number[] = [];
  const [context, target] = [new Float64Array(196), new Float64Array(196)];
  let targetTokens = 0;
  for (let seed = 0; seed < draws; seed++) {
    const masks = sampler.sample(key(seed), batch);
    sizes.push(masks.contextSize);
    targetTokens += masks.targetSize / draws;
    for (const i of masks.context) context[i]! += 1 / (draws * batch);
    for (const t of masks.targets) for (const i of t) target[i]! += 1 / (draws * batch * 4);
  }
  const mean = sizes.reduce((a, b) => a + b) / draws;
  const error = Math.sqrt(sizes.reduce((a, b) => a + (b - mean) ** 2, 0) / (draws - 1) / draws);
  return { mean, error, context, target, targetTokens };
}

test.each([
  [1, 83.8, 600],
  [16, 59.7, 200],
  [128, 49.8, 60],
])('at batch %i the reference keeps %f context patches on average', (batch, expected, draws) => {
  const { mean, error } = statistics('reference', batch, draws);
  // The table has its own error, a few tenths.
  expect(Math.abs(mean - expected)).toBeLessThan(4 * error + 0.5);
});

test('the reference never uses the last row and column, draws 33.3 target patches, and starves the bottom', () => {
  const { context, target, targetTokens } = statistics('reference', 8, 300);
  for (let i = 0; i < 14; i++)
    for (const at of [13 * 14 + i, i * 14 + 13]) {
      expect(context[at]).toBe(0);
      expect(target[at]).toBe(0);
    }
  expect(targetTokens).toBeGreaterThan(32.7);
  expect(targetTokens).toBeLessThan(33.9);
  const half = (from: number): number => context.subarray(from * 14, (from + 7) * 14).reduce((a, b) => a + b);
  expect(half(6)).toBeLessThan(0.6 * half(0));
});

test('fixed masks reach every patch, and the top and bottom of the context equally', () => {
  const { context, target } = statistics('fixed', 8, 300);
  expect(Math.min(...target)).toBeGreaterThan(0);
  expect(Math.min(...context)).toBeGreaterThan(0);
  const half = (from: number): number => context.subarray(from * 14, (from + 7) * 14).reduce((a, b) => a + b);
  expect(half(7) / half(0)).toBeGreaterThan(0.93);
  expect(half(7) / half(0)).toBeLessThan(1.07);
});

test('masks follow the key', () => {
  const sampler = multiBlock({ grid: [8, 8], compat: 'fixed' });
  expect(sampler.sample(key(5), 3)).toEqual(sampler.sample(key(5), 3));
  expect(sampler.sample(key(5), 3)).not.toEqual(sampler.sample(key(6), 3));
});

test('with a context step the reference context comes in few sizes', () => {
  const sampler = multiBlock({ grid: [14, 14], compat: 'reference', contextStep: 11 });
  const exact = multiBlock({ grid: [14, 14], compat: 'reference' });
  expect(sampler.contextSizes.length).toBe(15);
  for (let seed = 0; seed < 20; seed++) {
    const { contextSize } = sampler.sample(key(seed), 8);
    expect(sampler.contextSizes).toContain(contextSize);
    expect(contextSize).toBe(Math.floor(exact.sample(key(seed), 8).contextSize / 11) * 11);
  }
});

/** Grids, batches and counts for which blocks of the default shares exist and leave a context. */
const drawn = {
  seed: fc.nat(),
  batch: fc.integer({ min: 1, max: 5 }),
  H: fc.integer({ min: 7, max: 17 }),
  W: fc.integer({ min: 7, max: 17 }),
  contexts: fc.integer({ min: 1, max: 4 }),
  targets: fc.integer({ min: 1, max: 4 }),
  overlap: fc.boolean(),
};

test.each(['fixed', 'reference'] as const)(
  '%s: each image has as many contexts and targets as asked for, on grids that are not square and in batches of one',
  (compat) => {
    fc.assert(
      fc.property(fc.record(drawn), ({ seed, batch, H, W, contexts, targets, overlap }) => {
        const grid = [H, W] as const;
        const options = { grid, compat, contexts, targets, allowOverlap: overlap, minKeep: 4, contextSize: 5 };
        const sampler = multiBlock(options);
        const { context, contextSize, targets: lists, targetSize } = sampler.sample(key(seed), batch);
        expect(context.length).toBe(contexts * batch * contextSize);
        expect(sampler.contextSizes).toContain(contextSize);
        expect(sampler.targetSizes).toContain(targetSize);
        expect(lists.map((t) => t.length)).toEqual(Array<number>(targets).fill(batch * targetSize));
        for (const [i, ids] of rowsOf(context, contextSize).entries()) {
          expect(ids.every((id, k) => id >= 0 && id < H * W && (k === 0 || id > ids[k - 1]!))).toBe(true);
          // Context after context, image after image.
          const hidden = lists.map((t) => rowsOf(t, targetSize)[i % batch]!);
          for (const t of hidden) rectangle(t, W);
          // On small grids the reference may have to give up targets, the last first.
          if (!overlap && compat === 'fixed') expect(hidden.some((t) => t.some((id) => ids.includes(id)))).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  },
);

test('the contexts of an image differ, and one context is drawn as when there was no choice', () => {
  for (const compat of ['fixed', 'reference'] as const) {
    const draw = (contexts?: number): BlockMasks =>
      multiBlock({
        grid: [18, 18],
        compat,
        contextScale: [0.5, 0.7],
        ...(contexts === undefined ? {} : { contexts }),
      }).sample(key(4), 3);
    expect(draw(1)).toEqual(draw());
    const { context, contextSize } = draw(2);
    const [first, second] = rowsOf(context, 3 * contextSize);
    expect(Array.from(first!)).not.toEqual(Array.from(second!));
  }
});

test('several contexts of the reference are prefixes of one size of block less the targets, as short as the shortest', () => {
  const grid = [20, 15] as const;
  const sampler = multiBlock({ grid, compat: 'reference', contexts: 3, targets: 2, contextScale: [0.4, 0.6] });
  const sizes = referenceBlockSizes(grid, [0.4, 0.6], [1, 1]);
  for (let seed = 0; seed < 10; seed++) {
    const { context, contextSize, targets, targetSize } = sampler.sample(key(seed), 2);
    const fits = sizes.filter((size) => {
      const lengths = rowsOf(context, contextSize).map((ids, i) => {
        const blocks = targets.map((t) => {
          const target = rowsOf(t, targetSize)[i % 2]!;
          return { top: Math.floor(target[0]! / 15), left: target[0]! % 15, size: rectangle(target, 15) };
        });
        const found: number[] = [];
        for (let top = 0; top < 20 - size[0]; top++)
          for (let left = 0; left < 15 - size[1]; left++) {
            const rest = patchesOutside({ top, left, size }, blocks, grid);
            if (rest.subarray(0, contextSize).join() === ids.join()) found.push(rest.length);
          }
        return found;
      });
      return lengths.every((found) => found.length > 0) && lengths.some((found) => found.includes(contextSize));
    });
    expect(fits.length, `seed ${seed}`).toBeGreaterThan(0);
  }
});

test('with overlap allowed a context keeps the patches of targets', () => {
  const grid = [14, 14] as const;
  const { context, contextSize } = multiBlock({ grid, compat: 'reference', allowOverlap: true }).sample(key(1), 2);
  const whole = patchesOf({ top: 0, left: 0, size: [13, 13] }, grid);
  for (const ids of rowsOf(context, contextSize)) expect(Array.from(ids)).toEqual(Array.from(whole));
});

test('a small grid on which the reference would search for ever is refused with the remedy, and fixed accepts it', () => {
  expect(() => multiBlock({ grid: [8, 8], compat: 'reference' })).toThrow(/only 9 of them.*minKeep below 9.*'fixed'/);
  expect(multiBlock({ grid: [8, 8], compat: 'reference', minKeep: 4 }).sample(key(0), 4).targets.length).toBe(4);
  expect(multiBlock({ grid: [8, 8], compat: 'fixed' }).targetSizes).toEqual([12]);
});

test('masks that leave no context are refused', () => {
  const grid = [8, 8] as const;
  expect(() => multiBlock({ grid, compat: 'fixed', contextSize: 0 })).toThrow(/leave no context/);
  expect(() => multiBlock({ grid, compat: 'fixed', contextSize: 60 })).toThrow(/must lie in \[1, 52\]/);
  const greedy = multiBlock({ grid, compat: 'fixed', targets: 60, contextSize: 20 });
  expect(() => greedy.sample(key(0), 1)).toThrow(/ask for a smaller context/);
  expect(() => multiBlock({ grid, compat: 'fixed', targetSize: 13 })).toThrow(/choose targetSize among/);
  expect(() => multiBlock({ grid: [1, 8], compat: 'fixed' })).toThrow(/at least 2 x 2/);
  expect(() => multiBlock({ grid, compat: 'fixed', contexts: 0 })).toThrow(/at least one context block, got 0/);
  expect(() => multiBlock({ grid, compat: 'fixed', targetScale: [0.5, 0.2] })).toThrow(/low <= high/);
});
