// SIGReg: sketched isotropic Gaussian regularisation (LeJEPA, Balestriero & LeCun 2025, arXiv 2511.08544). Embeddings are
// projected on random unit directions, and each projection is tested for normality with the Epps-Pulley statistic.
// Legend: T groups (time steps or views), N samples, D dimensions, M directions, K knots.

import { JepaError } from '../../core/index.ts';
import {
  add,
  cos,
  div,
  less,
  matmul,
  mul,
  random,
  reduceMean,
  reduceSum,
  reshape,
  shapeError,
  sin,
  sqrt,
  square,
  sub,
  type Tensor,
  where,
} from '../../tensor/index.ts';

/** Grid and scaling of the Epps-Pulley statistic. The default is that of the lejepa package and of LeWorldModel. */
export interface EppsPulleyOptions {
  /** Number of knots K. */
  readonly knots?: number;
  /** Largest knot. */
  readonly tMax?: number;
  /** `half`: knots on [0, tMax], doubled for symmetry. `full`: on [-tMax, tMax] (eb_jepa and early lejepa). */
  readonly interval?: 'half' | 'full';
  /** Whether the statistic is multiplied by N. */
  readonly timesN?: boolean;
}

/** Knots t_k, the normal characteristic function phi_k = exp(-t_k^2 / 2), and trapezoid weights that contain phi_k. */
export function eppsPulleyGrid(options: EppsPulleyOptions = {}): {
  readonly t: Float64Array;
  readonly phi: Float64Array;
  readonly weight: Float64Array;
} {
  const { knots = 17, tMax = 3, interval = 'half' } = options;
  if (!(Number.isInteger(knots) && knots >= 2) || !(tMax > 0)) {
    throw new JepaError('usage', `sigreg: needs at least 2 knots and tMax > 0, got ${knots} and ${tMax}`);
  }
  const start = interval === 'half' ? 0 : -tMax;
  const dt = (tMax - start) / (knots - 1);
  const t = Float64Array.from({ length: knots }, (_, k) => start + k * dt);
  const phi = t.map((v) => Math.exp((-v * v) / 2));
  const inner = interval === 'half' ? 2 * dt : dt;
  const weight = phi.map((p, k) => p * (k === 0 || k === knots - 1 ? inner / 2 : inner));
  return { t, phi, weight };
}

/**
 * The Epps-Pulley statistic of each column: N sum_k w_k [(mean cos t_k x - phi_k)^2 + (mean sin t_k x)^2].
 * Expectation 1.0525 for N(0, 1) whatever N; 0.40205 N when every x is 0 (default grid).
 *
 * @param x [T, N, M]
 * @returns [T, M]
 */
export function eppsPulley(x: Tensor, options: EppsPulleyOptions = {}): Tensor {
  const { t, phi, weight } = eppsPulleyGrid(options);
  const N = x.shape[1]!;
  const terms: Tensor[] = [];
  // One knot at a time: [T, N, M] stays small, where [T, N, M, K] would be K times larger.
  for (let k = 0; k < t.length; k++) {
    const angle = mul(x, t[k]!);
    const c = reduceMean(cos(angle), { axes: 1 });
    const s = reduceMean(sin(angle), { axes: 1 });
    terms.push(mul(add(square(sub(c, phi[k]!)), square(s)), weight[k]! * (options.timesN === false ? 1 : N)));
  }
  return terms.reduce((a, b) => add(a, b));
}

/** Random directions, [D, M] ~ N(0, 1), drawn anew on each run; `sigreg` normalises their columns. */
export function sigregDirections(dim: number, directions: number, label = 'sigreg'): Tensor {
  return random(label, [dim, directions], { kind: 'normal' });
}

/** The columns of a matrix divided by their Euclidean norms. */
export function unitColumns(a: Tensor): Tensor {
  return div(a, sqrt(reduceSum(square(a), { axes: 0, keepDims: true })));
}

/** SIGReg with the statistic of every slice beside its mean. */
export interface SigReg {
  /** Mean over slices and groups, after clipping: the loss. */
  readonly value: Tensor;
  /** [T, M], before clipping. */
  readonly perSlice: Tensor;
}

/** Options of `sigreg`. */
export interface SigRegOptions extends EppsPulleyOptions {
  /** Slices whose statistic is below this count as 0 and get no gradient (`clip_value` of the lejepa package). Default: none. */
  readonly clipBelow?: number;
}

/**
 * The sliced statistic of embeddings, averaged over slices and groups. 1.0525 when the embeddings are N(0, I), 0.40205 N
 * when they have collapsed to 0, where the gradient vanishes: start from spread embeddings (a BatchNorm projector).
 *
 * @param z [T, N, D]; [N, D] is one group
 * @param directions [D, M], any length; columns are normalised here
 */
export function sigreg(z: Tensor, directions: Tensor, options: SigRegOptions = {}): SigReg {
  const { clipBelow } = options;
  if ((z.shape.length !== 2 && z.shape.length !== 3) || directions.shape.length !== 2) {
    throw shapeError('sigreg', [z, directions], 'needs embeddings [T, N, D] or [N, D] and directions [D, M]');
  }
  const groups = z.shape.length === 2 ? reshape(z, [1, ...z.shape]) : z;
  const perSlice = eppsPulley(matmul(groups, unitColumns(directions)), options);
  const counted = clipBelow === undefined ? perSlice : where(less(perSlice, clipBelow), 0, perSlice);
  return { value: reduceMean(counted), perSlice };
}
