// Ridge regression in closed form. `ridge` is the estimator as scikit-learn has it; `ridgeProbe` is the linear probe of
// this project: standardised embeddings and targets, so that one lambda fits every scale.

import { JepaError } from '../../core/index.ts';
import { solvePositive } from '../matrix/cholesky.ts';
import { centred, columnMeans, type Matrix, requireFinite, transposedProduct } from '../matrix/matrix.ts';
import type { Probe } from './score.ts';
import { fitStandardiser, standardise, unstandardise } from './standardise.ts';

/** Y ~ X coefficientsᵀ + intercept. */
export interface LinearModel {
  /** [k, d] */
  readonly coefficients: Matrix;
  /** [k] */
  readonly intercept: Float64Array;
}

/**
 * The minimiser of |Y - X Wᵀ - b|² + alpha |W|²: W = (XcᵀXc + alpha I)⁻¹ XcᵀYc on centred data, intercept not penalised
 * (scikit-learn `Ridge`).
 *
 * @param x [n, d], n >= 2
 * @param y [n, k]
 * @param alpha > 0, or 0 where XcᵀXc has full rank
 */
export function ridge(x: Matrix, y: Matrix, alpha: number): LinearModel {
  requireFinite(x, 'ridge: embeddings', 2);
  requireFinite(y, 'ridge: targets', 2);
  if (x.rows !== y.rows) {
    throw new JepaError('shape', `ridge: needs one row of targets per embedding, got ${y.rows} for ${x.rows}`);
  }
  if (!(alpha >= 0)) throw new JepaError('usage', `ridge: alpha must be a number >= 0, got ${alpha}`, { alpha });
  const meanX = columnMeans(x);
  const meanY = columnMeans(y);
  const xc = centred(x, meanX);
  const gram = transposedProduct(xc, xc);
  for (let j = 0; j < x.cols; j++) gram.data[j * x.cols + j]! += alpha;
  const w_DK = solvePositive(gram, transposedProduct(xc, centred(y, meanY)));
  const coefficients = new Float64Array(y.cols * x.cols);
  const intercept = Float64Array.from(meanY);
  for (let k = 0; k < y.cols; k++) {
    for (let j = 0; j < x.cols; j++) {
      const w = w_DK.data[j * y.cols + k]!;
      coefficients[k * x.cols + j] = w;
      intercept[k]! -= w * meanX[j]!;
    }
  }
  return { coefficients: { rows: y.cols, cols: x.cols, data: coefficients }, intercept };
}

/** X coefficientsᵀ + intercept: [n, k]. */
export function predictLinear(model: LinearModel, x: Matrix): Matrix<Float64Array> {
  const { rows: k, cols: d, data: w } = model.coefficients;
  if (x.cols !== d) {
    throw new JepaError('shape', `predictLinear: the model was fitted on ${d} columns, got ${x.cols}`, { d });
  }
  const data = new Float64Array(x.rows * k);
  const rows = x.data;
  for (let i = 0; i < x.rows; i++) {
    for (let c = 0; c < k; c++) {
      let sum = model.intercept[c]!;
      for (let j = 0, from = i * d, at = c * d; j < d; j++) sum += rows[from + j]! * w[at + j]!;
      data[i * k + c] = sum;
    }
  }
  return { rows: x.rows, cols: k, data };
}

/**
 * A linear probe of frozen embeddings: ridge regression of standardised targets on standardised embeddings. Fit it on
 * the training episodes and give the test episodes to `scoreProbe`.
 *
 * @param x embeddings of the training episodes [n, d]
 * @param y targets [n, k] in any unit; give an angle as its sine and cosine
 * @param lambda ridge on the standardised problem, default 1e-3 n
 *
 * @example
 * const score = scoreProbe(ridgeProbe(trainZ, trainState), testZ, testState); // score.meanR
 */
export function ridgeProbe(x: Matrix, y: Matrix, lambda: number = 1e-3 * x.rows): Probe {
  requireFinite(x, 'ridgeProbe: embeddings', 2);
  requireFinite(y, 'ridgeProbe: targets', 2);
  const input = fitStandardiser(x);
  const target = fitStandardiser(y);
  const model = ridge(standardise(x, input), standardise(y, target), lambda);
  return {
    kind: 'linear',
    target,
    predict: (embeddings) => {
      requireFinite(embeddings, 'ridgeProbe: embeddings');
      return unstandardise(predictLinear(model, standardise(embeddings, input)), target);
    },
  };
}
