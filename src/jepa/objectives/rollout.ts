// What several steps of open-loop prediction cost, later steps counting more or alike.
// Legend: B clips, h predicted steps, D width.
// Source: Guang000/RC-aux @ecb4496 rcaux.py, `open_loop_prediction_loss`.

import {
  constant,
  mul,
  reduceMean,
  reduceSum,
  sameShape,
  shapeError,
  square,
  stopGradient,
  sub,
  type Tensor,
} from '../../tensor/index.ts';

/** Weights of steps 1..h before they are made to add up to 1: all 1, k, or k^power. */
export type StepWeighting = 'uniform' | 'linear' | { readonly power: number };

/** Weights of h steps, which add up to 1. */
export function stepWeights(h: number, weighting: StepWeighting): number[] {
  const power = weighting === 'uniform' ? 0 : weighting === 'linear' ? 1 : weighting.power;
  const raw = Array.from({ length: h }, (_, k) => (k + 1) ** power);
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((w) => w / sum);
}

/** Options of `rolloutLoss`. */
export interface RolloutOptions {
  /** @default 'linear' */
  readonly weighting?: StepWeighting;
  /** Whether targets are held still; RC-aux lets the gradient into them, TD-JEPA and JEPA-WMs do not. @default false */
  readonly detach?: boolean;
}

/**
 * The weighted sum over steps of the mean square of prediction less target, [B, h, D] each; `steps` [h] are those means.
 *
 * @throws JepaError `shape` when predictions and targets differ in shape
 */
export function rolloutLoss(
  predicted: Tensor,
  target: Tensor,
  { weighting = 'linear', detach = false }: RolloutOptions = {},
): { readonly value: Tensor; readonly steps: Tensor } {
  if (predicted.shape.length !== 3 || !sameShape(predicted.shape, target.shape))
    throw shapeError('rolloutLoss', [predicted, target], 'needs predictions and targets [B, h, D] of one shape');
  const h = predicted.shape[1]!;
  const steps = reduceMean(square(sub(predicted, detach ? stopGradient(target) : target)), { axes: [0, 2] });
  const weights = constant(Float32Array.from(stepWeights(h, weighting)), [h], 'f32');
  return { value: reduceSum(mul(steps, weights)), steps };
}
