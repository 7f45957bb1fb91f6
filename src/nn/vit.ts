// The vision transformer (Dosovitskiy et al. 2020, arXiv 2010.11929) and its descendants I-JEPA, DINOv2 and DINOv3, under
// the parameter names of their checkpoints (`vit-names.ts`).
// Legend: B images, N patches, K patches that are kept, L lead tokens (CLS, registers), D width.

import { JepaError } from '../core/index.ts';
import {
  add,
  at,
  broadcastTo,
  concat,
  expandDims,
  gather,
  reduceMean,
  reshape,
  slice,
  split,
  type Tensor,
} from '../tensor/index.ts';
import { smoothPositionsInit, truncatedNormalInit } from './init.ts';
import { type BufferCell, type BufferSpec, buffer, type Module, module, type ParameterSpec, param } from './module.ts';
import { layerNorm } from './norm.ts';
import { patchEmbedding } from './patch-embedding.ts';
import { IMAGENET, imageSizes, type PixelNormalisation } from './pixels.ts';
import { type Grid, type Rotation, rotaryAngles, rotationTable, sinCosInit } from './positions.ts';
import { type Block, type BlockConfig, transformerBlock } from './transformer-block.ts';
import { VIT_NAMES, type VitNaming } from './vit-names.ts';

/** Size and options of a vision transformer. */
export interface VitConfig extends Omit<BlockConfig, 'names' | 'branchStd'> {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly depth: number;
  /** Whose names the parameters carry; default HuggingFace's ViT. */
  readonly names?: VitNaming;
  /** A class token before the patches; default true. */
  readonly cls?: boolean;
  /** Register tokens (Darcet et al. 2023, arXiv 2309.16588) after the class token; default 0. */
  readonly registers?: number;
  /**
   * Learned positions that start at `random`, as the references (default), or `smooth`, as sines of low frequency in row
   * and column; or none that are learned: `sincos`, the fixed table of I-JEPA; `rotary`, DINOv3's rotations of queries
   * and keys, for which images may have any size.
   */
  readonly positions?: 'random' | 'smooth' | 'sincos' | 'rotary';
  /** Standard deviation of the initial learned positions; default 0.02, as the references. */
  readonly positionStd?: number;
  /** Base of the rotary frequencies; default 100. */
  readonly rotaryBase?: number;
  /** Rows and columns of the position table, when it is not a square of imageSize / patchSize. */
  readonly grid?: Grid;
  /** Probability that a sample skips a branch of the last block; it grows linearly from 0 in the first. Default 0. */
  readonly dropPath?: number;
  /**
   * `equal`: all layers start at deviation 0.02 (default). `rescaled`: the last layers of both branches of block i = 1, 2,
   * ... are divided by sqrt(2 i), as the I-JEPA code means to; its `init_model` then overwrites that with `equal`.
   */
  readonly branchInit?: 'equal' | 'rescaled';
}

/** The usual sizes by name. */
export type VitSize = 'tiny' | 'small' | 'base' | 'large' | 'huge' | 'giant';

/** Width, depth, heads and hidden width by name. Sources: DeiT, ViT, I-JEPA, V-JEPA 2 (specification family 1.1). */
export const VIT_SIZES: Readonly<Record<VitSize, Pick<VitConfig, 'dim' | 'depth' | 'heads' | 'mlpDim'>>> = {
  tiny: { dim: 192, depth: 12, heads: 3, mlpDim: 768 },
  small: { dim: 384, depth: 12, heads: 6, mlpDim: 1536 },
  base: { dim: 768, depth: 12, heads: 12, mlpDim: 3072 },
  large: { dim: 1024, depth: 24, heads: 16, mlpDim: 4096 },
  huge: { dim: 1280, depth: 32, heads: 16, mlpDim: 5120 },
  giant: { dim: 1408, depth: 40, heads: 16, mlpDim: 6144 },
};

/** What to encode, and how. */
export interface EncodeOptions {
  /** Ids of patches, i32 [B, K], numbered row by row: all others are left out before the first block. */
  readonly keep?: Tensor | undefined;
  /** Whether the final layer norm is applied; default true. */
  readonly norm?: boolean | undefined;
}

