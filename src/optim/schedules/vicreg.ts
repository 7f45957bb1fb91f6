// The learning rate of VICReg and Barlow Twins: linear warm-up over ten epochs, then a half cosine to a thousandth of the
// peak. The peak is proportional to the batch: base rate x batch / 256.
// Source: facebookresearch/vicreg main_vicreg.py and facebookresearch/barlowtwins main.py (adjust_learning_rate).

import { checkSteps, halfCosine, type Schedule, straight } from './schedule.ts';

/** Options of `vicregLearningRate`. */
export interface VicregLearningRateOptions {
  /** Rate per 256 images: VICReg 0.2, Barlow Twins 0.2 for weights and 0.0048 for biases. */
  readonly baseLr: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Default 10. */
  readonly warmupEpochs?: number;
}

/** Learning rate of VICReg and of Barlow Twins' two parameter groups. Errors: `usage` unless epochs exceed the warm-up. */
export function vicregLearningRate(options: VicregLearningRateOptions): Schedule {
  const { baseLr, batchSize, epochs, stepsPerEpoch, warmupEpochs = 10 } = options;
  const warmupSteps = warmupEpochs * stepsPerEpoch;
  const totalSteps = epochs * stepsPerEpoch;
  checkSteps('vicregLearningRate', warmupSteps, totalSteps);
  const peak = (baseLr * batchSize) / 256;
  return (step) =>
    step < warmupSteps
      ? straight(0, peak, step / warmupSteps)
      : halfCosine(peak, peak * 0.001, (step - warmupSteps) / (totalSteps - warmupSteps));
}
