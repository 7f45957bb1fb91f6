// I-JEPA's multi-block masks (Assran et al. 2023, arXiv 2301.08243; code facebookresearch/ijepa, src/masks/multiblock.py): a
// few blocks to predict, and one or more large blocks, less the targets, to predict them from. Index lists on the host.
// Compiled programs have fixed shapes, so each sampler says beforehand which sizes its lists may have.
// Legend: B images, H x W = N patches, M context blocks, K patches of a context, Kp patches of a target block.

import { fold, JepaError, type Key, permutation, type Stream, stream } from '../../core/index.ts';
import type { Grid } from '../../nn/index.ts';
import {
  type BlockSize,
  type PatchBlock,
  patchesOf,
  patchesOutside,
  referenceBlockSize,
  referenceBlockSizes,
  type ScaleRange,
} from './blocks.ts';

/** Options of `multiBlock`; the defaults are those of the reference's configurations. */
export interface MultiBlockConfig {
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /**
   * `reference`: the algorithm of the code. One target size for the whole batch, share and aspect ratio from one uniform
   * number, exclusive bounds (the last row and column are never used), lists cut to the shortest of the batch from the end,
   * which takes the bottom of the image first; K and Kp change from batch to batch.
   * `fixed`: what the paper says. Every block draws its own shape and reaches the borders; all targets of a run have the
   * same Kp, and the context is a random subset of constant K.
   */
  readonly compat: 'reference' | 'fixed';
  /** Number of target blocks; default 4. */
  readonly targets?: number;
  /** Number M of context blocks, each of which every target is predicted from (`nenc`); default 1. */
  readonly contexts?: number;
  /** Whether contexts keep the patches of targets (`allow_overlap`); default false. */
  readonly allowOverlap?: boolean;
  /** Share of the grid that a target block covers; default 0.15 to 0.2. */
  readonly targetScale?: ScaleRange;
  /** Height over width of a target block; default 0.75 to 1.5. */
  readonly aspectRatio?: ScaleRange;
  /** Share of the grid that the context block covers before targets are removed; default 0.85 to 1. */
  readonly contextScale?: ScaleRange;
  /** `fixed`: K. Default a quarter of the patches, which is what the reference keeps on average at batch 128. */
  readonly contextSize?: number;
  /** `fixed`: Kp. Default: of the areas within `targetScale`, the one with most shapes within `aspectRatio`. */
  readonly targetSize?: number;
  /** `reference`: every list must be longer than this; default 10. Small grids need less. */
  readonly minKeep?: number;
  /**
   * `reference`: K is rounded down to a multiple of this, so that few programs must be compiled; default 1, which is the
   * reference's own K. Between 1 and minKeep + 1.
   */
  readonly contextStep?: number;
}

/** Masks of one batch: patch ids, ascending in each row. */
export interface BlockMasks {
  /** [M B, K], context block after context block; [B, K] with one. */
  readonly context: Int32Array;
  readonly contextSize: number;
  /** One [B, Kp] per target block. */
  readonly targets: readonly Int32Array[];
  readonly targetSize: number;
}

/** A sampler of masks. */
export interface MaskSampler {
  /** Every K that a draw may have, ascending; one number for constant shapes. */
  readonly contextSizes: readonly number[];
  /** Every Kp that a draw may have, ascending. */
  readonly targetSizes: readonly number[];
  /** The masks of a batch. The same key gives the same masks. */
  sample(key: Key, batch: number): BlockMasks;
}

/**
 * The sampler of a configuration.
 *
 * @throws JepaError 'usage' when blocks cannot be as large as `minKeep` demands (the reference would search for ever), when
 * no block shape has the wanted size, or when `sample` finds no context outside the targets
 *
 * @example
 * const masks = multiBlock({ grid: [8, 8], compat: 'fixed' });
 * const { context, targets } = masks.sample(key(0), 64); // [64, 16] and 4 of [64, 12]
 */
export function multiBlock(config: MultiBlockConfig): MaskSampler {
  const {
    grid,
    compat,
    targets = 4,
    contexts = 1,
    allowOverlap = false,
    targetScale = [0.15, 0.2],
    aspectRatio = [0.75, 1.5],
    contextScale = [0.85, 1],
  } = config;
  requireGrid(grid, { targets, contexts }, [targetScale, contextScale]);
  const settings: Settings = { grid, targets, contexts, allowOverlap, targetScale, aspectRatio, contextScale };
  return compat === 'reference' ? referenceSampler(settings, config) : fixedSampler(settings, config);
}

type Settings = Required<
  Pick<
    MultiBlockConfig,
    'grid' | 'targets' | 'contexts' | 'allowOverlap' | 'targetScale' | 'aspectRatio' | 'contextScale'
  >
>;

const SQUARE: ScaleRange = [1, 1];
const TRIES = 20;