/** What a bound vision transformer offers. Images are u8 [B, H, W, 3] pixels, or normalised f32 [B, 3, H, W]. */
export interface Vit {
  /** Number L of tokens before the patches: CLS, then registers. */
  readonly lead: number;
  /** All tokens, [B, L + N, D] or [B, L + K, D]. */
  tokens(images: Tensor, options?: EncodeOptions): Tensor;
  /** The patch tokens, [B, N, D] or [B, K, D]. */
  patches(images: Tensor, options?: EncodeOptions): Tensor;
  /** The CLS token, [B, D]. Errors: `usage` when there is none. */
  cls(images: Tensor, options?: EncodeOptions): Tensor;
  /** The mean of the patch tokens, [B, D]. */
  pooled(images: Tensor, options?: EncodeOptions): Tensor;
  /** All tokens before the first block and after each, without the final norm: depth + 1 of [B, L + N, D]. */
  hidden(images: Tensor, options?: Pick<EncodeOptions, 'keep'>): readonly Tensor[];
}

function requireSizes({ imageSize, patchSize, grid, cls = true, registers = 0, positions }: VitConfig): void {
  if (grid === undefined && imageSize % patchSize !== 0)
    throw new JepaError('usage', `vit: imageSize ${imageSize} must be a multiple of patchSize ${patchSize}`);
  if (registers > 0 && !cls) throw new JepaError('usage', 'vit: registers stand after the class token; set cls');
  if (grid !== undefined && grid[0] !== grid[1] && positions === 'smooth')
    throw new JepaError('usage', `vit: smooth positions need a square grid, got ${grid.join(' x ')}`);
}

function blocksOf(config: VitConfig): readonly Module<Block>[] {
  const { depth, dropPath = 0, branchInit = 'equal', names = 'vit' } = config;
  return Array.from({ length: depth }, (_, i) =>
    transformerBlock({
      ...config,
      names: VIT_NAMES[names].block,
      dropPath: depth === 1 ? dropPath : (dropPath * i) / (depth - 1),
      branchStd: branchInit === 'equal' ? 0.02 : 0.02 / Math.sqrt(2 * (i + 1)),
    }),
  );
}

/** The position table [1, CLS + N, D] where there is one: a parameter, or a buffer that nobody writes. */
function positionTable(config: VitConfig, grid: Grid): ParameterSpec | BufferSpec | undefined {
  const { dim, cls = true, positions = 'random', positionStd = 0.02 } = config;
  const lead = cls ? 1 : 0;
  const shape = [1, lead + grid[0] * grid[1], dim];
  if (positions === 'rotary') return undefined;
  if (positions === 'sincos') return buffer(shape, sinCosInit(grid, lead));
  return param(
    shape,
    positions === 'random' ? truncatedNormalInit(positionStd) : smoothPositionsInit(grid[0], positionStd, lead),
  );
}

