export { dinoCosine } from './dino.ts';
export { ebImageWarmupCosine, ebWarmupCosine } from './eb-jepa.ts';
export { type IjepaWarmupCosineOptions, ijepaCosineWeightDecay, ijepaWarmupCosine, linearMomentum } from './ijepa.ts';
export { lejepaWarmupCosine } from './lejepa.ts';
export { constant, type Schedule } from './schedule.ts';
export { cosineMomentum, type WarmupCosineOptions, warmupCosine } from './stable-pretraining.ts';
export { type VicregLearningRateOptions, vicregLearningRate } from './vicreg.ts';
export { linearDecay, type WarmupStableDecayOptions, warmupStableDecay } from './vjepa2.ts';
