// Energies: how far a prediction is from its target, one number per slot (a patch, a time step, a whole view).
// Legend: B samples, K slots, D dimensions.

import { JepaError } from '../../core/index.ts';
import { abs, dot, l2Normalise, mul, reduceMean, smoothL1, square, sub, type Tensor } from '../../tensor/index.ts';

/** A named distance between predictions and targets. */
export interface Energy {
  readonly name: string;
  /** Predictions and targets [B, K, D] to numbers [B, K], at least 0; other leading axes are kept likewise. */
  perSlot(prediction: Tensor, target: Tensor): Tensor;
}

function meanOver(name: string, distance: (a: Tensor, b: Tensor) => Tensor): Energy {
  return { name, perSlot: (prediction, target) => reduceMean(distance(prediction, target), { axes: -1 }) };
}

/** Mean absolute difference (V-JEPA). */
export const l1: Energy = meanOver('l1', (a, b) => abs(sub(a, b)));

/** Mean squared difference. */
export const l2: Energy = meanOver('l2', (a, b) => square(sub(a, b)));

/** Mean smooth L1, d^2 / (2 beta) below beta and |d| - beta / 2 above (I-JEPA with beta 1). */
export function smoothL1Energy(beta = 1): Energy {
  if (!(beta >= 0)) throw new JepaError('usage', `smoothL1: beta must be at least 0, got ${beta}`);
  return meanOver(`smooth-l1(${beta})`, (a, b) => smoothL1(a, b, beta));
}

/** 1 - cosine similarity: blind to length, 0 for one direction, 2 for opposite ones. */
export const cosine: Energy = {
  name: 'cosine',
  perSlot: (prediction, target) => sub(1, dot(l2Normalise(prediction), l2Normalise(target))),
};

/** Squared distance of the unit vectors, 2 - 2 cosine similarity (BYOL). */
export const normMse: Energy = {
  name: 'norm-mse',
  perSlot: (prediction, target) => mul(cosine.perSlot(prediction, target), 2),
};
