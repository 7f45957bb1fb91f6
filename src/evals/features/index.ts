export { type AttentiveProbe, type AttentiveProbeSettings, attentiveProbe } from './attentive.ts';
export { type AttentiveGrid, type SelectedAttentiveProbe, selectAttentiveProbe } from './attentive-grid.ts';
export {
  evaluateFeatures,
  type FeatureEvaluation,
  type FeatureScores,
  type ProbeAccuracy,
  standardEvaluation,
} from './evaluate.ts';
export { type LinearProbeSettings, linearProbe, linearProbeSettings, type TrainedLinear } from './linear.ts';
export { type LowShotOptions, lowShotClassifier, lowShotRows, type Shots } from './low-shot.ts';
export { type Neighbours, nearestByCosine } from './nearest.ts';
export { type RidgeClassifierOptions, ridgeClassifier } from './ridge.ts';
export { checkFeatures, type FeatureSplit, type FrozenFeatures } from './split.ts';
export { knnVotes } from './vote.ts';
