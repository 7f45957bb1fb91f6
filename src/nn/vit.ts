// The vision transformer (Dosovitskiy et al. 2020, arXiv 2010.11929) under the parameter names of HuggingFace's ViTModel
// (transformers 4.x), so that such checkpoints load by name.
// Legend: B images, N patches, D width, p patch size, C channels.

import { JepaError } from '../core/index.ts';
import {
  add,
  at,
  broadcastTo,
  cast,
  concat,
  constant,
  gelu,
  linear as linearOp,
  mul,
  reduceMean,
  reduceSum,
  reshape,
  slice,
  sub,
  type Tensor,
  transpose,
} from '../tensor/index.ts';
import { attend } from './attention.ts';
import { smoothPositionsInit, truncatedNormalInit, zero } from './init.ts';
import { linear } from './linear.ts';
import { type Module, module, param } from './module.ts';
import { layerNorm } from './norm.ts';

/** Per-channel mean and deviation of pixels scaled to [0, 1]. */
export interface PixelNormalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** ImageNet statistics, the default of the references. */
export const IMAGENET: PixelNormalisation = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Size of a vision transformer. */
export interface VitConfig {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly dim: number;
  readonly depth: number;
  readonly heads: number;
  readonly mlpDim: number;
  readonly layerNormEpsilon?: number;
  /** Initial positions: `random`, as the references (default), or `smooth`, sines of low frequency in row and column. */
  readonly positions?: 'random' | 'smooth';
  /** Standard deviation of the initial positions; default 0.02, as the references. */
  readonly positionStd?: number;
}

const init = { weightInit: truncatedNormalInit(0.02), biasInit: zero };

/** Patches as rows, in the order (row, column, channel): [B, N, p p C]. Accepts f32 [B, C, H, W] or u8 [B, H, W, C]. */
export function patches(images: Tensor, p: number): Tensor {
  const pixels = images.dtype === 'u8';
  const [B, a, b, c] = images.shape as [number, number, number, number];
  const [H, W, C] = pixels ? [a, b, c] : [b, c, a];
  if (H % p !== 0 || W % p !== 0)
    throw new JepaError(
      'shape',
      `patch embedding: image ${H}x${W} must divide into patches of ${p}; resize the images or change patchSize`,
    );
  const [h, w] = [H / p, W / p];
  const grid = pixels
    ? transpose(reshape(images, [B, h, p, w, p * C]), [0, 1, 3, 2, 4])
    : transpose(reshape(images, [B, C, h, p, w, p]), [0, 2, 4, 3, 5, 1]);
  return cast(reshape(grid, [B, h * w, p * p * C]), 'f32');
}

/**
 * A linear map of each patch, [B, N, D]; weight [D, C, p, p] as PyTorch's Conv2d. Images are f32 [B, C, H, W] already
 * normalised, or u8 [B, H, W, C] pixels: their normalisation is folded into the weights, which costs nothing.
 */
export function patchEmbedding(
  channels: number,
  p: number,
  dim: number,
  normalisation: PixelNormalisation,
): Module<(images: Tensor) => Tensor> {
  const children = { weight: param([dim, channels, p, p], init.weightInit), bias: param([dim], zero) };
  return module(children, ({ weight, bias }) => (images: Tensor) => {
    const byPixel = transpose(weight, [0, 2, 3, 1]);
    if (images.dtype === 'f32') return linearOp(patches(images, p), reshape(byPixel, [dim, -1]), bias);
    const perChannel = (f: (mean: number, std: number) => number): Tensor =>
      constant(
        Float32Array.from(normalisation.mean, (m, i) => f(m, normalisation.std[i]!)),
        [channels],
        'f32',
      );
    const scaled = mul(
      byPixel,
      perChannel((_m, s) => 1 / (255 * s)),
    );
    const offset = reduceSum(
      mul(
        byPixel,
        perChannel((m, s) => m / s),
      ),
      { axes: [1, 2, 3] },
    );
    return linearOp(patches(images, p), reshape(scaled, [dim, -1]), sub(bias, offset));
  });
}