function requireGrid(
  [H, W]: Grid,
  { targets, contexts }: Pick<Settings, 'targets' | 'contexts'>,
  scales: readonly ScaleRange[],
): void {
  if (!(Number.isInteger(H) && Number.isInteger(W) && H >= 2 && W >= 2))
    throw new JepaError('usage', `multiBlock: needs a grid of at least 2 x 2 patches, got ${H} x ${W}`);
  if (!(Number.isInteger(targets) && targets >= 1))
    throw new JepaError('usage', `multiBlock: needs at least one target block, got ${targets}`);
  if (!(Number.isInteger(contexts) && contexts >= 1))
    throw new JepaError('usage', `multiBlock: needs at least one context block, got ${contexts}`);
  for (const [low, high] of scales)
    if (!(low > 0 && low <= high && high <= 1))
      throw new JepaError('usage', `multiBlock: a scale must satisfy 0 < low <= high <= 1, got [${low}, ${high}]`);
}

/** An integer in [0, n). */
const below = (s: Stream, n: number): number => Math.floor(s.uniform() * n);

/** Rows of equal length one after another. */
function rows(lists: readonly Int32Array[], size: number): Int32Array {
  const out = new Int32Array(lists.length * size);
  lists.forEach((list, b) => {
    out.set(list.subarray(0, size), b * size);
  });
  return out;
}

const areaOf = ([h, w]: BlockSize): number => h * w;
const ascending = (sizes: Iterable<number>): number[] => [...new Set(sizes)].sort((a, b) => a - b);

function referenceSampler(
  { grid, targets, contexts, allowOverlap, targetScale, aspectRatio, contextScale }: Settings,
  { minKeep = 10, contextStep = 1 }: MultiBlockConfig,
): MaskSampler {
  const [H, W] = grid;
  if (!(Number.isInteger(contextStep) && contextStep >= 1 && contextStep <= minKeep + 1))
    throw new JepaError('usage', `multiBlock: contextStep must lie in [1, minKeep + 1], got ${contextStep}`);
  const targetSize = (u: number): BlockSize => referenceBlockSize(u, grid, targetScale, aspectRatio);
  const contextSize = (u: number): BlockSize => referenceBlockSize(u, grid, contextScale, SQUARE);
  const targetSizes = ascending(referenceBlockSizes(grid, targetScale, aspectRatio).map(areaOf));
  const around = ascending(referenceBlockSizes(grid, contextScale, SQUARE).map(areaOf));
  const largest = around.at(-1)!;
  const smallest = Math.min(targetSizes[0]!, around[0]!);
  if (smallest <= minKeep)
    throw new JepaError(
      'usage',
      `multiBlock: on ${H} x ${W} patches a block may have only ${smallest} of them, but each must have more than minKeep = ${minKeep}: the search would not end; set minKeep below ${smallest}, or use compat 'fixed'`,
      { smallest, minKeep },
    );
  const contextSizes: number[] = [];
  for (let K = minKeep + 1; K <= largest; K++) if (K % contextStep === 0) contextSizes.push(K);
  const lowest = Math.floor((minKeep + 1) / contextStep) * contextStep;
  if (contextSizes[0] !== lowest) contextSizes.unshift(lowest);

  const place = (s: Stream, size: BlockSize): PatchBlock => ({
    // The upper bound is exclusive in the reference: the last row and column are never covered.
    top: below(s, H - size[0]),
    left: below(s, W - size[1]),
    size,
  });

  /** The context block less the targets; after every 20 failures the last target is no longer respected. */
  const context = (s: Stream, size: BlockSize, blocks: readonly PatchBlock[]): Int32Array => {
    for (let attempt = 0; ; attempt++) {
      const respected = blocks.slice(0, Math.max(blocks.length - Math.floor(attempt / TRIES), 0));
      const ids = patchesOutside(place(s, size), respected, grid);
      if (ids.length > minKeep) return ids;
    }
  };

  return {
    contextSizes,
    targetSizes,
    sample(key, batch) {
      const sizes = stream(fold(key, 'sizes'));
      const [target, outer] = [targetSize(sizes.uniform()), contextSize(sizes.uniform())];
      const s = stream(fold(key, 'places'));
      const blocks: Int32Array[][] = Array.from({ length: targets }, () => []);
      const seen: Int32Array[][] = Array.from({ length: contexts }, () => []);
      for (let b = 0; b < batch; b++) {
        const placed = Array.from({ length: targets }, () => place(s, target));
        for (const [t, block] of placed.entries()) blocks[t]!.push(patchesOf(block, grid));
        for (const lists of seen) lists.push(context(s, outer, allowOverlap ? [] : placed));
      }
      const K = seen.flat().reduce((least, ids) => Math.min(least, ids.length), Number.POSITIVE_INFINITY);
      const kept = Math.floor(K / contextStep) * contextStep;
      return {
        context: rows(seen.flat(), kept),
        contextSize: kept,
        targets: blocks.map((lists) => rows(lists, areaOf(target))),
        targetSize: areaOf(target),
      };
    },
  };
}

