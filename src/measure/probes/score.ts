// How well a probe predicts held-out targets: Pearson r, R2 and the mean squared error of standardised targets, which are
// the columns of the probing tables of the LeWorldModel paper (arXiv 2603.19312).

import { JepaError } from '../../core/index.ts';
import { columnMeans, type Matrix, requireFinite } from '../matrix/matrix.ts';
import type { Standardiser } from './standardise.ts';

/** A fitted probe: `predict` maps embeddings [n, d] to targets [n, k] in the units they were given in. */
export interface Probe {
  readonly kind: 'linear' | 'mlp';
  /** Mean and deviation of the targets on the training split. */
  readonly target: Standardiser;
  predict(x: Matrix): Matrix;
}

/** Scores per target on held-out data, and their means over targets. */
export interface ProbeScore {
  readonly samples: number;
  /** Pearson correlation; 0 for a constant prediction, NaN for a target that is constant in this split. */
  readonly r: readonly number[];
  /** 1 - (sum of squared errors) / (sum of squared deviations); negative when worse than the mean of this split. */
  readonly r2: readonly number[];
  /** Squared error divided by the variance of the target on the training split: 1 is what predicting the mean gives. */
  readonly mse: readonly number[];
  readonly meanR: number;
  readonly meanR2: number;
  readonly meanMse: number;
}

/**
 * Scores `probe` on embeddings and targets of episodes it was not fitted on.
 *
 * @param x embeddings [n, d], n >= 2
 * @param y targets [n, k] in the units of the fit
 */
export function scoreProbe(probe: Probe, x: Matrix, y: Matrix): ProbeScore {
  requireFinite(y, 'scoreProbe: targets', 2);
  if (x.rows !== y.rows) {
    throw new JepaError('shape', `scoreProbe: needs one row of targets per embedding, got ${y.rows} for ${x.rows}`);
  }
  return scorePredictions(probe.predict(x), y, probe.target);
}

/** Scores predictions [n, k] against targets [n, k]; `target` holds the training split's mean and deviation. */
export function scorePredictions(predicted: Matrix, y: Matrix, target: Standardiser): ProbeScore {
  if (predicted.rows !== y.rows || predicted.cols !== y.cols) {
    throw new JepaError(
      'shape',
      `scorePredictions: predictions [${predicted.rows}, ${predicted.cols}] must have the shape of the targets [${y.rows}, ${y.cols}]`,
    );
  }
  const n = y.rows;
  const k = y.cols;
  const meanY = columnMeans(y);
  const meanP = columnMeans(predicted);
  const r: number[] = [];
  const r2: number[] = [];
  const mse: number[] = [];
  for (let j = 0; j < k; j++) {
    let errors = 0;
    let yy = 0;
    let pp = 0;
    let yp = 0;
    let square = 0;
    for (let i = 0; i < n; i++) {
      const dy = y.data[i * k + j]! - meanY[j]!;
      const dp = predicted.data[i * k + j]! - meanP[j]!;
      errors += (y.data[i * k + j]! - predicted.data[i * k + j]!) ** 2;
      yy += dy * dy;
      pp += dp * dp;
      square += predicted.data[i * k + j]! ** 2;
      yp += dy * dp;
    }
    r.push(yy === 0 ? Number.NaN : pp <= 1e-24 * square ? 0 : yp / Math.sqrt(yy * pp));
    r2.push(yy === 0 ? Number.NaN : 1 - errors / yy);
    mse.push(errors / n / target.std[j]! ** 2);
  }
  return { samples: n, r, r2, mse, meanR: mean(r), meanR2: mean(r2), meanMse: mean(mse) };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
