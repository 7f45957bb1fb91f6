export { alphaReq } from './collapse/alpha-req.ts';
export {
  type DimensionDeviation,
  dimensionDeviation,
  pooled,
  pooledDeviation,
  positionOnlyShare,
  type Tokens,
  tokenDeviation,
} from './collapse/deviation.ts';
export {
  type Alarm,
  type AlarmCode,
  type Health,
  type HealthLimits,
  type HealthMonitor,
  healthMonitor,
} from './collapse/health.ts';
export { type EmbeddingInstruments, embeddingInstruments, type InstrumentOptions } from './collapse/instruments.ts';
export { type Lidar, lidar } from './collapse/lidar.ts';
export { latentAutocorrelation, noiseShare } from './collapse/noise.ts';
export { type HealthMemory, type OnlineHealth, type OnlineHealthOptions, onlineHealth } from './collapse/online.ts';
export { type PairSimilarity, pairSimilarity } from './collapse/pairs.ts';
export { copyLastRatio, fractionUnexplained, meanSquaredDifference } from './collapse/predictor.ts';
export { type HealthInput, type HealthReading, readHealth } from './collapse/reading.ts';
export {
  type EppsPulleyGrid,
  eppsPulleyLines,
  eppsPulleyStatistic,
  SIGREG_COLLAPSED_PER_SAMPLE,
  SIGREG_DIVERGED_PER_SAMPLE,
  SIGREG_GAUSSIAN,
  sigregStatistic,
} from './collapse/sigreg-statistic.ts';
export { alignment, mismatchedPairSimilarity, uniformity } from './collapse/similarity.ts';
export { covarianceEigenvalues, effectiveRank, participationRatio, rankMe } from './collapse/spectrum.ts';
export { type AttentiveProbe, type AttentiveProbeSettings, attentiveProbe } from './features/attentive.ts';
export { type AttentiveGrid, type SelectedAttentiveProbe, selectAttentiveProbe } from './features/attentive-grid.ts';
export {
  evaluateFeatures,
  type FeatureEvaluation,
  type FeatureScores,
  type ProbeAccuracy,
  standardEvaluation,
} from './features/evaluate.ts';
export { type LinearProbeSettings, linearProbe, linearProbeSettings, type TrainedLinear } from './features/linear.ts';
export { type LowShotOptions, lowShotClassifier, lowShotRows, type Shots } from './features/low-shot.ts';
export { type Neighbours, nearestByCosine } from './features/nearest.ts';
export { type RidgeClassifierOptions, ridgeClassifier } from './features/ridge.ts';
export type { FeatureSplit, FrozenFeatures } from './features/split.ts';
export { knnVotes } from './features/vote.ts';
export { type NeighbourRow, neighbourPanel } from './images/neighbours.ts';
export { fitTokenPca, patchAt, patchSimilarity, pcaImage, type TokenPca } from './images/patch-maps.ts';
export { type PrincipalComponents, principalComponents } from './matrix/components.ts';
export { singularValues } from './matrix/eigen.ts';
export { columnMeans, columnVariances, type Matrix, matrix, type Numbers } from './matrix/matrix.ts';
export { accuracy, type KnnDistance, type KnnIndex, knnByCosine, knnByDistance } from './probes/knn.ts';
export { type MlpProbeOptions, mlpProbe } from './probes/mlp.ts';
export { type LinearModel, predictLinear, ridge, ridgeProbe } from './probes/ridge.ts';
export { type Probe, type ProbeScore, scorePredictions, scoreProbe } from './probes/score.ts';
export {
  type CrossEntropy,
  linearClassifier,
  logisticRegression,
  meanCrossEntropy,
} from './probes/softmax.ts';
export type { Standardiser } from './probes/standardise.ts';
export { rocAuc } from './statistics/auc.ts';
export { mcnemarExact, type PairedOutcomes, pairedOutcomes } from './statistics/mcnemar.ts';
export { spearman, spearmanInterval } from './statistics/spearman.ts';
export { pairedTTest, type TTest } from './statistics/t-test.ts';
export { wilsonInterval } from './statistics/wilson.ts';
export {
  compareSurprise,
  type SurpriseCurves,
  type SurpriseReport,
  surpriseCurves,
  surpriseScores,
} from './surprise.ts';
