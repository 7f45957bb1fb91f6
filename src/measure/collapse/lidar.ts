// LiDAR (Thilak et al., "LiDAR: Sensing Linear Probing Performance in Joint Embedding SSL Architectures", arXiv
// 2312.04000), as stable-pretraining codes it: the effective rank of linear discriminant analysis, where each clean sample
// is a class and its augmented views are its members.

import { JepaError } from '../../core/index.ts';
import { cholesky, solveLower } from '../matrix/cholesky.ts';
import { symmetricEigenvalues } from '../matrix/eigen.ts';
import { centred, type Matrix, requireFinite, transposedProduct } from '../matrix/matrix.ts';
import { entropy } from './spectrum.ts';

/** LiDAR, the entropy whose exponential it is, and the largest discriminant eigenvalue. */
export interface Lidar {
  readonly lidar: number;
  readonly entropy: number;
  readonly topEigenvalue: number;
}

/**
 * LiDAR of Z [classes * views, d], rows ordered class by class: exp(entropy(p)), p = eig / sum(eig) of
 * Sw^-1/2 Sb Sw^-1/2 with eigenvalues below epsilon raised to it, Sb with divisor classes - 1, Sw with divisor classes (views - 1) plus delta I.
 *
 * @param views members of each class, >= 2
 */
export function lidar(
  z: Matrix,
  views: number,
  { delta = 1e-4, epsilon = 1e-8 }: { readonly delta?: number; readonly epsilon?: number } = {},
): Lidar {
  requireFinite(z, 'lidar: embeddings', 4);
  const classes = z.rows / views;
  if (!Number.isInteger(classes) || classes < 2 || views < 2) {
    throw new JepaError(
      'shape',
      `lidar: needs at least 2 classes of the same number (>= 2) of views, got ${z.rows} rows and ${views} views`,
    );
  }
  const d = z.cols;
  const means = new Float64Array(classes * d);
  for (let i = 0; i < z.rows; i++) {
    const at = Math.floor(i / views) * d;
    for (let j = 0; j < d; j++) means[at + j]! += z.data[i * d + j]! / views;
  }
  const between = centred({ rows: classes, cols: d, data: means });
  const inside = Float64Array.from(z.data, (v, i) => v - means[Math.floor(i / (views * d)) * d + (i % d)]!);
  const members: Matrix = { rows: z.rows, cols: d, data: inside };
  const within = transposedProduct(members, members);
  for (let i = 0; i < within.data.length; i++) within.data[i]! /= classes * (views - 1);
  for (let j = 0; j < d; j++) within.data[j * d + j]! += delta;
  // Sw = L Lᵀ: the eigenvalues of Sw^-1/2 Sb Sw^-1/2 are those of W Wᵀ with W = L^-1 Mᵀ, M the centred class means.
  const transposed = new Float64Array(d * classes);
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < d; j++) transposed[j * classes + i] = between.data[i * d + j]!;
  }
  const white_DC = solveLower(cholesky(within), { rows: d, cols: classes, data: transposed });
  const small = transposedProduct(white_DC, white_DC);
  const nonZero = symmetricEigenvalues(small).map((v) => Math.max(0, v) / (classes - 1));
  // d eigenvalues in all: pad with zeros, or drop the smallest, which are zero by rank.
  const eigenvalues = new Float64Array(d);
  nonZero.reverse().forEach((v, i) => {
    if (i < d) eigenvalues[i] = v;
  });
  const floored = eigenvalues.map((v) => Math.max(v, epsilon));
  const total = floored.reduce((a, b) => a + b, 0);
  const h = entropy(floored.map((v) => v / total));
  return { lidar: Math.exp(h), entropy: h, topEigenvalue: eigenvalues[0]! };
}
