export { type AttentionOptions, attend, causalMask } from './attention.ts';
export { type ConditionalConfig, type ConditionalTransformer, conditionalTransformer } from './conditional.ts';
export { dropout } from './dropout.ts';
export { type Gru, gru } from './gru.ts';
export { filled, type Initialiser, normalInit, one, truncatedNormalInit, uniformFanIn, zero } from './init.ts';
export { embedding, type LinearOptions, linear, pointwiseConv1d } from './linear.ts';
export { mlp, projector } from './mlp.ts';
export {
  type Binding,
  type Bound,
  type BufferCell,
  type BufferSpec,
  bind,
  blankValues,
  buffer,
  initialise,
  type ModelValues,
  type Module,
  module,
  type NamedSpec,
  type ParameterSpec,
  param,
  parameterCount,
  specsOf,
  type Trace,
} from './module.ts';
export { type BatchNormOptions, batchNorm1d, batchNorm2d, layerNorm, plainLayerNorm } from './norm.ts';
export { IMAGENET, type PixelNormalisation, patchEmbedding, patches, type Vit, type VitConfig, vit } from './vit.ts';
export {
  copyTensors,
  loadWeights,
  type NamedView,
  namedViews,
  type StoredTensor,
  type TensorOrigin,
} from './weights.ts';
