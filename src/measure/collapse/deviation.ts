// How far embeddings spread: over samples per dimension, over the tokens of a sample, and how much of a token is explained
// by its position alone.
// Axes: B samples, N tokens (positions), D embedding.

import { JepaError } from '../../core/index.ts';
import { columnVariances, type Matrix, requireFinite } from '../matrix/matrix.ts';

/** Token embeddings [batch, tokens, dim], row-major. */
export interface Tokens {
  readonly batch: number;
  readonly tokens: number;
  readonly dim: number;
  readonly data: Float32Array | Float64Array;
}

/** Standard deviation over samples (divisor n) of each dimension, and its summary. */
export interface DimensionDeviation {
  readonly std: Float64Array;
  readonly mean: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Dimensions whose deviation is below a hundredth of the largest. */
  readonly dead: number;
  /** Root mean square of all numbers, deviation and mean together: the scale against which a deviation is small. */
  readonly rms: number;
}

/** Deviation of Z [n, d] over its rows, dimension by dimension. Blind where the last layer is BatchNorm in train mode. */
export function dimensionDeviation(z: Matrix): DimensionDeviation {
  requireFinite(z, 'dimensionDeviation: embeddings');
  const std = columnVariances(z).map(Math.sqrt);
  const sorted = std.slice().sort();
  const d = sorted.length;
  const max = sorted[d - 1]!;
  let square = 0;
  for (const value of z.data) square += value * value;
  return {
    std,
    mean: std.reduce((a, b) => a + b, 0) / d,
    min: sorted[0]!,
    median: (sorted[(d - 1) >> 1]! + sorted[d >> 1]!) / 2,
    max,
    dead: std.filter((s) => s < 0.01 * max || s === 0).length,
    rms: Math.sqrt(square / z.data.length),
  };
}

/** Mean over tokens: [B, D]. */
export function pooled(t: Tokens): Matrix<Float64Array> {
  checkTokens(t, 'pooled');
  const data = new Float64Array(t.batch * t.dim);
  for (let b = 0, at = 0; b < t.batch; b++) {
    for (let n = 0; n < t.tokens; n++) {
      for (let j = 0; j < t.dim; j++, at++) data[b * t.dim + j]! += t.data[at]! / t.tokens;
    }
  }
  return { rows: t.batch, cols: t.dim, data };
}

/** mean_d std_b(mean_n z): how much samples differ once pooled over tokens. */
export function pooledDeviation(t: Tokens): number {
  return dimensionDeviation(pooled(t)).mean;
}

/** mean_{b,d} std_n(z): how much the tokens of one sample differ. 0 when all tokens of a sample are equal. */
export function tokenDeviation(t: Tokens): number {
  const mean = pooled(t).data;
  let total = 0;
  for (let b = 0; b < t.batch; b++) {
    for (let j = 0; j < t.dim; j++) {
      let sum = 0;
      for (let n = 0; n < t.tokens; n++) {
        sum += (t.data[(b * t.tokens + n) * t.dim + j]! - mean[b * t.dim + j]!) ** 2;
      }
      total += Math.sqrt(sum / t.tokens);
    }
  }
  return total / (t.batch * t.dim);
}

/**
 * 1 - Var_within_position(z) / Var(z): the share of the variance of tokens that their position explains. Near 1 the tokens
 * are position codes that say nothing about the input; 0 when nothing varies with position.
 *
 * Variances are over (sample, position) per dimension and summed over dimensions. NaN when nothing varies at all.
 */
export function positionOnlyShare(t: Tokens): number {
  checkTokens(t, 'positionOnlyShare');
  const width = t.tokens * t.dim;
  const perPosition = columnVariances({ rows: t.batch, cols: width, data: t.data });
  const overall = columnVariances({ rows: t.batch * t.tokens, cols: t.dim, data: t.data });
  const within = perPosition.reduce((a, b) => a + b, 0) / t.tokens;
  const total = overall.reduce((a, b) => a + b, 0);
  return total === 0 ? Number.NaN : 1 - within / total;
}

function checkTokens(t: Tokens, where: string): void {
  if (t.batch < 1 || t.tokens < 1 || t.dim < 1 || t.data.length !== t.batch * t.tokens * t.dim) {
    throw new JepaError(
      'shape',
      `${where}: needs batch * tokens * dim numbers, got ${t.data.length} for [${t.batch}, ${t.tokens}, ${t.dim}]`,
    );
  }
  requireFinite({ rows: t.batch * t.tokens, cols: t.dim, data: t.data }, `${where}: tokens`);
}
