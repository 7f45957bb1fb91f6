export type { CostConfig, CostKind, CostPartConfig, DistanceConfig, DistanceConfigs } from './costs/config.ts';
export { costOf, headOf, isDistance } from './costs/cost-of.ts';
export { costValues } from './costs/cost-values.ts';
export { type DistanceMethodOptions, distanceHeadMethod } from './costs/distance-method.ts';
export { type PathMethodOptions, pathHeadMethod } from './costs/path-method.ts';
export { type ReachabilityMethodOptions, reachabilityHeadMethod } from './costs/reachability-method.ts';
export { costKinds, costSchema, reduceSchema } from './costs/schema.ts';
export { putStatistics } from './costs/statistics.ts';
export type { PatchGrid } from './dino-wm/decoder.ts';
export {
  DINO_WM_REFERENCE,
  type DinoWm,
  type DinoWmConfig,
  dinoWm,
  type Embedded,
  type FrameState,
} from './dino-wm/dino-wm.ts';
export { type DinoWmSight, dinoWmDynamics } from './dino-wm/dynamics.ts';
export {
  type FrameEncoder,
  pretrainedFeatures,
  putEncoder,
  storedFeatures,
  vitFeatures,
} from './dino-wm/frame-encoder.ts';
export { type FrameGoalCost, frameGoalCost } from './dino-wm/goal-cost.ts';
export { type DinoWmWorld, encoderOf } from './dino-wm/kind.ts';
export { dinoWmMethod, type FrameClips } from './dino-wm/method.ts';
export { type FramePredictor, type FramePredictorConfig, frameCausal } from './dino-wm/predictor.ts';
export {
  type BoundDynamics,
  type Dynamics,
  type DynamicsGraphs,
  type DynamicsSizes,
  defineDynamics,
} from './dynamics.ts';
export { ebJepaDynamics } from './eb-jepa/dynamics.ts';
export {
  EB_JEPA_PIXELS,
  EB_JEPA_REFERENCE,
  type EbJepa,
  type EbJepaConfig,
  ebJepa,
  ebJepaTensors,
} from './eb-jepa/eb-jepa.ts';
export type { EbJepaWorld } from './eb-jepa/kind.ts';
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
export {
  type BoundGoalPolicy,
  defineGoalPolicy,
  type GoalPolicy,
  type GoalPolicySizes,
} from './goal-policy.ts';
export { hierarchyDynamics, type MacroCost } from './hierarchy/dynamics.ts';
export { type Hierarchy, type HierarchyConfig, hierarchy } from './hierarchy/hierarchy.ts';
export { hierarchyMethod, type WaypointSizes } from './hierarchy/method.ts';
export {
  type AnyWorldKind,
  type Clips,
  type ColumnStatistics,
  defineWorldKind,
  type TrainedEncoder,
  type WorldConfig,
  type WorldForm,
  type WorldKind,
} from './kind.ts';
export { dynamicsOf, registerWorldKind, worldKindNamed, worldKinds, worldOf, worldSchema } from './kinds.ts';
export type { Acting } from './le-wm/acting.ts';
export { leWmDynamics } from './le-wm/dynamics.ts';
export {
  type FeelingNetwork,
  LE_WM_REFERENCE,
  type LeWm,
  type LeWmConfig,
  type LeWmNetwork,
  leWm,
} from './le-wm/le-wm.ts';
export { type ClipOptions, type ClipSize, leWmMethod, leWmModule } from './le-wm/method.ts';
export type {
  InverseTermOptions,
  ProprioOptions,
  ReachabilityTermOptions,
  RolloutTermOptions,
  StraighteningTermOptions,
} from './le-wm/options.ts';
export type { ReachingLeWm } from './le-wm/reachability.ts';
export type { InverseLeWm } from './le-wm/with-inverse.ts';
export type { PictureDecoderConfig } from './pixels/decoder.ts';
export { pixelWorldMethod } from './pixels/method.ts';
export { type PixelWorld, type PixelWorldConfig, pixelWorld } from './pixels/pixel-world.ts';
export { pldmClipMethod } from './pldm/method.ts';
export { PLDM_LE_WM_WEIGHTS, type PldmConfig, pldm } from './pldm/pldm.ts';
export { type Gcbc, type GcbcConfig, gcbc, gcbcMethod, type Unconditioned } from './policies/gcbc.ts';
export {
  type InverseHead,
  type InverseHeadConfig,
  inverseHead,
  inverseHeadMethod,
  inversePolicy,
  inversePolicyValues,
  latentInverse,
} from './policies/inverse.ts';
export { goalPolicyOf, type PolicyConfig, type PolicyConfigs, type PolicyKind, policyKinds } from './policies/kinds.ts';
export {
  checkLatentPolicy,
  type LatentPolicy,
  type LatentPolicyGraph,
  type PolicyHorizon,
} from './policies/latent-policy.ts';
export {
  imageSizeOf,
  inputName,
  isPicture,
  MAIN_CAMERA,
  type Observation,
  observationInputs,
  type Sense,
  type Senses,
  STATE,
  seen,
  seenFrames,
  seenStates,
  sensesOf,
  stateDimOf,
} from './senses.ts';
export type { ReadNumbers } from './standardise.ts';
export type { BodyFrame } from './state/body-frame.ts';
export { stateWorldMethod } from './state/method.ts';
export {
  type StateWorld,
  type StateWorldConfig,
  stateWorld,
} from './state/state-world.ts';
