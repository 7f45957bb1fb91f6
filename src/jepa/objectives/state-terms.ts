// The regulariser of eb_jepa's world models (facebookresearch/eb_jepa, losses.py: `VCLoss`, `VC_IDM_Sim_Regularizer`):
// variance and covariance over states, and slowness in time.
// Legend: B clips, T time steps, S places (none for vectors), C channels, R rows.

import { reshape, shapeError, sizeOf, slice, type Tensor } from '../../tensor/index.ts';
import { temporalSimilarity } from './temporal.ts';
import { covariancePenalty, varianceHinge } from './vicreg.ts';

/** What counts as a sample, and what is projected first. */
export interface StateTermsOptions {
  /** Whether every place of a feature map is a sample (R = B T S rows of C) or a state is one row of S C numbers (default). */
  readonly placesAsSamples?: boolean;
  /** Whether variance and covariance see the first time step only; default all steps. */
  readonly firstStepOnly?: boolean;
  /** Applied to the rows [R, C] of all steps before variance and covariance. */
  readonly project?: (rows: Tensor) => Tensor;
  /** Whether slowness is asked of projected states too; default false. */
  readonly similarityAfterProjection?: boolean;
}

/** Scalars. eb_jepa's two-room example weighs them 16, 8 and 12, and inverse dynamics 1. */
export interface StateTerms {
  /** The hinge on deviations. */
  readonly variance: Tensor;
  /** Mean squared covariance of two dimensions. */
  readonly covariance: Tensor;
  /** Mean of (z_{t+1} - z_t)^2. */
  readonly similarity: Tensor;
}

/**
 * Variance, covariance and slowness of states.
 *
 * @param states [B, T, ..., C] with at least 2 steps, channels last (eb_jepa writes [B, C, T, H, W])
 * @throws JepaError 'shape' when there are fewer than 2 steps or samples
 */
export function stateTerms(states: Tensor, options: StateTermsOptions = {}): StateTerms {
  const { placesAsSamples = false, firstStepOnly = false, project, similarityAfterProjection = false } = options;
  if (states.shape.length < 3) throw shapeError('stateTerms', [states], 'needs [B, T, ..., C]');
  const [B, T] = states.shape as [number, number];
  const width = placesAsSamples ? states.shape.at(-1)! : sizeOf(states.shape.slice(2));
  const flat = reshape(states, [B * T, -1, width]);
  // All steps are projected together, so that batch statistics are those of all steps.
  const projected =
    project === undefined ? flat : reshape(project(reshape(flat, [-1, width])), [...flat.shape.slice(0, 2), -1]);
  const bySteps = reshape(projected, [B, T, ...projected.shape.slice(1)]);
  const compared = firstStepOnly ? slice(bySteps, 1, 0, 1) : bySteps;
  const rows = reshape(compared, [-1, compared.shape.at(-1)!]);
  return {
    variance: varianceHinge(rows),
    covariance: covariancePenalty(rows, 'off-diagonal-mean'),
    similarity: temporalSimilarity(similarityAfterProjection ? bySteps : states),
  };
}
