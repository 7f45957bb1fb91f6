// The Epps-Pulley statistic and its average over random directions (SIGReg, LeJEPA, arXiv 2511.08544) in float64, as a
// meter of embedding health; the differentiable objective is in `jepa/objectives`. Same numerics as
// rbalestr-lab/lejepa `univariate/epps_pulley.py`: trapezoid rule on [0, tMax], doubled by symmetry.

import { fold, JepaError, type Key, normal } from '../../core/index.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';

/** Expected statistic of an exactly N(0, I) batch of any size, with tMax 3 and 17 knots. */
export const SIGREG_GAUSSIAN = 1.0525;
/** Statistic divided by the number of samples when every embedding is zero, with tMax 3 and 17 knots. */
export const SIGREG_COLLAPSED_PER_SAMPLE = 0.40205;
/**
 * Statistic divided by the number of samples when the embedding is spread without bound, so that the characteristic
 * function vanishes at every knot but t = 0. (The integral over all t is sqrt(2 pi / 3) = 1.4472; the knot at 0, where any
 * characteristic function is 1, takes 0.1875 from it.)
 */
export const SIGREG_DIVERGED_PER_SAMPLE = 1.2597;

/** The integration grid: `knots` points from 0 to `tMax`. */
export interface EppsPulleyGrid {
  /** Default 3. */
  readonly tMax?: number;
  /** Odd, default 17. */
  readonly knots?: number;
}

interface Grid {
  readonly t: Float64Array;
  readonly phi: Float64Array;
  readonly weight: Float64Array;
}

function grid({ tMax = 3, knots = 17 }: EppsPulleyGrid): Grid {
  if (!Number.isInteger(knots) || knots < 3 || knots % 2 === 0 || !(tMax > 0)) {
    throw new JepaError(
      'usage',
      `eppsPulley: needs tMax > 0 and an odd number of knots >= 3, got ${tMax} and ${knots}`,
    );
  }
  const dt = tMax / (knots - 1);
  const t = Float64Array.from({ length: knots }, (_, k) => k * dt);
  const phi = t.map((v) => Math.exp((-v * v) / 2));
  const weight = phi.map((p, k) => (k === 0 || k === knots - 1 ? dt : 2 * dt) * p);
  return { t, phi, weight };
}

/** The three reference lines for any grid: Gaussian batch, collapsed (per sample), diverged (per sample). */
export function eppsPulleyLines(options: EppsPulleyGrid = {}): {
  readonly gaussian: number;
  readonly collapsedPerSample: number;
  readonly divergedPerSample: number;
} {
  const { phi, weight } = grid(options);
  const total = (f: (p: number, k: number) => number): number => weight.reduce((s, w, k) => s + w * f(phi[k]!, k), 0);
  return {
    // E|phi_hat - phi|^2 = (1 - phi^2) / N under N(0, 1), times N.
    gaussian: total((p) => 1 - p * p),
    collapsedPerSample: total((p) => (1 - p) ** 2),
    divergedPerSample: total((p, k) => (k === 0 ? 0 : p * p)),
  };
}

/**
 * N sum_k w_k [(C_k - phi_k)^2 + S_k^2] of N scalar samples, where C and S are the means of cos(t_k x) and sin(t_k x): how
 * far the samples are from N(0, 1). 1.0525 on average for Gaussian samples, 0.40205 N when all are zero.
 */
export function eppsPulleyStatistic(samples: ArrayLike<number>, options: EppsPulleyGrid = {}): number {
  if (samples.length === 0) throw new JepaError('shape', 'eppsPulley: needs at least one sample, got none');
  const { t, phi, weight } = grid(options);
  const cosines = new Float64Array(t.length);
  const sines = new Float64Array(t.length);
  for (let i = 0; i < samples.length; i++) {
    const angle = t[1]! * samples[i]!;
    const c1 = Math.cos(angle);
    const s1 = Math.sin(angle);
    let c = 1;
    let s = 0;
    for (let k = 0; k < t.length; k++) {
      cosines[k]! += c;
      sines[k]! += s;
      const next = c * c1 - s * s1;
      s = s * c1 + c * s1;
      c = next;
    }
  }
  const n = samples.length;
  let sum = 0;
  for (let k = 0; k < t.length; k++) sum += weight[k]! * ((cosines[k]! / n - phi[k]!) ** 2 + (sines[k]! / n) ** 2);
  return n * sum;
}

/**
 * Mean Epps-Pulley statistic of Z [n, d] along the columns of `directions` [d, m], which need not be normalised here.
 */
export function sigregAlong(z: Matrix, directions: Matrix, options: EppsPulleyGrid = {}): number {
  requireFinite(z, 'sigregAlong: embeddings');
  if (directions.rows !== z.cols) {
    throw new JepaError('shape', `sigregAlong: directions must be [${z.cols}, m], got [${directions.rows}, ...]`);
  }
  const m = directions.cols;
  const samples = new Float64Array(z.rows);
  const direction = new Float64Array(z.cols);
  let total = 0;
  for (let s = 0; s < m; s++) {
    for (let j = 0; j < z.cols; j++) direction[j] = directions.data[j * m + s]!;
    for (let i = 0; i < z.rows; i++) {
      let sum = 0;
      for (let j = 0, at = i * z.cols; j < z.cols; j++) sum += z.data[at + j]! * direction[j]!;
      samples[i] = sum;
    }
    total += eppsPulleyStatistic(samples, options);
  }
  return total / m;
}

/**
 * The SIGReg statistic of Z [n, d]: the mean of `eppsPulleyStatistic` over random unit directions. The best single number of
 * embedding health: read it against `SIGREG_GAUSSIAN` and `SIGREG_COLLAPSED_PER_SAMPLE` times n.
 *
 * @param key names the directions; the same key at every step makes a smooth curve
 * @param slices number of directions, default 128
 */
export function sigregStatistic(
  z: Matrix,
  { key, slices = 128, ...options }: EppsPulleyGrid & { readonly key: Key; readonly slices?: number },
): number {
  const d = z.cols;
  const directions = Float64Array.from(normal(fold(key, 'sigreg'), new Float32Array(d * slices)));
  for (let s = 0; s < slices; s++) {
    let square = 0;
    for (let j = 0; j < d; j++) square += directions[j * slices + s]! ** 2;
    for (let j = 0; j < d; j++) directions[j * slices + s]! /= Math.sqrt(square);
  }
  return sigregAlong(z, { rows: d, cols: slices, data: directions }, options);
}
