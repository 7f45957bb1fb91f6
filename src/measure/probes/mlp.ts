// A non-linear probe: one hidden ReLU layer on standardised embeddings and targets, trained with Adam in float64 and
// stopped on a part of the training split. Deterministic from its key.
// Axes: B batch, D embedding, H hidden, K targets. Weights are stored (in, out), so that every inner loop is contiguous.

import { fold, JepaError, type Key, normal, permutation } from '../../core/index.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';
import { probeAdam } from './adam.ts';
import type { Probe } from './score.ts';
import { fitStandardiser, standardise, unstandardise } from './standardise.ts';

/** Settings of `mlpProbe`. */
export interface MlpProbeOptions {
  readonly key: Key;
  /** Width of the hidden layer, default 64. */
  readonly hidden?: number;
  /** Adam's learning rate, default 2e-3; it falls to zero along a cosine over `maxEpochs`. */
  readonly lr?: number;
  readonly batchSize?: number;
  /** Passes over the training split, default 40 or as many as make 2000 steps. */
  readonly maxEpochs?: number;
  /** Passes without a better validation error before it stops, default a sixth of `maxEpochs`. */
  readonly patience?: number;
  /** Share of the training split held back for stopping, default 0.1. */
  readonly validation?: number;
  /** Episode of each row: then whole episodes are held back, so that neighbouring frames do not leak. */
  readonly groups?: ArrayLike<number>;
  /** Ends the training between two passes. */
  readonly signal?: AbortSignal;
}

interface Layers {
  readonly w1_DH: Float64Array;
  readonly b1_H: Float64Array;
  readonly w2_HK: Float64Array;
  readonly b2_K: Float64Array;
}

/**
 * A non-linear probe of frozen embeddings, see `ridgeProbe` for the splits. The weights of the pass with the smallest
 * validation error are kept. Between two passes the event loop has its turn, so that an interruption arrives.
 *
 * @param x embeddings of the training episodes [n, d], n >= 10
 * @param y targets [n, k] in any unit
 * @throws JepaError 'shape', 'data' or 'numeric' for rows that do not fit; the signal's reason when aborted
 */
export async function mlpProbe(
  x: Matrix,
  y: Matrix,
  options: MlpProbeOptions,
): Promise<Probe & { readonly epochs: number }> {
  const { key, hidden = 64, lr = 2e-3, batchSize = 64, validation = 0.1, signal } = options;
  requireFinite(x, 'mlpProbe: embeddings', 10);
  requireFinite(y, 'mlpProbe: targets', 10);
  if (x.rows !== y.rows) {
    throw new JepaError('shape', `mlpProbe: needs one row of targets per embedding, got ${y.rows} for ${x.rows}`);
  }
  const input = fitStandardiser(x);
  const target = fitStandardiser(y);
  const xs = standardise(x, input);
  const ys = standardise(y, target);
  const { fit, held } = splitRows(x.rows, validation, fold(key, 'split'), options.groups);
  const layers = initialise(x.cols, hidden, y.cols, fold(key, 'init'));
  const parameters = [layers.w1_DH, layers.b1_H, layers.w2_HK, layers.b2_K];
  const gradients = parameters.map((p) => new Float64Array(p.length));
  const { maxEpochs = Math.max(40, Math.ceil((2000 * batchSize) / fit.length)) } = options;
  const { patience = Math.ceil(maxEpochs / 6) } = options;
  const totalSteps = maxEpochs * Math.ceil(fit.length / batchSize);
  const update = probeAdam(parameters, { lr: (step) => lr * 0.5 * (1 + Math.cos((Math.PI * step) / totalSteps)) });
  let best = parameters.map((p) => p.slice());
  let bestError = Number.POSITIVE_INFINITY;
  let bestEpoch = 0;
  let epoch = 0;
  while (epoch < maxEpochs && epoch - bestEpoch < patience) {
    await new Promise((turn) => setTimeout(turn));
    signal?.throwIfAborted();
    const order = permutation(fold(key, 'epoch', epoch), fit.length);
    for (let at = 0; at < fit.length; at += batchSize) {
      const rows = Array.from(order.subarray(at, at + batchSize), (i) => fit[i]!);
      backward(layers, xs, ys, rows, gradients);
      update(gradients);
    }
    epoch++;
    const error = meanSquaredError(layers, xs, ys, held);
    if (error < bestError) {
      bestError = error;
      bestEpoch = epoch;
      best = parameters.map((p) => p.slice());
    }
  }
  parameters.forEach((p, i) => {
    p.set(best[i]!);
  });
  return {
    kind: 'mlp',
    target,
    epochs: epoch,
    predict: (embeddings) => {
      requireFinite(embeddings, 'mlpProbe: embeddings');
      return unstandardise(forward(layers, standardise(embeddings, input)), target);
    },
  };
}

