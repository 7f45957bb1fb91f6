// The weight gradient of a convolution: products of the output gradient with shifted copies of the input.
//
// Legend: B batch, C channels of x, O channels of dy, g groups, kh kw kernel, Ho Wo size of dy.
// Measured on ONNX Runtime's CPU kernels (2 threads, 3x3): 64 -> 64 channels, 32x32, batch 64: 97 ms by rows, 108 ms by
// gathered patches; 128 -> 128, 16x16, batch 64: 60 against 76; 256 -> 256, 8x8, batch 64: 81 against 69; 512 -> 512,
// 4x4, batch 32: 103 against 49. A convolution of transposed tensors is several times slower than either.

import type { Tensor } from '../graph.ts';
import { gather } from './indexing.ts';
import { reduceSum, reshape, transpose } from './layout.ts';
import { matmul } from './matmul.ts';
import { concat, pad, slice, stack } from './shaping.ts';
import { indices } from './sources.ts';
import type { ConvAttributes, Pair } from './window.ts';

/** dL/dweight [O, C / g, kh, kw] from x [B, C, H, W] and dL/dy [B, O, Ho, Wo]. */
export function convWeightGradient(x: Tensor, dy: Tensor, kernel: Pair, attributes: ConvAttributes): Tensor {
  const [, o, ho, wo] = dy.shape as [number, number, number, number];
  // By rows, every image leaves its own [O, C kw] product to be summed: too much when images are smaller than O.
  if (attributes.groups === 1 && ho * wo < o && kernel[0] * kernel[1] > 1) return byPatches(x, dy, kernel, attributes);
  return byRows(x, dy, kernel, attributes);
}

/** One batched product for each kernel row; the kernel's columns lie side by side in the channels. */
function byRows(x: Tensor, dy: Tensor, [kh, kw]: Pair, { strides, padding, groups }: ConvAttributes): Tensor {
  const [b, c] = x.shape as [number, number];
  const [, o, ho, wo] = dy.shape as [number, number, number, number];
  const cg = c / groups;
  const padded = pad(x, [[0, 0], [0, 0], ...padding]);
  const height = padded.shape[2]!;
  const columns = Array.from({ length: kw }, (_, j) =>
    reshape(slice(padded, 3, j, j + (wo - 1) * strides[1] + 1, strides[1]), [b, groups, cg, height, wo]),
  );
  const wide = concat(columns, 2);
  const left = reshape(dy, [b, groups, o / groups, ho * wo]);
  const rows = Array.from({ length: kh }, (_, i) => {
    const shifted = slice(wide, 3, i, i + (ho - 1) * strides[0] + 1, strides[0]);
    const product = matmul(left, reshape(shifted, [b, groups, kw * cg, ho * wo]), { transB: true });
    return reshape(reduceSum(product, { axes: 0 }), [o, kw, cg]);
  });
  return transpose(stack(rows, 1), [0, 3, 1, 2]);
}

/** One product over all pixels of all images, channels last; patches are gathered as rows of C numbers. */
function byPatches(x: Tensor, dy: Tensor, [kh, kw]: Pair, { strides, padding }: ConvAttributes): Tensor {
  const [b, c] = x.shape as [number, number];
  const [, o, ho, wo] = dy.shape as [number, number, number, number];
  const padded = pad(transpose(x, [0, 2, 3, 1]), [[0, 0], ...padding, [0, 0]]);
  const [, height, width] = padded.shape as [number, number, number, number];
  const places = new Int32Array(ho * wo * kh * kw);
  let n = 0;
  for (let h = 0; h < ho; h++)
    for (let w = 0; w < wo; w++)
      for (let i = 0; i < kh; i++)
        for (let j = 0; j < kw; j++) places[n++] = (h * strides[0] + i) * width + w * strides[1] + j;
  const rows = reshape(gather(reshape(padded, [b, height * width, c]), indices(places), 1), [b * ho * wo, kh * kw * c]);
  const left = reshape(transpose(dy, [0, 2, 3, 1]), [b * ho * wo, o]);
  return transpose(reshape(matmul(left, rows, { transA: true }), [o, kh, kw, c]), [0, 3, 1, 2]);
}
