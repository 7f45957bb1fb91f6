// Multinomial classification with a linear layer: cross-entropy and its gradient, trained by AdamW (`linearClassifier`) or
// to the optimum with an L2 penalty (`logisticRegression`).
// Axes: N rows, D embedding, C classes. Weights are (C, D) as in PyTorch.

import { JepaError } from '../../core/index.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';
import { probeAdam } from './adam.ts';
import { type Evaluation, type LbfgsOptions, lbfgs } from './lbfgs.ts';
import { type LinearModel, predictLinear } from './ridge.ts';

/** Mean cross-entropy of logits X Wᵀ + b and its gradients; `probabilities` is [N, C]. */
export interface CrossEntropy {
  readonly loss: number;
  readonly weight: Float64Array;
  readonly bias: Float64Array;
  readonly probabilities: Matrix;
}

/** Mean cross-entropy of a linear classifier on x [N, D] with integer labels, and its gradient. */
export function meanCrossEntropy(model: LinearModel, x: Matrix, labels: ArrayLike<number>): CrossEntropy {
  checkLabels(x, labels, model.coefficients.rows);
  const classes = model.coefficients.rows;
  const probabilities = softmaxRows(predictLinear(model, x));
  const p = probabilities.data;
  const weight = new Float64Array(classes * x.cols);
  const bias = new Float64Array(classes);
  const { data, cols: d } = x;
  let loss = 0;
  for (let i = 0; i < x.rows; i++) {
    loss -= Math.log(Math.max(p[i * classes + labels[i]!]!, Number.MIN_VALUE));
    for (let c = 0; c < classes; c++) {
      const g = (p[i * classes + c]! - (c === labels[i] ? 1 : 0)) / x.rows;
      bias[c]! += g;
      for (let j = 0, from = i * d, at = c * d; j < d; j++) weight[at + j]! += g * data[from + j]!;
    }
  }
  return { loss: loss / x.rows, weight, bias, probabilities };
}

/**
 * Full-batch AdamW steps on the cross-entropy from a given start, which is not changed.
 *
 * @returns the trained classifier and the loss before each step
 */
export function linearClassifier(
  start: LinearModel,
  x: Matrix,
  labels: ArrayLike<number>,
  options: { readonly steps: number; readonly lr: number; readonly weightDecay?: number },
): { readonly model: LinearModel; readonly losses: readonly number[] } {
  const { rows, cols } = start.coefficients;
  const w = Float64Array.from(start.coefficients.data);
  const intercept = Float64Array.from(start.intercept);
  const model: LinearModel = { coefficients: { rows, cols, data: w }, intercept };
  const update = probeAdam([w, intercept], { lr: options.lr, weightDecay: options.weightDecay ?? 0 });
  const losses: number[] = [];
  for (let step = 0; step < options.steps; step++) {
    const { loss, weight, bias } = meanCrossEntropy(model, x, labels);
    losses.push(loss);
    update([weight, bias]);
  }
  return { model, losses };
}

/**
 * The minimiser of sum_i CE_i + |W|² / (2 C), intercept not penalised (scikit-learn `LogisticRegression`, multinomial), by
 * L-BFGS from zero until the value no longer falls in double precision, or until the given tolerances.
 */
export function logisticRegression(
  x: Matrix,
  labels: ArrayLike<number>,
  classes: number,
  { c = 1, ...stop }: { readonly c?: number } & LbfgsOptions = {},
): LinearModel {
  requireFinite(x, 'logisticRegression: embeddings', 2);
  if (!(c > 0)) throw new JepaError('usage', `logisticRegression: c must be > 0, got ${c}; it divides the penalty`);
  const weights = classes * x.cols;
  const penalty = 1 / (c * x.rows);
  const modelAt = (theta: Float64Array): LinearModel => ({
    coefficients: { rows: classes, cols: x.cols, data: theta.subarray(0, weights) },
    intercept: theta.subarray(weights),
  });
  const objective = (theta: Float64Array): Evaluation => {
    const { loss, weight, bias } = meanCrossEntropy(modelAt(theta), x, labels);
    const gradient = new Float64Array(theta.length);
    let square = 0;
    for (let i = 0; i < weights; i++) {
      gradient[i] = weight[i]! + penalty * theta[i]!;
      square += theta[i]! ** 2;
    }
    gradient.set(bias, weights);
    return { value: loss + 0.5 * penalty * square, gradient };
  };
  return modelAt(lbfgs(objective, new Float64Array(weights + classes), stop));
}

/** Softmax of each row. */
export function softmaxRows(x: Matrix, temperature = 1): Matrix<Float64Array> {
  const data = new Float64Array(x.data.length);
  for (let i = 0; i < x.rows; i++) {
    const at = i * x.cols;
    let max = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < x.cols; j++) max = Math.max(max, x.data[at + j]!);
    let sum = 0;
    for (let j = 0; j < x.cols; j++) {
      data[at + j] = Math.exp((x.data[at + j]! - max) / temperature);
      sum += data[at + j]!;
    }
    for (let j = 0; j < x.cols; j++) data[at + j]! /= sum;
  }
  return { rows: x.rows, cols: x.cols, data };
}

function checkLabels(x: Matrix, labels: ArrayLike<number>, classes: number): void {
  if (labels.length !== x.rows || x.rows === 0) {
    throw new JepaError('shape', `crossEntropy: needs one label per row, got ${labels.length} for ${x.rows}`);
  }
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i]! < 0 || labels[i]! >= classes) {
      throw new JepaError(
        'data',
        `crossEntropy: label ${i} must be a class from 0 to ${classes - 1}, got ${labels[i]}`,
      );
    }
  }
}
