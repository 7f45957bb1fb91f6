// What may be asked of a trajectory of embeddings: that it changes slowly, and that it runs straight.
// Sources: facebookresearch/eb_jepa, losses.py (`TemporalSimilarityLoss`); PLDM, arXiv 2502.14819; temporal straightening,
// arXiv 2603.12231, as in stable-worldmodel, wm/loss.py (`TemporalStraighteningLoss`), and as in its authors' code,
// agentic-learning-ai-lab/temporal-straightening.
// Legend: B clips, T time steps, D dimensions.

import {
  cast,
  div,
  dot,
  greater,
  l2Normalise,
  maximum,
  mul,
  neg,
  reduceMean,
  reduceSum,
  reshape,
  shapeError,
  slice,
  sort,
  square,
  stopGradient,
  sub,
  type Tensor,
} from '../../tensor/index.ts';

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

/**
 * Curvature: the mean of 1 - cos(v_t, v_{t+1}) over successive velocities v_t = z_{t+1} - z_t that are both longer than
 * `least`. Pairs with a shorter one do not count; 0 when none does. 0 on straight lines, 2 on a trajectory that turns back at
 * every step. It is 1 + `temporalStraightening` where everything moves.
 *
 * @param z [B, T, ..., D]; every place between T and D is a trajectory of its own
 * @param of what `least` counts: a length, or the batch's median length of a velocity, which tells standing still from moving
 * whatever the scale of z; no gradient passes through the median
 * @throws JepaError 'shape' when there are fewer than 3 steps
 */
export function temporalCurvature(z: Tensor, least = 1e-6, of: 'absolute' | 'median' = 'absolute'): Tensor {
  const v = velocity('temporalCurvature', z, 3);
  const last = v.shape[1]! - 1;
  const [before, after] = [slice(v, 1, 0, last), slice(v, 1, 1)];
  const shortest = of === 'absolute' ? least ** 2 : mul(medianSquare(v), least ** 2);
  const moves = (x: Tensor): Tensor => cast(greater(reduceSum(square(x), { axes: -1 }), shortest), 'f32');
  const counts = mul(moves(before), moves(after));
  const epsilon = of === 'absolute' ? least : 1e-8;
  const bent = sub(1, dot(l2Normalise(before, -1, epsilon), l2Normalise(after, -1, epsilon)));
  return div(reduceSum(mul(bent, counts)), maximum(reduceSum(counts), 1));
}

/** The (lower) median of the squared lengths of vectors [..., D], a scalar without gradient. */
function medianSquare(v: Tensor): Tensor {
  const squares = reshape(reduceSum(square(stopGradient(v)), { axes: -1 }), [-1]);
  const n = squares.shape[0]!;
  return reshape(slice(sort(squares).values, 0, Math.floor((n - 1) / 2), Math.floor((n - 1) / 2) + 1), []);
}
