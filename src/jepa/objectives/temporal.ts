// What may be asked of a trajectory of embeddings: that it changes slowly, and that it runs straight.
// Sources: facebookresearch/eb_jepa, losses.py (`TemporalSimilarityLoss`); PLDM, arXiv 2502.14819; temporal straightening,
// arXiv 2603.12231, as in stable-worldmodel, wm/loss.py (`TemporalStraighteningLoss`), and as in its authors' code,
// agentic-learning-ai-lab/temporal-straightening.
// Legend: B clips, T time steps, D dimensions.

import { JepaError } from '../../core/index.ts';
import {
  at,
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
  scalar,
  shapeError,
  sizeOf,
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

/** Which velocities count: those longer than a length, or than a share of the median length in the batch. */
export type LeastStep = number | { readonly shareOfMedian: number };

/** The square of the least length, from squared lengths. */
function leastSquare(squares: Tensor, least: LeastStep): Tensor {
  if (typeof least === 'number') return scalar(least ** 2);
  const { shareOfMedian } = least;
  if (!(shareOfMedian > 0))
    throw new JepaError('usage', `temporalCurvature: shareOfMedian must be above 0, got ${shareOfMedian}`);
  const n = sizeOf(squares.shape);
  const sorted = sort(reshape(stopGradient(squares), [n])).values;
  return maximum(mul(at(sorted, 0, Math.floor((n - 1) / 2)), shareOfMedian ** 2), LEAST_LENGTH ** 2);
}

/** The reference's least length. */
const LEAST_LENGTH = 1e-6;

/**
 * Curvature: the mean of 1 - cos(v_t, v_{t+1}) over successive velocities v_t = z_{t+1} - z_t that are both longer than
 * `least`. Pairs with a shorter one do not count; 0 when none does. 0 on straight lines, 2 on a trajectory that turns back at
 * every step. It is 1 + `temporalStraightening` where everything moves. The reference's pooled form (`aggcos`) is that of frames which
 * were pooled before.
 *
 * Where a world often rests, most velocities are noise: a share of the median step leaves them out. The median is the lower of two.
 *
 * @param z [B, T, ..., D]; every place between T and D is a trajectory of its own
 * @throws JepaError 'shape' when there are fewer than 3 steps; 'usage' for a share that is not above 0
 */
export function temporalCurvature(z: Tensor, least: LeastStep = LEAST_LENGTH): Tensor {
  const v = velocity('temporalCurvature', z, 3);
  const last = v.shape[1]! - 1;
  const squares = reduceSum(square(v), { axes: -1 });
  const moves = cast(greater(squares, leastSquare(squares, least)), 'f32');
  const counts = mul(slice(moves, 1, 0, last), slice(moves, 1, 1));
  const unit = l2Normalise(v, -1, typeof least === 'number' ? least : LEAST_LENGTH);
  const bent = sub(1, dot(slice(unit, 1, 0, last), slice(unit, 1, 1)));
  return div(reduceSum(mul(bent, counts)), maximum(reduceSum(counts), 1));
}
