// Paths that were taken before paths that were not: the preferences of Traj-LeWM (arXiv 2608.14125).
// Legend: N pairs of paths, scores [N], lower is better.

import { JepaError } from '../../core/index.ts';
import { mul, reduceMean, softplus, sub, type Tensor } from '../../tensor/index.ts';

/**
 * Mean of log(1 + exp(-(S(other) - S(taken)) / beta)): ln 2 while paths score alike, 0 once those taken score lower by many beta.
 * The others are paths with the goal of another clip, with noise on the inner rows, or that a planner found and that failed.
 *
 * @throws JepaError `usage` for a beta that is not above 0
 */
export function pathPreference(taken: Tensor, other: Tensor, beta = 0.1): Tensor {
  if (!(beta > 0)) throw new JepaError('usage', `pathPreference: beta must be above 0, got ${beta}`, { beta });
  return reduceMean(softplus(mul(sub(taken, other), 1 / beta)));
}
