// The configurations of encoders and predictors as data that comes from outside.

import { depending, flag, group, listOf, oneOf, optional, pairOf, real, type Schema, whole } from '../core/index.ts';
import type { ConditionalConfig } from './conditional.ts';
import type { ImpalaConfig } from './impala.ts';
import { isVit, type PictureEncoderConfig } from './picture-encoder.ts';
import type { PixelNormalisation } from './pixels.ts';
import type { BlockBiases } from './transformer-block.ts';
import type { VitConfig } from './vit.ts';

/** Mean and deviation of each channel of pixels in [0, 1]. */
export const normalisationSchema: Schema<PixelNormalisation> = group<PixelNormalisation>({
  mean: listOf(real(), 1),
  std: listOf(real({ above: 0 }), 1),
});

const biasesSchema: Schema<BlockBiases> = group<BlockBiases>({
  query: optional(flag()),
  key: optional(flag()),
  value: optional(flag()),
  out: optional(flag()),
  mlp: optional(flag()),
});

/** A vision transformer. */
export const vitSchema: Schema<VitConfig> = group<VitConfig>({
  imageSize: whole(),
  patchSize: whole(),
  dim: whole(),
  depth: whole(),
  heads: whole(),
  mlpDim: whole(),
  names: optional(oneOf(['vit', 'dinov2', 'dinov3', 'meta'])),
  cls: optional(flag()),
  registers: optional(whole(0)),
  positions: optional(oneOf(['random', 'smooth', 'sincos', 'rotary'])),
  positionStd: optional(real({ least: 0 })),
  rotaryBase: optional(real({ above: 0 })),
  grid: optional(pairOf(whole())),
  dropPath: optional(real({ least: 0, below: 1 })),
  branchInit: optional(oneOf(['equal', 'rescaled'])),
  layerNormEpsilon: optional(real({ above: 0 })),
  mlp: optional(oneOf(['gelu', 'gated', 'swiglu'])),
  biases: optional(biasesSchema),
  layerScale: optional(real()),
});

/** An Impala network. */
export const impalaSchema: Schema<ImpalaConfig> = group<ImpalaConfig>({
  imageSize: whole(),
  channels: whole(1, 4),
  stacks: listOf(whole(), 1),
  blocks: whole(0),
  dim: whole(),
});

/** A vision transformer, or an Impala network, which has stacks. */
export const pictureEncoderSchema: Schema<PictureEncoderConfig> = depending<PictureEncoderConfig>((value) =>
  typeof value === 'object' && value !== null && !isVit(value as PictureEncoderConfig) ? impalaSchema : vitSchema,
);

/** A causal transformer in a network of known width. */
export const conditionalSchema: Schema<Omit<ConditionalConfig, 'dim'>> = group<Omit<ConditionalConfig, 'dim'>>({
  inputDim: optional(whole()),
  depth: whole(),
  heads: whole(),
  headDim: whole(),
  mlpDim: whole(),
  dropout: real({ least: 0, below: 1 }),
});
