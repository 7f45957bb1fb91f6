export { type AttentionOptions, attend, causalMask } from './attention.ts';
export { type ConditionalConfig, type ConditionalTransformer, conditionalTransformer } from './conditional.ts';
export { convolution, doubling, type ImageMap } from './convolution.ts';
export { dropout, dropPath } from './dropout.ts';
export { type Gru, gru } from './gru.ts';
export { type Impala, type ImpalaConfig, impala } from './impala.ts';
export { filled, type Initialiser, normalInit, one, truncatedNormalInit, uniformFanIn, zero } from './init.ts';
export { embedding, type LinearOptions, linear, pointwiseConv1d } from './linear.ts';
export { type ExpanderOptions, expander, mlp, projector } from './mlp.ts';
export {
  type Binding,
  type Bound,
  type BufferCell,
  type BufferSpec,
  bind,
  blankValues,
  buffer,
  frozen,
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
export { patchEmbedding, patches } from './patch-embedding.ts';
export {
  embedPictures,
  isVit,
  type PictureEncoder,
  type PictureEncoderConfig,
  pictureEncoder,
} from './picture-encoder.ts';
export { IMAGENET, normalisePlanes, type PixelNormalisation, pixelPlanes } from './pixels.ts';
export { type Grid, type Rotation, rotaryAngles, rotate, sinCosPositions } from './positions.ts';
export { bicubicMatrix } from './pretrained/bicubic.ts';
export {
  type PretrainedEncoder,
  type PretrainedModule,
  type PretrainedOptions,
  type PretrainedTokens,
  pretrained,
} from './pretrained/encoder.ts';
export type { HfConfig, PretrainedFamily } from './pretrained/family.ts';
export { encoderTensors, loadPretrained } from './pretrained/load.ts';
export { RESNET18, type ResNet, type ResNetConfig, resNet } from './resnet.ts';
export { conditionalSchema, impalaSchema, normalisationSchema, pictureEncoderSchema, vitSchema } from './schemas.ts';
export {
  type Block,
  type BlockBiases,
  type BlockCall,
  type BlockConfig,
  transformerBlock,
} from './transformer-block.ts';
export { type EncodeOptions, VIT_SIZES, type Vit, type VitConfig, type VitSize, vit } from './vit.ts';
export { type BlockNames, VIT_NAMES, type VitNames, type VitNaming } from './vit-names.ts';
export {
  copyTensors,
  loadWeights,
  type NamedView,
  namedViews,
  type StoredTensor,
  type TensorOrigin,
} from './weights.ts';
