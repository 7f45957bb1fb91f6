// PLDM (Sobal et al. 2025, arXiv 2502.14819) on the network of LeWorldModel, as galilai-group/stable-worldmodel compares the
// two (wm/pldm, scripts/train/pldm.py): the same encoder, predictor and projectors, and an inverse model that is read in
// training only. What differs from LeWorldModel is the loss.

import type { Module, PixelNormalisation } from '../../nn/index.ts';
import type { PlanCost } from '../../plan/index.ts';
import type { PldmWeights } from '../eb-jepa/method.ts';
import { type LeWmNetwork, leWm } from '../le-wm/le-wm.ts';
import { type InverseLeWm, withInverse } from '../le-wm/with-inverse.ts';

/** Size of a PLDM and its loss. */
export interface PldmConfig extends LeWmNetwork {
  /** Of the terms beside the prediction, whose weight is 1. A weight of 0 takes the term away. */
  readonly weights: PldmWeights;
  /** Width of the two hidden layers of the inverse model, 512 in the reference. */
  readonly inverseHidden: number;
  /** Of u8 pixels; default ImageNet's. */
  readonly normalisation?: PixelNormalisation;
  /** How plans are scored: PLDM `all`, stable-worldmodel `last`, the default. */
  readonly cost?: PlanCost;
}

/** The weights of stable-worldmodel. The covariance over time has weight 0 there and is left out here. */
export const PLDM_LE_WM_WEIGHTS: PldmWeights = {
  variance: 18,
  covariance: 12,
  varianceOverTime: 0.7,
  similarity: 0.2,
  inverse: 0,
};

/** Defines a PLDM. Parameters are called as LeWorldModel's, those of the inverse model `idm.*`. */
export function pldm(config: PldmConfig): Module<InverseLeWm> {
  const network = leWm(config, config.normalisation);
  return config.weights.inverse === 0 ? network : withInverse(network, config, { hidden: config.inverseHidden });
}