function fixedSampler(settings: Settings, config: MultiBlockConfig): MaskSampler {
  const { grid, targets, contexts, allowOverlap, contextScale } = settings;
  const [H, W] = grid;
  const N = H * W;
  const { contextSize = Math.max(1, Math.floor(N / 4)) } = config;
  const shapes = targetShapes(settings, config.targetSize);
  const targetSize = areaOf(shapes[0]!);
  const most = allowOverlap ? N : N - targetSize;
  if (!(Number.isInteger(contextSize) && contextSize >= 1 && contextSize <= most))
    throw new JepaError(
      'usage',
      `multiBlock: contextSize must lie in [1, ${most}] on ${H} x ${W} patches with targets of ${targetSize}, got ${contextSize}: masks that leave no context teach nothing`,
    );

  const place = (s: Stream, size: BlockSize): PatchBlock => ({
    top: below(s, H - size[0] + 1),
    left: below(s, W - size[1] + 1),
    size,
  });
  const around = (s: Stream): BlockSize => {
    const share = contextScale[0] + s.uniform() * (contextScale[1] - contextScale[0]);
    return [Math.max(1, Math.round(H * Math.sqrt(share))), Math.max(1, Math.round(W * Math.sqrt(share)))];
  };

  /** Blocks of one image, drawn again until enough context is left. */
  const image = (key: Key): { readonly contexts: readonly Int32Array[]; readonly blocks: readonly PatchBlock[] } => {
    const s = stream(key);
    for (let attempt = 0; attempt < 50 * TRIES; attempt++) {
      const blocks = Array.from({ length: targets }, () => place(s, shapes[below(s, shapes.length)]!));
      const seen = Array.from({ length: contexts }, () =>
        patchesOutside(place(s, around(s)), allowOverlap ? [] : blocks, grid),
      );
      if (seen.some((ids) => ids.length < contextSize)) continue;
      const subset = (ids: Int32Array, m: number): Int32Array => {
        const order = permutation(m === 0 ? fold(key, 'subset') : fold(key, 'subset', m), ids.length);
        return Int32Array.from(order.subarray(0, contextSize).sort(), (i) => ids[i]!);
      };
      return { contexts: seen.map(subset), blocks };
    }
    throw new JepaError(
      'usage',
      `multiBlock: ${50 * TRIES} draws left fewer than contextSize = ${contextSize} of ${N} patches outside ${targets} targets of ${targetSize}; ask for a smaller context, fewer or smaller targets`,
      { contextSize, targets, targetSize },
    );
  };

  return {
    contextSizes: [contextSize],
    targetSizes: [targetSize],
    sample(key, batch) {
      const images = Array.from({ length: batch }, (_, b) => image(fold(key, b)));
      return {
        context: rows(
          Array.from({ length: contexts }, (_, m) => images.map(({ contexts: seen }) => seen[m]!)).flat(),
          contextSize,
        ),
        contextSize,
        targets: Array.from({ length: targets }, (_, t) =>
          rows(
            images.map(({ blocks }) => patchesOf(blocks[t]!, grid)),
            targetSize,
          ),
        ),
        targetSize,
      };
    },
  };
}

/** The shapes of one area, `wanted` or the area within the scale that has most of them, then nearest to its middle. */
function targetShapes({ grid: [H, W], targetScale, aspectRatio }: Settings, wanted?: number): BlockSize[] {
  const byArea = new Map<number, BlockSize[]>();
  for (let h = 1; h <= H; h++)
    for (let w = 1; w <= W; w++) {
      const within = h / w >= aspectRatio[0] && h / w <= aspectRatio[1];
      const fits = wanted === undefined ? h * w >= targetScale[0] * H * W && h * w <= targetScale[1] * H * W : true;
      if (within && fits && h * w < H * W) byArea.set(h * w, [...(byArea.get(h * w) ?? []), [h, w]]);
    }
  const middle = ((targetScale[0] + targetScale[1]) / 2) * H * W;
  const areas = [...byArea.keys()].sort(
    (a, b) => byArea.get(b)!.length - byArea.get(a)!.length || Math.abs(a - middle) - Math.abs(b - middle),
  );
  const chosen = byArea.get(wanted ?? areas[0] ?? 0);
  if (chosen !== undefined) return chosen;
  throw new JepaError(
    'usage',
    `multiBlock: no block of ${wanted === undefined ? `${targetScale[0] * 100} to ${targetScale[1] * 100} %` : `${wanted} patches`} on ${H} x ${W} patches has height over width in [${aspectRatio.join(', ')}]; widen targetScale or aspectRatio${wanted === undefined ? '' : `, or choose targetSize among ${ascending(byArea.keys()).join(', ')}`}`,
  );
}