/** One pre-norm block under HuggingFace names. With `queries`, only that many leading tokens are computed: [B, queries, D]. */
function vitLayer({
  dim,
  heads,
  mlpDim,
  layerNormEpsilon = 1e-12,
}: VitConfig): Module<(x: Tensor, queries?: number) => Tensor> {
  const children = {
    layernorm_before: layerNorm(dim, layerNormEpsilon),
    'attention.attention.query': linear(dim, dim, init),
    'attention.attention.key': linear(dim, dim, init),
    'attention.attention.value': linear(dim, dim, init),
    'attention.output.dense': linear(dim, dim, init),
    layernorm_after: layerNorm(dim, layerNormEpsilon),
    'intermediate.dense': linear(dim, mlpDim, init),
    'output.dense': linear(mlpDim, dim, init),
  };
  return module(children, (p) => (x: Tensor, queries = x.shape[1]!) => {
    const h = p.layernorm_before(x);
    const first = (t: Tensor): Tensor => slice(t, 1, 0, queries);
    const mixed = attend(
      p['attention.attention.query'](first(h)),
      p['attention.attention.key'](h),
      p['attention.attention.value'](h),
      { heads },
    );
    const y = add(first(x), p['attention.output.dense'](mixed));
    return add(y, p['output.dense'](gelu(p['intermediate.dense'](p.layernorm_after(y)))));
  });
}

/** What a bound vision transformer offers. */
export interface Vit {
  /** All tokens after the final layer norm, [B, 1 + N, D], CLS first. */
  tokens(images: Tensor): Tensor;
  /** The CLS token, [B, D]. */
  cls(images: Tensor): Tensor;
  /** The mean of the patch tokens, [B, D]. */
  pooled(images: Tensor): Tensor;
}

/** A vision transformer with CLS token, learned positions and pre-norm blocks. */
export function vit(config: VitConfig, normalisation: PixelNormalisation = IMAGENET): Module<Vit> {
  const {
    imageSize,
    patchSize,
    dim,
    depth,
    layerNormEpsilon = 1e-12,
    positions = 'random',
    positionStd = 0.02,
  } = config;
  if (imageSize % patchSize !== 0) {
    throw new JepaError('usage', `vit: imageSize ${imageSize} must be a multiple of patchSize ${patchSize}`);
  }
  const count = (imageSize / patchSize) ** 2;
  const children = {
    'embeddings.cls_token': param([1, 1, dim], init.weightInit),
    'embeddings.position_embeddings': param(
      [1, count + 1, dim],
      positions === 'random'
        ? truncatedNormalInit(positionStd)
        : smoothPositionsInit(imageSize / patchSize, positionStd),
    ),
    'embeddings.patch_embeddings.projection': patchEmbedding(3, patchSize, dim, normalisation),
    'encoder.layer': Array.from({ length: depth }, () => vitLayer(config)),
    layernorm: layerNorm(dim, layerNormEpsilon),
  };
  return module(children, (p) => {
    const encode = (images: Tensor, queries?: number): Tensor => {
      const embedded = p['embeddings.patch_embeddings.projection'](images);
      const cls = broadcastTo(p['embeddings.cls_token'], [embedded.shape[0]!, 1, dim]);
      let x = add(concat([cls, embedded], 1), p['embeddings.position_embeddings']);
      for (const [i, layer] of p['encoder.layer'].entries()) x = i === depth - 1 ? layer(x, queries) : layer(x);
      return p.layernorm(x);
    };
    // The last block need compute only the token that is used: the others serve as its keys and values.
    return {
      tokens: (images) => encode(images),
      cls: (images) => at(encode(images, 1), 1, 0),
      pooled: (images) => reduceMean(slice(encode(images), 1, 1), { axes: 1 }),
    };
  });
}
