// What the patch tokens of a frozen encoder say about where things are: the first three principal components as red,
// green and blue, and the cosine of every patch with a chosen one. Both give one pixel per patch; enlarge them with
// `resizeNearest` or `resizeBilinear` and lay them on the photograph with `blendImages`. Give patch tokens only, without CLS and registers.
// Source: the figures of DINOv2 (arXiv 2304.07193) and I-JEPA (arXiv 2301.08243).

import { JepaError } from '../../core/index.ts';
import { type Canvas, canvas } from '../../raster/index.ts';
import { principalComponents } from '../matrix/components.ts';
import { type Matrix, requireFinite } from '../matrix/matrix.ts';
import { unitRows } from '../probes/knn.ts';

/** Three directions in the space of tokens and the range of each that is shown. */
export interface TokenPca {
  /** [D] */
  readonly mean: Float64Array;
  /** [3, D] */
  readonly directions: Matrix<Float64Array>;
  /** Projections shown as 0 and as 255, per direction. */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/**
 * Fits the colours on the tokens of one image, or of several at once so that equal colours mean equal content in all.
 *
 * @param tokens [N, D] of each image, D >= 3
 * @param options.cut share of tokens at each end that is saturated, default 0.02: single outliers do not fade the rest
 */
export function fitTokenPca(tokens: readonly Matrix[], { cut = 0.02 }: { readonly cut?: number } = {}): TokenPca {
  if (tokens.length === 0) throw new JepaError('usage', 'fitTokenPca: needs the tokens of at least one image');
  if (!(cut >= 0 && cut < 0.5)) throw new JepaError('usage', `fitTokenPca: cut must be in [0, 0.5), got ${cut}`);
  const cols = tokens[0]!.cols;
  const rows = tokens.reduce((sum, t) => sum + t.rows, 0);
  const data = new Float32Array(rows * cols);
  let at = 0;
  for (const t of tokens) {
    if (t.cols !== cols) {
      throw new JepaError(
        'shape',
        `fitTokenPca: tokens of all images must have the same width, got ${cols} and ${t.cols}`,
      );
    }
    data.set(t.data, at);
    at += t.data.length;
  }
  const all = { rows, cols, data };
  const { mean, directions } = principalComponents(all, 3);
  const low = new Float64Array(3);
  const high = new Float64Array(3);
  const along = project({ mean, directions }, all);
  for (let c = 0; c < 3; c++) {
    const sorted = Float64Array.from({ length: rows }, (_, i) => along[3 * i + c]!).sort();
    low[c] = quantile(sorted, cut);
    high[c] = quantile(sorted, 1 - cut);
  }
  return { mean, directions, low, high };
}

/** The tokens [height * width, D] of one image in the colours of `pca`; a direction without spread is middle grey. */
export function pcaImage(pca: TokenPca, tokens: Matrix, width: number): Canvas {
  const height = rowsOfPatches('pcaImage', tokens, width);
  if (tokens.cols !== pca.mean.length) {
    throw new JepaError('shape', `pcaImage: fitted on tokens of ${pca.mean.length} numbers, got ${tokens.cols}`);
  }
  const pixels = new Uint8Array(tokens.rows * 3);
  project(pca, tokens).forEach((value, at) => {
    const [low, high] = [pca.low[at % 3]!, pca.high[at % 3]!];
    const t = high > low ? (value - low) / (high - low) : 0.5;
    pixels[at] = Math.round(255 * Math.min(1, Math.max(0, t)));
  });
  return canvas(pixels, width, height);
}

/** Cosine of each token [N, D] with token number `patch`: 1 at the patch itself. For `heatImage`. */
export function patchSimilarity(tokens: Matrix, patch: number): Float32Array {
  requireFinite(tokens, 'patchSimilarity: tokens');
  if (!Number.isInteger(patch) || patch < 0 || patch >= tokens.rows) {
    throw new JepaError('usage', `patchSimilarity: patch must be from 0 to ${tokens.rows - 1}, got ${patch}`);
  }
  const { data, cols } = unitRows(tokens);
  return Float32Array.from({ length: tokens.rows }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < cols; j++) sum += data[i * cols + j]! * data[patch * cols + j]!;
    return sum;
  });
}

/** The patch under a pixel of the photograph: patches of `patchSize` pixels, `width` in a row. */
export function patchAt(x: number, y: number, patchSize: number, width: number): number {
  return Math.floor(y / patchSize) * width + Math.min(width - 1, Math.floor(x / patchSize));
}

function rowsOfPatches(where: string, tokens: Matrix, width: number): number {
  const height = tokens.rows / width;
  if (!Number.isInteger(width) || width < 1 || !Number.isInteger(height) || height < 1) {
    throw new JepaError(
      'shape',
      `${where}: ${tokens.rows} patch tokens do not fill rows of ${width}; leave out CLS and register tokens`,
    );
  }
  return height;
}

/** Projections [N, 3]. */
function project({ mean, directions }: Pick<TokenPca, 'mean' | 'directions'>, tokens: Matrix): Float64Array {
  requireFinite(tokens, 'patch tokens');
  const d = tokens.cols;
  const out = new Float64Array(tokens.rows * 3);
  for (let i = 0; i < tokens.rows; i++) {
    for (let c = 0; c < 3; c++) {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += (tokens.data[i * d + j]! - mean[j]!) * directions.data[c * d + j]!;
      out[i * 3 + c] = sum;
    }
  }
  return out;
}

/** Linear between the sorted values, as numpy's default. */
function quantile(sorted: Float64Array, q: number): number {
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}
