export { rocAuc } from './auc.ts';
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
export { type OnlineHealth, type OnlineHealthOptions, onlineHealth } from './collapse/online.ts';
export { type PairSimilarity, pairSimilarity } from './collapse/pairs.ts';
export { copyLastRatio, fractionUnexplained, meanSquaredDifference } from './collapse/predictor.ts';
export { type HealthInput, type HealthReading, readHealth } from './collapse/reading.ts';
export {
  type EppsPulleyOptions,
  eppsPulley,
  eppsPulleyLines,
  SIGREG_COLLAPSED_PER_SAMPLE,
  SIGREG_DIVERGED_PER_SAMPLE,
  SIGREG_GAUSSIAN,
  sigregAlong,
  sigregStatistic,
} from './collapse/sigreg-statistic.ts';
export { alignment, mismatchedPairSimilarity, uniformity } from './collapse/similarity.ts';
export { covarianceEigenvalues, effectiveRank, participationRatio, rankMe } from './collapse/spectrum.ts';
export * from './control/index.ts';
export * from './features/index.ts';
export * from './images/index.ts';
export { type PrincipalComponents, principalComponents } from './matrix/components.ts';
export { singularValues, symmetricEigenvalues } from './matrix/eigen.ts';
export { type Matrix, matrix, type Numbers } from './matrix/matrix.ts';
export type { ParityCase, ParityTensor } from './parity/case.ts';
export type { ParityClaim, ParityResult, ProducedTensor } from './parity/claim.ts';
export { type Comparison, compareCase } from './parity/compare.ts';
export { allAgree, type CaseReport, runParity } from './parity/run.ts';
export { accuracy, type KnnDistance, type KnnIndex, knnByCosine, knnByDistance } from './probes/knn.ts';
export { type MlpProbeOptions, mlpProbe } from './probes/mlp.ts';
export { type LinearModel, predictLinear, ridge, ridgeProbe } from './probes/ridge.ts';
export { type Probe, type ProbeScore, scorePredictions, scoreProbe } from './probes/score.ts';
export {
  type CrossEntropy,
  crossEntropy,
  linearClassifier,
  logisticRegression,
  softmaxRows,
} from './probes/softmax.ts';
export type { Standardiser } from './probes/standardise.ts';
export * from './report/index.ts';
export { averageRanks, spearman, spearmanInterval } from './spearman.ts';
export {
  compareSurprise,
  type SurpriseCurves,
  type SurpriseReport,
  surpriseCurves,
  surpriseScores,
} from './surprise.ts';
export { pairedTTest, type TTest } from './t-test.ts';
export * from './world-model/index.ts';
