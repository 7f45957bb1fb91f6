// Closed-form ridge classification: least squares of the classes' indicators on standardised features. No learning rate and
// no seed, so it is the linear probe to compare many runs with.
// Axes: N images, D embedding, C classes.

import { compile } from '../../compile/index.ts';
import { JepaError } from '../../core/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { input, matmul } from '../../tensor/index.ts';
import { solvePositive } from '../matrix/cholesky.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';
import type { LinearModel } from '../probes/ridge.ts';
import { fitStandardiser, type Standardiser } from '../probes/standardise.ts';
import { checkLabels, classCounts, type FeatureSplit } from './split.ts';

const BLOCK = 2048;

/** Options of `ridgeClassifier`. */
export interface RidgeClassifierOptions {
  /** Ridge on the standardised problem, default 1e-3 N. */
  readonly lambda?: number;
  /** Mean and deviation to standardise with; default those of the given features. */
  readonly standardiser?: Standardiser;
  readonly runtime?: Runtime;
}

/**
 * W = (AᵀA + lambda I)⁻¹ AᵀY with A the standardised features [N, D] and Y the centred indicators of the classes [N, C];
 * the class of an image is the largest of A W + class frequencies. The products run on the engine in blocks and are
 * summed in float64.
 *
 * @returns the model on raw features, for `predictLinear`
 */
export async function ridgeClassifier(
  { x, y }: FeatureSplit,
  classes: number,
  options: RidgeClassifierOptions = {},
): Promise<LinearModel> {
  requireFinite(x, 'ridgeClassifier: features', 2);
  checkLabels(y, x.rows, classes, 'ridgeClassifier');
  const { lambda = 1e-3 * x.rows, standardiser = fitStandardiser(x), runtime } = options;
  if (!(lambda > 0)) throw new JepaError('usage', `ridgeClassifier: lambda must be above 0, got ${lambda}`);
  const [N, D] = [x.rows, x.cols];
  const rows = Math.min(BLOCK, N);
  const a = input('a', [rows, D]);
  const program = await compile(
    { gram: matmul(a, a, { transA: true }) },
    { name: 'ridge', ...(runtime === undefined ? {} : { runtime }) },
  );
  const gram = new Float64Array(D * D);
  const sums_DC = new Float64Array(D * classes);
  const total_D = new Float64Array(D);
  const block = new Float32Array(rows * D);
  const product = new Float32Array(D * D);
  try {
    for (let start = 0; start < N; start += rows) {
      const count = Math.min(rows, N - start);
      block.fill(0);
      for (let i = 0; i < count; i++) {
        const label = y[start + i]!;
        for (let j = 0; j < D; j++) {
          const value = (x.data[(start + i) * D + j]! - standardiser.mean[j]!) / standardiser.std[j]!;
          block[i * D + j] = value;
          sums_DC[j * classes + label]! += value;
          total_D[j]! += value;
        }
      }
      await program.run({ inputs: { a: block }, into: { gram: product } });
      for (let i = 0; i < gram.length; i++) gram[i]! += product[i]!;
    }
  } finally {
    await program.dispose();
  }
  const frequency = Float64Array.from(classCounts(y, classes), (count) => count / N);
  // Centre: a standardiser of other rows leaves a mean.
  for (let i = 0; i < D; i++) {
    for (let j = 0; j < D; j++) gram[i * D + j]! -= (total_D[i]! * total_D[j]!) / N;
    for (let c = 0; c < classes; c++) sums_DC[i * classes + c]! -= total_D[i]! * frequency[c]!;
    gram[i * D + i]! += lambda;
  }
  const w_DC = solvePositive({ rows: D, cols: D, data: gram }, { rows: D, cols: classes, data: sums_DC });
  const weights = new Float64Array(classes * D);
  for (let c = 0; c < classes; c++) for (let j = 0; j < D; j++) weights[c * D + j] = w_DC.data[j * classes + c]!;
  const intercept = frequency.map((f, c) => {
    let shift = f;
    for (let j = 0; j < D; j++) shift -= (weights[c * D + j]! * total_D[j]!) / N;
    return shift;
  });
  return onRawFeatures({ coefficients: { rows: classes, cols: D, data: weights }, intercept }, standardiser);
}

/** The same map for features that have not been standardised. */
export function onRawFeatures({ coefficients, intercept }: LinearModel, { mean, std }: Standardiser): LinearModel {
  const { rows, cols } = coefficients;
  const data = new Float64Array(coefficients.data.length);
  const shifted = Float64Array.from(intercept);
  for (let c = 0; c < rows; c++) {
    for (let j = 0; j < cols; j++) {
      const w = coefficients.data[c * cols + j]! / std[j]!;
      data[c * cols + j] = w;
      shifted[c]! -= w * mean[j]!;
    }
  }
  return { coefficients: { rows, cols, data }, intercept: shifted };
}

/** Features standardised as float32. */
export function standardised(x: Matrix, { mean, std }: Standardiser): Matrix<Float32Array> {
  const data = new Float32Array(x.data.length);
  for (let i = 0, at = 0; i < x.rows; i++) {
    for (let j = 0; j < x.cols; j++, at++) data[at] = (x.data[at]! - mean[j]!) / std[j]!;
  }
  return { rows: x.rows, cols: x.cols, data };
}
