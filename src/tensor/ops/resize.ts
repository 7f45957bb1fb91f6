// Resizing images [..., H, W]: nearest by a kernel of ones, bilinear as two products with constant matrices.

import { shapeError, type Tensor } from '../graph.ts';
import { sizeOf } from '../shape.ts';
import { convTranspose2d } from './convolution.ts';
import { broadcastTo, reshape } from './layout.ts';
import { matmul } from './matmul.ts';
import { constant, full } from './sources.ts';

/** Repeats every pixel of [..., H, W] `factor` times in both directions. */
export function upsampleNearest(x: Tensor, factor: number | readonly [number, number]): Tensor {
  const [fh, fw] = typeof factor === 'number' ? [factor, factor] : factor;
  if (x.shape.length < 2 || !(Number.isInteger(fh) && Number.isInteger(fw) && fh >= 1 && fw >= 1))
    throw shapeError('upsampleNearest', [x], `needs [..., H, W] and whole factors >= 1 (got ${fh} and ${fw})`);
  const lead = x.shape.slice(0, -2);
  const [h, w] = x.shape.slice(-2) as [number, number];
  if (x.dtype !== 'f32') {
    const repeated = broadcastTo(reshape(x, [...lead, h, 1, w, 1]), [...lead, h, fh, w, fw]);
    return reshape(repeated, [...lead, h * fh, w * fw]);
  }
  // A kernel of ones in each channel: less than half the time of broadcasting single numbers, also in the gradient.
  const c = lead.at(-1) ?? 1;
  const images = reshape(x, [sizeOf(lead) / c, c, h, w]);
  const y = convTranspose2d(images, full(1, [c, 1, fh, fw]), { stride: [fh, fw], groups: c });
  return reshape(y, [...lead, h * fh, w * fw]);
}

/**
 * The [to, from] matrix of bilinear interpolation with half-pixel centres (PyTorch `align_corners=False`). With
 * `antialias` the triangle widens with the scale when shrinking, as PyTorch's `antialias=True`.
 */
export function bilinearMatrix(from: number, to: number, antialias = false): Float32Array {
  const m = new Float32Array(to * from);
  const scale = from / to;
  const reach = antialias ? Math.max(1, scale) : 1;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale - 0.5;
    if (!antialias) {
      // Outside the image the border pixel counts.
      const c = Math.max(0, centre);
      const low = Math.min(Math.floor(c), from - 1);
      const high = Math.min(low + 1, from - 1);
      m[i * from + low]! += 1 - (c - low);
      m[i * from + high]! += c - low;
      continue;
    }
    const row = Array.from({ length: from }, (_, j) => Math.max(0, 1 - Math.abs(j - centre) / reach));
    const total = row.reduce((a, b) => a + b, 0);
    for (let j = 0; j < from; j++) m[i * from + j] = row[j]! / total;
  }
  return m;
}

/** Bilinear resize of [..., H, W] to `size` = [height, width]; see `bilinearMatrix`. */
export function interpolateBilinear(
  x: Tensor,
  size: readonly [number, number],
  options: { readonly antialias?: boolean } = {},
): Tensor {
  const { antialias = false } = options;
  const [h, w] = x.shape.slice(-2);
  if (h === undefined || w === undefined || x.dtype !== 'f32' || !size.every((d) => Number.isInteger(d) && d >= 1))
    throw shapeError('resizeBilinear', [x], `needs f32 [..., H, W] and whole sizes >= 1 (got ${size.join(' x ')})`);
  const rows = constant(bilinearMatrix(h, size[0], antialias), [size[0], h], 'f32');
  const columns = constant(bilinearMatrix(w, size[1], antialias), [size[1], w], 'f32');
  const wide = size[1] === w ? x : matmul(x, columns, { transB: true });
  return size[0] === h ? wide : matmul(rows, wide);
}
