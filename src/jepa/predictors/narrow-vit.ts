// I-JEPA's predictor (Assran et al. 2023, arXiv 2301.08243; code facebookresearch/ijepa, `VisionTransformerPredictor`): a
// narrow transformer that sees the context's tokens and, for each token to predict, a mask token at its position. With
// `outDim` the size of a patch and one block of all masked patches it is a masked autoencoder's decoder.
// Legend: B images, M contexts of K tokens, T target blocks of Kp tokens, D width of the embedding, d of the predictor.

import { JepaError } from '../../core/index.ts';
import {
  buffer,
  type Grid,
  layerNorm,
  linear,
  type Module,
  module,
  param,
  sinCosPositions,
  transformerBlock,
  truncatedNormalInit,
  VIT_NAMES,
  zero,
} from '../../nn/index.ts';
import { add, concat, gather, reshape, sameShape, shapeError, type Tensor } from '../../tensor/index.ts';

/** Size of the predictor. */
export interface NarrowVitConfig {
  /** D, the width of the context's tokens. */
  readonly inDim: number;
  /** d; 384 in the paper, a multiple of 4 and of `heads`. */
  readonly dim: number;
  /** 6 for ViT-B, 12 for L and H in the paper. */
  readonly depth: number;
  /** The encoder's, in the reference. */
  readonly heads: number;
  /** Hidden width of the MLPs; default 4 d. */
  readonly mlpDim?: number;
  /** Width of predictions; default D. */
  readonly outDim?: number;
  /** Rows and columns of patches. */
  readonly grid: Grid;
}

/**
 * Predictions [T M B, Kp, outDim] of the tokens at `targets`, each block from each context alone: neither blocks nor contexts
 * see each other. Rows are in the order target block, context, image, as in the reference.
 *
 * @param context [M B, K, D], the tokens of M contexts of the same images, context after context
 * @param contextIds i32 [M B, K]
 * @param targets one i32 [B, Kp] per block
 */
export type NarrowVit = (context: Tensor, contextIds: Tensor, targets: readonly Tensor[]) => Tensor;

/** The predictor, under the parameter names of the reference; fixed sine and cosine positions in a buffer. */
export function narrowVit(config: NarrowVitConfig): Module<NarrowVit> {
  const { inDim, dim, depth, heads, mlpDim = 4 * dim, outDim = inDim, grid } = config;
  if (dim % heads !== 0 || dim % 4 !== 0)
    throw new JepaError('usage', `narrowVit: dim must be a multiple of 4 and of heads ${heads}, got ${dim}`);
  const plain = { weightInit: truncatedNormalInit(0.02), biasInit: zero };
  const block = { dim, heads, mlpDim, layerNormEpsilon: 1e-6, names: VIT_NAMES.meta.block };
  const N = grid[0] * grid[1];
  const children = {
    predictor_embed: linear(inDim, dim, plain),
    mask_token: param([1, 1, dim], truncatedNormalInit(0.02)),
    predictor_pos_embed: buffer([1, N, dim], (_key, _shape, out) => out.set(sinCosPositions(dim, grid))),
    predictor_blocks: Array.from({ length: depth }, () => transformerBlock(block)),
    predictor_norm: layerNorm(dim, 1e-6),
    predictor_proj: linear(dim, outDim, plain),
  };
  return module(children, (p) => (context, contextIds, targets) => {
    const first = targets[0];
    const fits = context.shape.length === 3 && sameShape(contextIds.shape, context.shape.slice(0, 2));
    const contexts = context.shape[0]! / (first?.shape[0] ?? 1);
    const whole = Number.isInteger(contexts) && contexts >= 1;
    if (first === undefined || !fits || !whole || targets.some((t) => !sameShape(t.shape, first.shape)))
      throw shapeError(
        'narrowVit',
        [context, contextIds, ...targets],
        'needs contexts [M B, K, D], their ids [M B, K], and target blocks of one shape [B, Kp]',
      );
    const positions = reshape(p.predictor_pos_embed.read(), [N, dim]);
    const seen = add(p.predictor_embed(context), gather(positions, contextIds));
    const asked = add(gather(positions, concat(forEachContext(targets, contexts), 0)), p.mask_token);
    // Mask tokens first, so that the last block need compute only them; attention does not see the order.
    const Kp = first.shape[1]!;
    const start = concat(
      [
        asked,
        concat(
          targets.map(() => seen),
          0,
        ),
      ],
      1,
    );
    const last = depth - 1;
    const end = p.predictor_blocks.reduce((x, b, i) => b(x, i === last ? { queries: Kp } : {}), start);
    return p.predictor_proj(p.predictor_norm(end));
  });
}

/** What belongs to each target block, once for each of `contexts` contexts: the order of a predictor's rows. */
export function forEachContext<T>(perBlock: readonly T[], contexts: number): T[] {
  return perBlock.flatMap((block) => Array<T>(contexts).fill(block));
}
