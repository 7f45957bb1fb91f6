// Parity case `ijepa_masks`: block sizes as a function of the uniform number; and, since PyTorch's streams cannot be
// reproduced, the index lists that the blocks of each stored sample make.
// Legend: B images, T target blocks of size Kp, M context blocks cut to K patches, H x W patches.

import { type PatchBlock, type BlockSize, patchesOf, patchesOutside, type ScaleRange, referenceBlockSize, referenceBlockSizes } from '../../src/jepa/index.ts';
import type { Grid } from '../../src/nn/index.ts';
import type { JsonObject, JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf, numbersOf } from '../runner/config.ts';

/** Takes the case `ijepa_masks`. */
export const iJepaMasks: ParityClaim = {
  case: 'ijepa_masks',
  notReproduced: {
    'output.freq_*': 'frequencies of a random stream; ours are compared with them in i-jepa-masks.test.ts',
    'scalar.statistics.*': 'statistics of a random stream; ours are compared with them in i-jepa-masks.test.ts',
  },
  run(c) {
    const tensors: Record<string, ProducedTensor> = {};
    const scalars: Record<string, JsonValue> = {};
    const u = c.tensor('input.u').data;
    for (const name of c.tensors().keys()) {
      const match = /^output\.(pred|enc)_size\.(\d+)x(\d+)$/.exec(name);
      if (match === null) continue;
      const grid: Grid = [Number(match[2]), Number(match[3])];
      const { scale, aspect } = rangesOf(c, match[1] as 'pred' | 'enc');
      const sizes = Int32Array.from(Array.from(u, (v) => referenceBlockSize(v, grid, scale, aspect)).flat());
      tensors[name] = { shape: [u.length, 2], data: sizes };
    }
    scalars.samples = Array.from({ length: numberOf(c.config, 'samples') }, (_, s) => sample(c, s, tensors));
    return { tensors, scalars };
  },
};

function rangesOf(c: ParityCase, kind: 'pred' | 'enc'): { readonly scale: ScaleRange; readonly aspect: ScaleRange } {
  return {
    scale: numbersOf(c.config, `${kind}_scale`) as unknown as ScaleRange,
    aspect: kind === 'enc' ? [1, 1] : (numbersOf(c.config, 'aspect') as unknown as ScaleRange),
  };
}

/** The lists of one sample, as our blocks make them from where the stored blocks must lie. */
function sample(c: ParityCase, index: number, tensors: Record<string, ProducedTensor>): JsonObject {
  const name = `output.sample${index}`;
  const grid = (c.config.grids as unknown as readonly Grid[])[0]!;
  const pred = c.tensor(`${name}.pred`);
  const enc = c.tensor(`${name}.enc`);
  const [T, B, size] = pred.shape as [number, number, number];
  const [M] = enc.shape as [number];
  const row = (of: typeof pred, i: number): ArrayLike<number> => {
    const length = of.shape[2]!;
    return of.data.subarray(i * length, (i + 1) * length);
  };
  const width = widthOf(row(pred, 0), grid[1]);
  const target: BlockSize = [size / width, width];
  const blocks = Array.from({ length: T * B }, (_, i): PatchBlock => {
    const first = row(pred, i)[0]!;
    return { top: Math.floor(first / grid[1]), left: first % grid[1], size: target };
  });
  const lists = Array.from({ length: M * B }, (_, i) => ({
    stored: row(enc, i),
    targets: Array.from({ length: T }, (_t, t) => blocks[t * B + (i % B)]!),
  }));
  const { size: around, contexts } = contextsOf(c, index, grid, lists);
  const K = contexts.reduce((least, ids) => Math.min(least, ids.length), Number.POSITIVE_INFINITY);
  tensors[`${name}.pred`] = {
    shape: pred.shape,
    data: Int32Array.from(blocks.flatMap((block) => [...patchesOf(block, grid)])),
  };
  tensors[`${name}.enc`] = {
    shape: [M, B, K],
    data: Int32Array.from(contexts.flatMap((ids) => [...ids.subarray(0, K)])),
  };
  return { pred_hw: [...target], enc_hw: [...around], k_ctx: K, k_pred: size };
}

interface ContextList {
  readonly stored: ArrayLike<number>;
  readonly targets: readonly PatchBlock[];
}

/**
 * The size of a sample's context blocks and all their patches before the cut: a size that the reference can draw, at places
 * which give every stored list and, in one of them, no more than it. Lists that were cut may fit several sizes; then the one
 * that case.json states is taken, when it is among them.
 */
function contextsOf(
  c: ParityCase,
  index: number,
  grid: Grid,
  lists: readonly ContextList[],
): { readonly size: BlockSize; readonly contexts: readonly Int32Array[] } {
  const { scale, aspect } = rangesOf(c, 'enc');
  const stated = c.scalars.get(`samples.${index}.enc_hw`)?.join();
  const sizes = [...referenceBlockSizes(grid, scale, aspect)].sort(
    (a, b) => Number(b.join() === stated) - Number(a.join() === stated),
  );
  for (const size of sizes) {
    const all = lists.map((list) => placesOf(list, size, grid, numberOf(c.config, 'min_keep')));
    if (all.some((places) => places.length === 0)) continue;
    const contexts = all.map((places) => places.reduce((a, b) => (a.length <= b.length ? a : b)));
    if (contexts.some((ids, i) => ids.length === lists[i]!.stored.length)) return { size, contexts };
  }
  // Nothing fits: the whole inner grid, so that the comparison shows by how much.
  const size: BlockSize = [grid[0] - 1, grid[1] - 1];
  const whole = lists.map(({ targets }) => patchesOutside({ top: 0, left: 0, size }, targets, grid));
  return { size, contexts: whole };
}

/** Patches of every context block of a size that begins as a stored list, with as many targets respected as possible. */
function placesOf({ stored, targets }: ContextList, size: BlockSize, grid: Grid, minKeep: number): Int32Array[] {
  // After 20 failures in a row the reference respects one target less.
  for (let respected = targets.length; respected >= 0; respected--) {
    const found: Int32Array[] = [];
    for (let top = 0; top < grid[0] - size[0]; top++)
      for (let left = 0; left < grid[1] - size[1]; left++) {
        const ids = patchesOutside({ top, left, size }, targets.slice(0, respected), grid);
        const begins = ids.length >= stored.length && ids.subarray(0, stored.length).every((v, i) => v === stored[i]);
        if (begins && ids.length > minKeep) found.push(ids);
      }
    if (found.length > 0) return found;
  }
  return [];
}

/** How many ids of a block stand in its first row. */
function widthOf(ids: ArrayLike<number>, columns: number): number {
  const row = Math.floor(ids[0]! / columns);
  return Array.from(ids).filter((i) => Math.floor(i / columns) === row).length;
}