/** Rows to fit on and rows held back for stopping, by whole groups where groups are given. */
function splitRows(
  n: number,
  share: number,
  key: Key,
  groups?: ArrayLike<number>,
): { readonly fit: number[]; readonly held: number[] } {
  if (groups !== undefined && groups.length !== n) {
    throw new JepaError('shape', `mlpProbe: needs one group per row, got ${groups.length} for ${n}`);
  }
  const groupOf = (i: number): number => (groups === undefined ? i : groups[i]!);
  const ids = [...new Set(Array.from({ length: n }, (_, i) => groupOf(i)))];
  if (ids.length < 2) throw new JepaError('data', 'mlpProbe: needs rows of at least two groups to hold some back');
  const count = Math.min(ids.length - 1, Math.max(1, Math.round(share * ids.length)));
  const heldIds = new Set(Array.from(permutation(key, ids.length).subarray(0, count), (i) => ids[i]!));
  const fit: number[] = [];
  const held: number[] = [];
  for (let i = 0; i < n; i++) (heldIds.has(groupOf(i)) ? held : fit).push(i);
  return { fit, held };
}

/** He initialisation of the hidden layer; the output layer starts at a tenth of its scale. */
function initialise(d: number, h: number, k: number, key: Key): Layers {
  const draw = (name: string, size: number, std: number): Float64Array =>
    Float64Array.from(normal(fold(key, name), new Float32Array(size), 0, std));
  return {
    w1_DH: draw('w1', d * h, Math.sqrt(2 / d)),
    b1_H: new Float64Array(h),
    w2_HK: draw('w2', h * k, 0.1 / Math.sqrt(h)),
    b2_K: new Float64Array(k),
  };
}

/** Hidden activations and outputs of one row, into the given arrays. */
function forwardRow(l: Layers, x: Matrix, row: number, hidden: Float64Array, out: Float64Array): void {
  const h = hidden.length;
  const k = out.length;
  hidden.set(l.b1_H);
  for (let i = 0; i < x.cols; i++) {
    const value = x.data[row * x.cols + i]!;
    for (let j = 0, at = i * h; j < h; j++) hidden[j]! += value * l.w1_DH[at + j]!;
  }
  out.set(l.b2_K);
  for (let j = 0; j < h; j++) {
    if (hidden[j]! <= 0) hidden[j] = 0;
    else for (let c = 0; c < k; c++) out[c]! += hidden[j]! * l.w2_HK[j * k + c]!;
  }
}

function forward(l: Layers, x: Matrix): Matrix {
  const k = l.b2_K.length;
  const hidden = new Float64Array(l.b1_H.length);
  const data = new Float64Array(x.rows * k);
  for (let i = 0; i < x.rows; i++) forwardRow(l, x, i, hidden, data.subarray(i * k, (i + 1) * k));
  return { rows: x.rows, cols: k, data };
}

function meanSquaredError(l: Layers, x: Matrix, y: Matrix, rows: readonly number[]): number {
  const hidden = new Float64Array(l.b1_H.length);
  const out = new Float64Array(y.cols);
  let sum = 0;
  for (const row of rows) {
    forwardRow(l, x, row, hidden, out);
    for (let c = 0; c < y.cols; c++) sum += (out[c]! - y.data[row * y.cols + c]!) ** 2;
  }
  return sum / (rows.length * y.cols);
}

/** Gradient of the mean squared error of the given rows, written over `gradients` (order w1, b1, w2, b2). */
function backward(l: Layers, x: Matrix, y: Matrix, rows: readonly number[], gradients: readonly Float64Array[]): void {
  const [gw1, gb1, gw2, gb2] = gradients as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (const g of gradients) g.fill(0);
  const h = l.b1_H.length;
  const k = y.cols;
  const hidden = new Float64Array(h);
  const dHidden = new Float64Array(h);
  const out = new Float64Array(k);
  const scale = 2 / (rows.length * k);
  for (const row of rows) {
    forwardRow(l, x, row, hidden, out);
    for (let c = 0; c < k; c++) {
      out[c] = scale * (out[c]! - y.data[row * k + c]!);
      gb2[c]! += out[c]!;
    }
    for (let j = 0; j < h; j++) {
      let sum = 0;
      if (hidden[j]! > 0) {
        for (let c = 0; c < k; c++) {
          sum += out[c]! * l.w2_HK[j * k + c]!;
          gw2[j * k + c]! += hidden[j]! * out[c]!;
        }
      }
      dHidden[j] = sum;
      gb1[j]! += sum;
    }
    for (let i = 0; i < x.cols; i++) {
      const value = x.data[row * x.cols + i]!;
      for (let j = 0, at = i * h; j < h; j++) gw1[at + j]! += value * dHidden[j]!;
    }
  }
}