/** A vision transformer: patch embedding, positions, pre-norm blocks, final layer norm. */
export function vit(config: VitConfig, normalisation: PixelNormalisation = IMAGENET): Module<Vit> {
  requireSizes(config);
  const { imageSize, patchSize, dim, depth, layerNormEpsilon = 1e-12, cls = true, registers = 0 } = config;
  const names = VIT_NAMES[config.names ?? 'vit'];
  const grid = config.grid ?? [imageSize / patchSize, imageSize / patchSize];
  const table = positionTable(config, grid);
  const children = {
    ...(cls ? { [names.cls]: param([1, 1, dim], truncatedNormalInit(0.02)) } : {}),
    ...(registers > 0 ? { [names.registers]: param([1, registers, dim], truncatedNormalInit(0.02)) } : {}),
    ...(table === undefined ? {} : { [names.positions]: table }),
    [names.patches]: patchEmbedding(3, patchSize, dim, normalisation),
    [names.layers]: blocksOf(config),
    [names.norm]: layerNorm(dim, layerNormEpsilon),
  };
  const lead = (cls ? 1 : 0) + registers;
  return module(children, (bound) => {
    // What stands behind a name is fixed by `children`.
    const p = bound as Readonly<Record<string, unknown>>;
    const embed = p[names.patches] as (images: Tensor, keep?: Tensor) => Tensor;
    const blocks = p[names.layers] as readonly Block[];
    const norm = p[names.norm] as (x: Tensor) => Tensor;

    /** Patches with their positions, after the lead tokens. */
    const embedded = (images: Tensor, keep?: Tensor): Tensor => {
      const [H, W] = imageSizes(images);
      if (table !== undefined && (H !== grid[0] * patchSize || W !== grid[1] * patchSize))
        throw new JepaError(
          'shape',
          `vit: images must be ${grid[0] * patchSize}x${grid[1] * patchSize}, ${grid.join('x')} patches of ${patchSize} as the position table has them, got ${H}x${W}; resize the images, or give the configuration that grid`,
        );
      const patches = embed(images, keep);
      const B = patches.shape[0]!;
      const each = (t: Tensor): Tensor => broadcastTo(t, [B, t.shape[1]!, dim]);
      let x = cls ? concat([each(p[names.cls] as Tensor), patches], 1) : patches;
      if (table !== undefined) {
        const stored = p[names.positions];
        const all = table.kind === 'buffer' ? (stored as BufferCell).read() : (stored as Tensor);
        x = add(x, keep === undefined ? all : keptPositions(all, keep, cls));
      }
      if (registers === 0) return x;
      const [first, rest] = split(x, [1, x.shape[1]! - 1], 1) as [Tensor, Tensor];
      return concat([first, each(p[names.registers] as Tensor), rest], 1);
    };

    const hidden = (
      images: Tensor,
      { keep, queries }: EncodeOptions & { queries?: number } = {},
    ): readonly Tensor[] => {
      const states = [embedded(images, keep)];
      const rotation = table === undefined ? rotationOf(config, images, lead, keep) : undefined;
      // The last block need compute only the tokens that are used: the others serve as its keys and values.
      for (const [i, block] of blocks.entries())
        states.push(block(states[i]!, { rotation, queries: i === depth - 1 ? queries : undefined }));
      return states;
    };
    const encode = (images: Tensor, options: EncodeOptions & { queries?: number } = {}): Tensor => {
      const last = hidden(images, options).at(-1)!;
      return options.norm === false ? last : norm(last);
    };
    const patchesOf = (images: Tensor, options?: EncodeOptions): Tensor => {
      const all = encode(images, options);
      return lead === 0 ? all : slice(all, 1, lead);
    };
    return {
      lead,
      tokens: encode,
      patches: patchesOf,
      cls(images, options) {
        if (!cls) throw new JepaError('usage', 'vit: this transformer has no class token; use pooled');
        return at(encode(images, { ...options, queries: 1 }), 1, 0);
      },
      pooled: (images, options) => reduceMean(patchesOf(images, options), { axes: 1 }),
      hidden,
    };
  });
}

/** Rotations of the lead tokens (none) and of the patches of these images, to broadcast to [B, tokens, heads, d]. */
function rotationOf(config: VitConfig, images: Tensor, lead: number, keep?: Tensor): Rotation {
  const { dim, heads, patchSize, rotaryBase } = config;
  const [H, W] = imageSizes(images);
  const d = dim / heads;
  const { cos, sin } = rotationTable(rotaryAngles(d, [H / patchSize, W / patchSize], rotaryBase), d, lead);
  const ofTokens = (table: Tensor): Tensor => {
    const tokens = table.shape[0]!;
    if (keep === undefined) return reshape(table, [1, tokens, 1, d]);
    const B = keep.shape[0]!;
    const kept = gather(slice(table, 0, lead), keep);
    const still = broadcastTo(reshape(slice(table, 0, 0, lead), [1, lead, d]), [B, lead, d]);
    return expandDims(lead === 0 ? kept : concat([still, kept], 1), 2);
  };
  return { cos: ofTokens(cos), sin: ofTokens(sin) };
}

/** Positions of the CLS token and of the kept patches, [B, CLS + K, D]. */
function keptPositions(table: Tensor, keep: Tensor, cls: boolean): Tensor {
  const [, tokens, dim] = table.shape as [number, number, number];
  const rows = reshape(table, [tokens, dim]);
  if (!cls) return gather(rows, keep);
  const chosen = gather(slice(rows, 0, 1), keep);
  return concat([broadcastTo(slice(table, 1, 0, 1), [keep.shape[0]!, 1, dim]), chosen], 1);
}
