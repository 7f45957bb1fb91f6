// What may be asked of a trajectory of embeddings: that it changes slowly, and that it runs straight.
// Sources: facebookresearch/eb_jepa, losses.py (`TemporalSimilarityLoss`); PLDM, arXiv 2502.14819; temporal straightening,
// arXiv 2603.12231, as in stable-worldmodel, wm/loss.py (`TemporalStraighteningLoss`).
// Legend: B clips, T time steps, D dimensions.

import { dot, l2Normalise, neg, reduceMean, shapeError, slice, square, sub, type Tensor } from '../../tensor/index.ts';

/** z_{t+1} - z_t, [B, T - 1, ...]. */
function velocity(name: string, z: Tensor, steps: number): Tensor {
  const T = z.shape[1] ?? 0;
  if (z.shape.length < 3 || T < steps) throw shapeError(name, [z], `needs [B, T, ..., D] with at least ${steps} steps`);
  return sub(slice(z, 1, 1), slice(z, 1, 0, T - 1));
}

/**
 * The mean of (z_{t+1} - z_t)^2. Alone it collapses everything; beside the variance it asks that what changes from step to
 * step be small against what differs between clips.
 *
 * @param z [B, T, ..., D]
 * @throws JepaError 'shape' when there are fewer than 2 steps
 */
export function temporalSimilarity(z: Tensor): Tensor {
  return reduceMean(square(velocity('temporalSimilarity', z, 2)));
}

/**
 * Minus the mean cosine between successive velocities z_{t+1} - z_t: -1 on straight lines, 1 on a trajectory that turns
 * back at every step.
 *
 * @param z [B, T, D]
 * @throws JepaError 'shape' when there are fewer than 3 steps
 */
export function temporalStraightening(z: Tensor): Tensor {
  const v = l2Normalise(velocity('temporalStraightening', z, 3), -1, 1e-8);
  const last = v.shape[1]! - 1;
  return neg(reduceMean(dot(slice(v, 1, 0, last), slice(v, 1, 1))));
}
