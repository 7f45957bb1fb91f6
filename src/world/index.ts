export type { PatchGrid } from './dino-wm/decoder.ts';
export {
  DINO_WM_REFERENCE,
  type DinoWm,
  type DinoWmConfig,
  dinoWm,
  type Embedded,
  type FrameState,
} from './dino-wm/dino-wm.ts';
export { type FrameEncoder, pretrainedFeatures, putEncoder, storedFeatures } from './dino-wm/frame-encoder.ts';
export { type FrameGoalCost, frameGoalCost } from './dino-wm/goal-cost.ts';
export { dinoWmMethod, type FrameClips } from './dino-wm/method.ts';
export { type FramePredictor, type FramePredictorConfig, frameCausal } from './dino-wm/predictor.ts';
export {
  EB_JEPA_PIXELS,
  EB_JEPA_REFERENCE,
  type EbJepa,
  type EbJepaConfig,
  ebJepa,
  ebJepaTensors,
  trajectoryCost,
} from './eb-jepa/eb-jepa.ts';
export type { Impala, ImpalaConfig } from './eb-jepa/impala.ts';
export {
  EB_JEPA_WEIGHTS,
  type EbJepaWeights,
  ebJepaMethod,
  PLDM_WEIGHTS,
  type PldmWeights,
  pldmMethod,
  type UnrollOptions,
} from './eb-jepa/method.ts';
export { EB_JEPA_VIDEO, type EbJepaVideo, ebJepaVideo, type VideoConfig } from './eb-jepa/video.ts';
export { ebJepaVideoMethod, type VideoOptions } from './eb-jepa/video-method.ts';
export { goalCost, LE_WM_REFERENCE, type LeWm, type LeWmConfig, leWm } from './le-wm/le-wm.ts';
export { type Acting, type ClipOptions, leWmMethod } from './le-wm/method.ts';
