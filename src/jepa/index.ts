export { type CollapseCheck, checkCollapse, defineJepa } from './contract/define.ts';
export { type TracedJepa, traceJepa } from './contract/trace.ts';
export type * from './contract/types.ts';
export { type Embed, type ImageEncoder, resNetEncoder, vitEncoder } from './encoders/image-encoder.ts';
export {
  type BlockSize,
  type PatchBlock,
  patchesOf,
  patchesOutside,
  referenceBlockSize,
  referenceBlockSizes,
  type ScaleRange,
} from './masks/blocks.ts';
export { type BlockMasks, type MaskSampler, type MultiBlockConfig, multiBlock } from './masks/multi-block.ts';
export { type RandomMasks, randomMasks } from './masks/random.ts';
export * as methods from './methods/index.ts';
export { type BarlowTwins, type BarlowTwinsOptions, barlowTwins, crossCorrelation } from './objectives/barlow-twins.ts';
export { type Dino, type DinoOptions, dino, koLeo } from './objectives/dino.ts';
export { cosine, type Energy, l1, l2, normMse, smoothL1Energy } from './objectives/energies.ts';
export { type ContrastiveOptions, infoNce, ntXent } from './objectives/info-nce.ts';
export {
  LE_JEPA,
  type LeJepa,
  type LeJepaConfig,
  type LeJepaPreset,
  leJepa,
  leJepaPreset,
} from './objectives/le-jepa.ts';
export { type PixelTargetOptions, pixelTargets } from './objectives/pixel-targets.ts';
export { type PldmTerms, pldmTerms } from './objectives/pldm.ts';
export { rolloutError, type StepWeights, stepWeights } from './objectives/rollout.ts';
export {
  type EppsPulleyOptions,
  eppsPulley,
  eppsPulleyGrid,
  type SigReg,
  type SigRegOptions,
  sigreg,
  sigregDirections,
  unitColumns,
} from './objectives/sigreg.ts';
export { type StateTerms, type StateTermsOptions, stateTerms } from './objectives/state-terms.ts';
export { temporalCurvature, temporalSimilarity, temporalStraightening } from './objectives/temporal.ts';
export {
  type CovarianceScale,
  covariancePenalty,
  type VarianceOptions,
  type VicRegOptions,
  type VicRegTerms,
  varianceHinge,
  vicregTerms,
} from './objectives/vicreg.ts';
export {
  type InverseDynamics,
  type InverseDynamicsConfig,
  type InverseOf,
  inverseDynamics,
} from './predictors/inverse-dynamics.ts';
export { forEachContext, type NarrowVit, type NarrowVitConfig, narrowVit } from './predictors/narrow-vit.ts';
