// The regulariser of PLDM (Sobal et al. 2025, arXiv 2502.14819) as stable-worldmodel has it (wm/loss.py, `VCReg`, `PLDMLoss`):
// variance and covariance at each time step over the batch, and at each clip over time.
// Legend: B clips, T time steps, D dimensions.

import { reduceMean, shapeError, sub, type Tensor, transpose } from '../../tensor/index.ts';
import { temporalSimilarity } from './temporal.ts';
import { centredCovariancePenalty, covariancePenalty, varianceHinge } from './vicreg.ts';

/** Scalars. stable-worldmodel weighs them 18, 0.7, 12, 0 and 0.2; PLDM's wall 3.98, 0.25, 6.92, 0 and 0.74. */
export interface PldmTerms {
  /** The hinge on deviations over the batch, mean over time steps. */
  readonly variance: Tensor;
  /** The hinge on deviations over time of what differs from the mean clip, mean over clips. */
  readonly varianceOverTime: Tensor;
  /** Mean squared covariance of two dimensions over the batch, mean over time steps. */
  readonly covariance: Tensor;
  /** Mean squared product of two dimensions over time, mean over clips: centred over the batch only, as the reference. */
  readonly covarianceOverTime: Tensor;
  /** Mean of (z_{t+1} - z_t)^2. */
  readonly similarity: Tensor;
}

/**
 * The terms of PLDM for trajectories of embeddings. Inverse dynamics is `inverseDynamics`.
 *
 * @param z [B, T, D] with at least 2 clips and 2 steps
 * @throws JepaError 'shape' otherwise
 */
export function pldmTerms(z: Tensor): PldmTerms {
  if (z.shape.length !== 3) throw shapeError('pldmTerms', [z], 'needs [B, T, D]');
  const byStep = transpose(z, [1, 0, 2]);
  // The reference centres over the batch before all terms; over time too, nothing else is taken away.
  const centred = sub(z, reduceMean(z, { axes: 0, keepDims: true }));
  return {
    variance: varianceHinge(byStep),
    varianceOverTime: varianceHinge(centred),
    covariance: covariancePenalty(byStep, 'off-diagonal-mean'),
    covarianceOverTime: centredCovariancePenalty(centred, 'off-diagonal-mean'),
    similarity: temporalSimilarity(z),
  };
}
