// Rectangles of patches: their sizes, and the index lists that they make.
// Source: facebookresearch/ijepa, src/masks/multiblock.py (`_sample_block_size`, `_sample_block_mask`, `__call__`).
// Legend: H rows, W columns of patches, numbered row by row.

import type { Grid } from '../../nn/index.ts';

/** A closed interval. */
export type Range = readonly [low: number, high: number];

/** Height and width of a block in patches. */
export type BlockSize = readonly [height: number, width: number];

/** A rectangle of patches. */
export interface Block {
  readonly top: number;
  readonly left: number;
  readonly size: BlockSize;
}

/**
 * The size that the reference draws: one uniform number u gives both the share of the grid and the aspect ratio, so the two
 * are coupled. Halves round to even, and a block is always smaller than the grid.
 */
export function referenceBlockSize(u: number, [H, W]: Grid, scale: Range, aspect: Range): BlockSize {
  const area = Math.floor(H * W * (scale[0] + u * (scale[1] - scale[0])));
  const ratio = aspect[0] + u * (aspect[1] - aspect[0]);
  const height = Math.min(H - 1, halfToEven(Math.sqrt(area * ratio)));
  return [height, Math.min(W - 1, halfToEven(Math.sqrt(area / ratio)))];
}

function halfToEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return Math.round(x);
  return low % 2 === 0 ? low : low + 1;
}

/** The patches of a block, ascending. */
export function patchesOf({ top, left, size: [height, width] }: Block, [, W]: Grid): Int32Array {
  return Int32Array.from({ length: height * width }, (_, i) => (top + Math.floor(i / width)) * W + left + (i % width));
}

/** The patches of a block that no other block covers, ascending. */
export function patchesOutside(block: Block, others: readonly Block[], grid: Grid): Int32Array {
  const [, W] = grid;
  const covered = (i: number): boolean => {
    const [row, column] = [Math.floor(i / W), i % W];
    return others.some(
      ({ top, left, size: [h, w] }) => row >= top && row < top + h && column >= left && column < left + w,
    );
  };
  return patchesOf(block, grid).filter((i) => !covered(i));
}
