// Positions of patches: the fixed sines and cosines of I-JEPA and MAE, and DINOv3's rotations.
// Legend: N patches = rows x columns, D width, d width of one head, H heads.

import { JepaError } from '../core/index.ts';
import { add, concat, constant, mul, neg, reshape, split, type Tensor } from '../tensor/index.ts';
import type { Initialiser } from './init.ts';

/** Rows and columns of patches. */
export type Grid = readonly [rows: number, columns: number];

/**
 * Fixed positions [N, D], row by row: the first half of D encodes the column, the second half the row, each as
 * [sin(x w_i), cos(x w_i)] with w_i = 10000^(-i / (D / 4)). Source: I-JEPA, src/models/vision_transformer.py, and MAE.
 *
 * @example
 * sinCosPositions(8, [3, 3]).subarray(8, 10); // column 1, row 0: [sin 1, sin 0.01]
 */
export function sinCosPositions(dim: number, [rows, columns]: Grid): Float32Array {
  if (dim % 4 !== 0) throw new JepaError('usage', `sin-cos positions: the width must be a multiple of 4, got ${dim}`);
  const quarter = dim / 4;
  const out = new Float32Array(rows * columns * dim);
  for (let n = 0; n < rows * columns; n++)
    for (const [half, place] of [n % columns, Math.floor(n / columns)].entries())
      for (let i = 0; i < quarter; i++) {
        const angle = place * 10000 ** (-i / quarter);
        const at = n * dim + half * 2 * quarter + i;
        out[at] = Math.sin(angle);
        out[at + quarter] = Math.cos(angle);
      }
  return out;
}

/** `sinCosPositions` as a table [1, lead + N, D], zero for the `lead` tokens before the patches. */
export function sinCosInit(grid: Grid, lead: number): Initialiser {
  return (_key, shape, out) => {
    out.set(sinCosPositions(shape[2]!, grid), lead * shape[2]!);
  };
}

/** Cosines and sines of the rotations, broadcasting to [B, tokens, H, d]. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/**
 * DINOv3's rotation angles [N, d]: 2 pi [y w ++ x w], twice, with w_j = theta^(-4 j / d) for j < d / 4, and the centres of
 * the patches y, x in [-1, 1]. Source: specification family 8.3, HuggingFace `modeling_dinov3_vit.py`.
 */
export function rotaryAngles(headDim: number, [rows, columns]: Grid, theta = 100): Float64Array {
  if (headDim % 4 !== 0)
    throw new JepaError('usage', `rotary positions: the width of a head must be a multiple of 4, got ${headDim}`);
  const quarter = headDim / 4;
  const out = new Float64Array(rows * columns * headDim);
  for (let n = 0; n < rows * columns; n++) {
    const places = [(Math.floor(n / columns) + 0.5) / rows, ((n % columns) + 0.5) / columns];
    for (let i = 0; i < headDim; i++) {
      const within = i % (2 * quarter);
      const place = 2 * places[Math.floor(within / quarter)]! - 1;
      out[n * headDim + i] = 2 * Math.PI * place * theta ** ((-4 * (within % quarter)) / headDim);
    }
  }
  return out;
}

/** Cosines and sines of angles [N, d] as constants, after `lead` tokens that are not rotated: [lead + N, d] each. */
export function rotationTable(angles: Float64Array, headDim: number, lead: number): Rotation {
  const tokens = lead + angles.length / headDim;
  const table = (f: (x: number) => number, still: number): Tensor => {
    const data = new Float32Array(tokens * headDim).fill(still);
    data.set(angles.map(f), lead * headDim);
    return constant(data, [tokens, headDim], 'f32');
  };
  return { cos: table(Math.cos, 1), sin: table(Math.sin, 0) };
}

/** Rotates tokens [B, n, H d] head by head: x cos + [-x2, x1] sin, with x1 and x2 the halves of a head. */
export function rotate(x: Tensor, { cos, sin }: Rotation, heads: number): Tensor {
  const [B, n, width] = x.shape as [number, number, number];
  const d = width / heads;
  const perHead = reshape(x, [B, n, heads, d]);
  const [x1, x2] = split(perHead, [d / 2, d / 2], -1) as [Tensor, Tensor];
  return reshape(add(mul(perHead, cos), mul(concat([neg(x2), x1], -1), sin)), [B, n, width]);
}
