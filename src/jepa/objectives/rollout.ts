// The error of predictions that were made from predictions. Sources: RC-aux, arXiv 2605.07278 (Guang000/RC-aux @ecb4496: steps
// weighted linearly); JEPA-WMs, arXiv 2512.24497 (two steps, targets without gradient).
// Legend: B clips, h predicted steps, D dimensions.

import {
  constant,
  mul,
  reduceMean,
  reduceSum,
  sameShape,
  shapeError,
  square,
  sub,
  type Tensor,
} from '../../tensor/index.ts';

/** How much each step counts: all the same, or step j (from 1) j times as much as the first. Weights sum to 1. */
export type StepWeights = 'uniform' | 'linear';

/** The weights of h steps, in order. */
export function stepWeights(h: number, weights: StepWeights): Float64Array {
  const raw = Float64Array.from({ length: h }, (_, j) => (weights === 'linear' ? j + 1 : 1));
  const total = raw.reduce((a, b) => a + b, 0);
  return raw.map((w) => w / total);
}

/**
 * The weighted sum over steps of the mean squared error: sum_j w_j mean (predicted_j - target_j)^2.
 *
 * @param predicted [B, h, D], each made from those before
 * @param target [B, h, D]
 * @throws JepaError 'shape' when the two differ in shape, or are not of rank 3
 */
export function rolloutError(predicted: Tensor, target: Tensor, weights: StepWeights = 'uniform'): Tensor {
  if (predicted.shape.length !== 3 || !sameShape(predicted.shape, target.shape))
    throw shapeError('rolloutError', [predicted, target], 'needs predictions and targets [B, h, D]');
  const h = predicted.shape[1]!;
  const perStep = reduceMean(square(sub(predicted, target)), { axes: [0, 2] });
  return reduceSum(mul(perStep, constant(Float32Array.from(stepWeights(h, weights)), [h], 'f32')));
}
