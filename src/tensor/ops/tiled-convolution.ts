// Convolutions with fewer multiplications (Winograd; Lavin and Gray 2015, arXiv 1509.09308), made of matrix products only.
// Along each image axis the input is cut into overlapping tiles, each tile becomes n numbers by a fixed matrix, so does the
// kernel, the numbers are multiplied for all channels, and a last fixed matrix makes m outputs of each n products. A kernel of
// 3 at stride 1 needs 6 multiplications for 4 outputs, not 12; at stride 2, 5 for 2, not 6. For both axes the savings multiply.
// The fixed matrices are written out for the whole axis, with the tiles' overlap and the padding in their places: entering
// and leaving are then products too, and so are all gradients. Rounding differs from the direct sum by some 1e-6 of its size.
//
// Legend: H W image (Ho Wo result), B batch, C channels in, O out; along one axis m outputs and n numbers per tile, t tiles,
// N = n t; the numbers of an axis are ordered (number, tile).

import type { Tensor } from '../graph.ts';
import { pixelMajorOf, reshape, transpose } from './layout.ts';
import { affine, matmul } from './matmul.ts';
import { toPixelMajor } from './pixel-major.ts';
import { concat, pad, slice } from './shaping.ts';
import { constant } from './sources.ts';
import type { ConvAttributes, Pair } from './window.ts';

type Rows = readonly (readonly number[])[];

/** outputs = leave ((kernel weights) * (enter inputs)), for one tile of one axis. */
interface Algorithm {
  /** m. */
  readonly outputs: number;
  /** [n, inputs of a tile] */
  readonly enter: Rows;
  /** [n, kernel size] */
  readonly kernel: Rows;
  /** [m, n] */
  readonly leave: Rows;
}

