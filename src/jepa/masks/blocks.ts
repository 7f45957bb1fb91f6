// Rectangles of patches: their sizes, and the index lists that they make.
// Source: facebookresearch/ijepa, src/masks/multiblock.py (`_sample_block_size`, `_sample_block_mask`, `__call__`).
// Legend: H rows, W columns of patches, numbered row by row.

import type { Grid } from '../../nn/index.ts';

/** A closed interval. */
export type ScaleRange = readonly [low: number, high: number];

/** Height and width of a block in patches. */
export type BlockSize = readonly [height: number, width: number];

/** A rectangle of patches. */
export interface PatchBlock {
  readonly top: number;
  readonly left: number;
  readonly size: BlockSize;
}

/**
 * The size that the reference draws: one uniform number u gives both the share of the grid and the aspect ratio, so the two
 * are coupled. Halves round to even, and a block is always smaller than the grid.
 */
export function referenceBlockSize(u: number, [H, W]: Grid, scale: ScaleRange, aspect: ScaleRange): BlockSize {
  const area = Math.floor(H * W * (scale[0] + u * (scale[1] - scale[0])));
  const ratio = aspect[0] + u * (aspect[1] - aspect[0]);
  const height = Math.min(H - 1, halfToEven(Math.sqrt(area * ratio)));
  return [height, Math.min(W - 1, halfToEven(Math.sqrt(area / ratio)))];
}

/** Every size that `referenceBlockSize` gives for some u in [0, 1). */
export function referenceBlockSizes(grid: Grid, scale: ScaleRange, aspect: ScaleRange): BlockSize[] {
  // Between these numbers neither the area nor a rounded side changes.
  const steps = [0, 1];
  const at = (x: number, [low, high]: ScaleRange): number => (x - low) / (high - low);
  const N = grid[0] * grid[1];
  for (let area = Math.floor(N * scale[0]); area <= N * scale[1]; area++) {
    steps.push(at(area / N, scale));
    for (let side = 0.5; side < Math.max(...grid); side++)
      steps.push(at(side ** 2 / area, aspect), at(area / side ** 2, aspect));
  }
  const inside = steps.filter((u) => u >= 0 && u <= 1).sort((a, b) => a - b);
  const sizes = inside.slice(1).map((u, i) => referenceBlockSize((u + inside[i]!) / 2, grid, scale, aspect));
  return [...new Map(sizes.map((size) => [size.join(), size])).values()];
}

function halfToEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/** The patches of a block, ascending. */
export function patchesOf(block: PatchBlock, grid: Grid): Int32Array {
  return patchesOutside(block, [], grid);
}

/** The patches of a block that no other block covers, ascending. */
export function patchesOutside(block: PatchBlock, others: readonly PatchBlock[], [H, W]: Grid): Int32Array {
  const covered = new Uint8Array(H * W);
  for (const { top, left, size } of others)
    for (let row = top; row < top + size[0]; row++) covered.fill(1, row * W + left, row * W + left + size[1]);
  const { top, left, size } = block;
  const out = new Int32Array(size[0] * size[1]);
  let count = 0;
  for (let row = top; row < top + size[0]; row++)
    for (let i = row * W + left; i < row * W + left + size[1]; i++) if (covered[i] === 0) out[count++] = i;
  return out.subarray(0, count);
}
