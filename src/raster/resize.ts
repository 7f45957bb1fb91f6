// Cutting a box out of an image and resizing it, bilinear and antialiased: torchvision's `resize` on tensors with
// `antialias=True` (aten `_upsample_bilinear2d_aa`). A target pixel i of n sees the source around c = s (i + 1/2), with
// s = box / n the scale, through a triangle of half width max(1, s), and the weights are normalised to 1; the source ends
// at the box, as after a crop. Where the image is enlarged this is the ordinary bilinear interpolation.
//
// The passes are separable: columns first, into rows as wide as the target, then rows.

import { JepaError } from '../core/index.ts';

/** A rectangle of an image in pixels. */
export interface Box {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Resizes with buffers of its own; one per thread. `image` is [height, width, 3] bytes, `out` f32 in 0..255. */
export interface Resizer {
  /**
   * Writes the box, resized to `toHeight` x `toWidth` and mirrored left to right when `flip`, into `out`.
   *
   * Errors: `shape` when the box is resized and does not lie within the image; one that keeps its size sees 0 outside.
   */
  box(
    image: Uint8Array,
    height: number,
    width: number,
    box: Box,
    toHeight: number,
    toWidth: number,
    out: Float32Array,
    flip?: boolean,
  ): void;
  /**
   * Writes the central `size` x `size` pixels of the image whose shortest side was resized to `size`: torchvision's
   * `Resize(size)` and `CenterCrop(size)`.
   */
  centre(image: Uint8Array, height: number, width: number, size: number, out: Float32Array, flip?: boolean): void;
}

/** Target pixels `start` to `start + count - 1` of an axis of `from` pixels, which begin at `offset`, resized to `to`. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  readonly start: number;
  readonly count: number;
}

/** For each target pixel of one axis its first source pixel, and how many of its `taps` weights are used. */
interface Taps {
  first: Int32Array;
  used: Int32Array;
  weights: Float32Array;
  taps: number;
}

const emptyTaps = (): Taps => ({
  first: new Int32Array(0),
  used: new Int32Array(0),
  weights: new Float32Array(0),
  taps: 0,
});

function fillTaps(table: Taps, { from, to, offset, start, count }: Axis): void {
  const scale = from / to;
  const reach = Math.max(1, scale);
  const taps = 2 * Math.ceil(reach) + 1;
  if (table.first.length < count) {
    table.first = new Int32Array(count);
    table.used = new Int32Array(count);
  }
  if (table.weights.length < count * taps) table.weights = new Float32Array(count * taps);
  table.taps = taps;
  const { first, used, weights } = table;
  for (let i = 0; i < count; i++) {
    const centre = scale * (start + i + 0.5);
    const begin = Math.max(0, Math.trunc(centre - reach + 0.5));
    const n = Math.min(from, Math.trunc(centre + reach + 0.5)) - begin;
    let total = 0;
    for (let j = 0; j < n; j++) {
      const w = Math.max(0, 1 - Math.abs(begin + j - centre + 0.5) / reach);
      weights[i * taps + j] = w;
      total += w;
    }
    for (let j = 0; j < n; j++) weights[i * taps + j]! /= total;
    first[i] = offset + begin;
    used[i] = n;
  }
}

/** Weights one row of source pixels, from `at`, into `width` target pixels at `to`, mirrored when `flip`. */
function rowPass(
  image: Uint8Array,
  at: number,
  x: Taps,
  width: number,
  out: Float32Array,
  to: number,
  flip: boolean,
): void {
  const { first, used, weights, taps } = x;
  for (let i = 0; i < width; i++) {
    let source = at + 3 * first[i]!;
    let r = 0;
    let g = 0;
    let b = 0;
    const end = i * taps + used[i]!;
    for (let k = i * taps; k < end; k++) {
      const w = weights[k]!;
      r += w * image[source]!;
      g += w * image[source + 1]!;
      b += w * image[source + 2]!;
      source += 3;
    }
    const target = to + 3 * (flip ? width - 1 - i : i);
    out[target] = r;
    out[target + 1] = g;
    out[target + 2] = b;
  }
}

/** Weights the source rows into `height` target rows of `stride` numbers. */
function columnPass(rows: Float32Array, y: Taps, height: number, stride: number, out: Float32Array): void {
  for (let i = 0; i < height; i++) {
    const at = i * stride;
    const source = y.first[i]! * stride;
    const used = y.used[i]!;
    // Two taps, as in every enlargement, in one pass; more of them one after another.
    const w0 = y.weights[i * y.taps]!;
    const w1 = used > 1 ? y.weights[i * y.taps + 1]! : 0;
    const next = used > 1 ? source + stride : source;
    for (let c = 0; c < stride; c++) out[at + c] = w0 * rows[source + c]! + w1 * rows[next + c]!;
    for (let k = 2; k < used; k++) {
      const w = y.weights[i * y.taps + k]!;
      const from = source + k * stride;
      for (let c = 0; c < stride; c++) out[at + c]! += w * rows[from + c]!;
    }
  }
}

/** Copies a box that keeps its size; what lies outside the image is 0. */
function copyBox(
  image: Uint8Array,
  imageHeight: number,
  imageWidth: number,
  { top, left, height, width }: Box,
  out: Float32Array,
  flip: boolean,
): void {
  let at = 0;
  for (let y = 0; y < height; y++) {
    const sy = top + y;
    for (let x = 0; x < width; x++, at += 3) {
      const sx = left + (flip ? width - 1 - x : x);
      const inside = sy >= 0 && sy < imageHeight && sx >= 0 && sx < imageWidth;
      const s = inside ? 3 * (sy * imageWidth + sx) : 0;
      out[at] = inside ? image[s]! : 0;
      out[at + 1] = inside ? image[s + 1]! : 0;
      out[at + 2] = inside ? image[s + 2]! : 0;
    }
  }
}

/** Python's `round`: halves go to the even neighbour. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** A resizer for one thread. */
export function resizer(): Resizer {
  const x = emptyTaps();
  const y = emptyTaps();
  let rows: Float32Array = new Float32Array(0);

  const resize = (
    image: Uint8Array,
    imageWidth: number,
    vertical: Axis,
    horizontal: Axis,
    out: Float32Array,
    flip: boolean,
  ): void => {
    fillTaps(x, horizontal);
    fillTaps(y, { ...vertical, offset: 0 });
    const stride = 3 * horizontal.count;
    if (rows.length < vertical.from * stride) rows = new Float32Array(vertical.from * stride);
    for (let r = 0; r < vertical.from; r++) {
      const at = 3 * (vertical.offset + r) * imageWidth;
      rowPass(image, at, x, horizontal.count, rows, r * stride, flip);
    }
    columnPass(rows, y, vertical.count, stride, out);
  };

  return {
    box(image, height, width, box, toHeight, toWidth, out, flip = false) {
      if (box.height === toHeight && box.width === toWidth) {
        copyBox(image, height, width, box, out, flip);
        return;
      }
      if (box.top < 0 || box.left < 0 || box.top + box.height > height || box.left + box.width > width) {
        throw new JepaError('shape', `resize: a box must lie within its image of ${height} x ${width}`, { box });
      }
      const vertical = { from: box.height, to: toHeight, offset: box.top, start: 0, count: toHeight };
      const horizontal = { from: box.width, to: toWidth, offset: box.left, start: 0, count: toWidth };
      resize(image, width, vertical, horizontal, out, flip);
    },
    centre(image, height, width, size, out, flip = false) {
      const short = Math.min(height, width);
      const axis = (from: number): Axis => {
        const to = Math.trunc((size * from) / short);
        return { from, to, offset: 0, start: roundHalfEven((to - size) / 2), count: size };
      };
      resize(image, width, axis(height), axis(width), out, flip);
    },
  };
}

/** Rounds the first `count` values, which lie in 0..255, to bytes at `out[at]`. */
export function toBytes(values: Float32Array, count: number, out: Uint8Array, at = 0): void {
  for (let i = 0; i < count; i++) out[at + i] = (values[i]! + 0.5) | 0;
}