/** F(4, 3) at the points 0, 1, -1, 2, -2 and infinity. */
const threeTaps: Algorithm = {
  outputs: 4,
  enter: [
    [4, 0, -5, 0, 1, 0],
    [0, -4, -4, 1, 1, 0],
    [0, 4, -4, -1, 1, 0],
    [0, -2, -1, 2, 1, 0],
    [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ],
  kernel: [
    [1 / 4, 0, 0],
    [-1 / 6, -1 / 6, -1 / 6],
    [-1 / 6, 1 / 6, -1 / 6],
    [1 / 24, 1 / 12, 1 / 6],
    [1 / 24, -1 / 12, 1 / 6],
    [0, 0, 1],
  ],
  leave: [
    [1, 1, 1, 1, 1, 0],
    [0, 1, -1, 2, -2, 0],
    [0, 1, 1, 4, 4, 0],
    [0, 1, -1, 8, -8, 1],
  ],
};

/** Stride 2: the outer weights see every second pixel, F(2, 2); the middle one the pixels between. */
const threeTapsApart: Algorithm = {
  outputs: 2,
  enter: [
    [1, 0, -1, 0, 0],
    [0, 0, 1, 0, 0],
    [0, 0, -1, 0, 1],
    [0, 1, 0, 0, 0],
    [0, 0, 0, 1, 0],
  ],
  kernel: [
    [1, 0, 0],
    [1, 0, 1],
    [0, 0, 1],
    [0, 1, 0],
    [0, 1, 0],
  ],
  leave: [
    [1, 1, 0, 1, 0],
    [0, 1, 1, 0, 1],
  ],
};

const oneTap: Algorithm = { outputs: 1, enter: [[1]], kernel: [[1]], leave: [[1]] };

function algorithmFor(kernel: number, stride: number, [before, after]: Pair): Algorithm | undefined {
  if (kernel === 1 && before + after === 0) return oneTap;
  if (kernel !== 3 || stride > 2) return undefined;
  return stride === 1 ? threeTaps : threeTapsApart;
}

/** One axis: sizes, and the matrices for all its tiles; `enter` [N, size], `leave` [out, N]. */
interface Axis {
  readonly algorithm: Algorithm;
  readonly size: number;
  readonly out: number;
  readonly stride: number;
  readonly before: number;
  readonly n: number;
  readonly tiles: number;
}

function axisFor(size: number, kernel: number, stride: number, padding: Pair): Axis | undefined {
  const [before, after] = padding;
  const algorithm = algorithmFor(kernel, stride, padding);
  if (algorithm === undefined) return undefined;
  const out = Math.floor((size + before + after - kernel) / stride) + 1;
  const tiles = Math.ceil(out / algorithm.outputs);
  return { algorithm, size, out, stride, before, n: algorithm.enter.length, tiles };
}

/** Whether the numbers of an axis are pixels of the image. */
function direct({ algorithm }: Axis): boolean {
  return algorithm === oneTap;
}

function enterMatrix({ algorithm: { enter: rows, outputs }, size, stride, before, n, tiles }: Axis): Tensor {
  const data = new Float32Array(n * tiles * size);
  for (let k = 0; k < n; k++)
    for (let t = 0; t < tiles; t++)
      rows[k]!.forEach((v, p) => {
        const at = t * outputs * stride + p - before;
        if (at >= 0 && at < size) data[(k * tiles + t) * size + at] = v;
      });
  return constant(data, [n * tiles, size], 'f32');
}

function leaveMatrix({ algorithm: { leave: rows, outputs }, out, n, tiles }: Axis): Tensor {
  const data = new Float32Array(out * n * tiles);
  for (let row = 0; row < out; row++)
    for (let k = 0; k < n; k++) data[(row * n + k) * tiles + Math.floor(row / outputs)] = rows[row % outputs]![k]!;
  return constant(data, [out, n * tiles], 'f32');
}

/** The kernel matrices of both axes as one: [n n, kh kw]. */
function kernelMatrix(v: Axis, h: Axis): Tensor {
  const rows = v.algorithm.kernel.flatMap((a) => h.algorithm.kernel.map((b) => a.flatMap((x) => b.map((y) => x * y))));
  return constant(Float32Array.from(rows.flat()), [rows.length, rows[0]!.length], 'f32');
}

/** matrix [R, D] times axis `axis` (0 or 1) of x [D0, D1, rest]. */
function along(axis: 0 | 1, matrix: Tensor, x: Tensor): Tensor {
  const [a, b, rest] = x.shape as [number, number, number];
  if (axis === 1) return matmul(matrix, x);
  return reshape(matmul(matrix, reshape(x, [a, b * rest])), [matrix.shape[0]!, b, rest]);
}

/** The numbers of an axis of x [D0, D1, rest]. */
function enter(x: Tensor, axis: 0 | 1, of: Axis): Tensor {
  return direct(of) ? slice(x, axis, 0, of.size, of.stride) : along(axis, enterMatrix(of), x);
}

/** The results of an axis from the products of its numbers. */
function leave(x: Tensor, axis: 0 | 1, of: Axis): Tensor {
  return direct(of) ? x : along(axis, leaveMatrix(of), x);
}

/** Multiplications that tiles may take for each one of the direct sum. An image already in our order may stay in it. */
const WORTH = { inOrder: 1.3, outOfOrder: 0.7 };

/** Whether tiles take few enough multiplications, those of the transforms included. */
function worthwhile(x: Tensor, weight: Tensor, v: Axis, h: Axis): boolean {
  const [o, c, kh, kw] = weight.shape as [number, number, number, number];
  const [V, H] = [v.n * v.tiles, h.n * h.tiles];
  const entering = (direct(v) ? 0 : V * v.size * h.size) + (direct(h) ? 0 : V * H * h.size);
  const leaving = (direct(h) ? 0 : V * H * h.out) + (direct(v) ? 0 : V * v.out * h.out);
  const perImage = c * entering + o * leaving + V * H * c * o;
  const batch = x.shape[0]!;
  const tiled = batch * perImage + v.n * h.n * kh * kw * o * c;
  const limit = pixelMajorOf(x) === undefined ? WORTH.outOfOrder : WORTH.inOrder;
  return tiled < limit * batch * v.out * h.out * kh * kw * o * c;
}

/** conv2d of x [B, C, H, W] by tiles, in the order [Ho, Wo, B, O]; undefined where the direct sum is better. */
export function convolveTiles(x: Tensor, weight: Tensor, attributes: ConvAttributes): Tensor | undefined {
  const { strides, padding, groups } = attributes;
  const [b, c] = x.shape as [number, number];
  const [o, , kh, kw] = weight.shape as [number, number, number, number];
  if (groups !== 1) return undefined;
  if (kh * kw > 1 && c * kh * kw <= o) return convolvePatches(x, weight, attributes);
  const v = axisFor(x.shape[2]!, kh, strides[0], padding[0]);
  const h = axisFor(x.shape[3]!, kw, strides[1], padding[1]);
  if (v === undefined || h === undefined || !worthwhile(x, weight, v, h)) return undefined;
  const inner = enter(enter(reshape(toPixelMajor(x), [v.size, h.size, b * c]), 0, v), 1, h);
  let product: Tensor;
  if (v.n * h.n === 1) {
    product = affine(reshape(inner, [v.tiles * h.tiles * b, c]), reshape(weight, [o, c]));
  } else {
    const numbers = matmul(kernelMatrix(v, h), reshape(weight, [o * c, kh * kw]), { transB: true });
    const tiles = reshape(inner, [v.n, v.tiles, h.n, h.tiles * b, c]);
    product = matmul(tiles, reshape(numbers, [v.n, 1, h.n, o, c]), { transB: true });
  }
  const tiled = reshape(product, [v.n * v.tiles, h.n * h.tiles, b * o]);
  return reshape(leave(leave(tiled, 1, h), 0, v), [v.out, h.out, b, o]);
}

/** For few channels, the colours of an image: all numbers under the kernel side by side, and one product. */
function convolvePatches(x: Tensor, weight: Tensor, { strides, padding }: ConvAttributes): Tensor {
  const [o, c, kh, kw] = weight.shape as [number, number, number, number];
  const padded = pad(toPixelMajor(x), [...padding, [0, 0], [0, 0]]);
  const out = [kh, kw].map((k, i) => Math.floor((padded.shape[i]! - k) / strides[i]!) + 1) as unknown as Pair;
  const shifted = (image: Tensor, axis: 0 | 1, from: number): Tensor =>
    slice(image, axis, from, from + (out[axis] - 1) * strides[axis] + 1, strides[axis]);
  const parts: Tensor[] = [];
  for (let i = 0; i < kh; i++) for (let j = 0; j < kw; j++) parts.push(shifted(shifted(padded, 0, i), 1, j));
  return affine(concat(parts, 3), reshape(transpose(weight, [0, 2, 3, 1]), [o, kh * kw * c]));
}
