// Small pictures over photographs: colours for numbers, enlarging, blending.

import { JepaError } from '../core/index.ts';
import { type Canvas, type Color, canvas, pixelsOf } from './canvas.ts';

// Seven stops of matplotlib's `inferno` (CC0), evenly spaced: dark is low, bright is high, also in grey.
const STOPS: readonly Color[] = [
  [0, 0, 4],
  [51, 16, 104],
  [120, 28, 109],
  [187, 55, 84],
  [237, 105, 37],
  [251, 180, 26],
  [252, 255, 164],
];

/**
 * A picture of numbers [height, width], row by row: `low` is black, `high` pale yellow, what lies outside is cut. By
 * default the smallest and the largest number; numbers that are all equal are black.
 */
export function heatImage(
  values: ArrayLike<number>,
  width: number,
  options: { readonly low?: number; readonly high?: number } = {},
): Canvas {
  const height = values.length / width;
  if (!Number.isInteger(width) || width < 1 || !Number.isInteger(height) || height < 1) {
    throw new JepaError('shape', `heatImage: ${values.length} numbers do not fill rows of ${width}`);
  }
  const all = Array.from(values);
  const { low = all.reduce((a, b) => Math.min(a, b)), high = all.reduce((a, b) => Math.max(a, b)) } = options;
  const pixels = new Uint8Array(values.length * 3);
  all.forEach((value, i) => {
    const t = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0;
    const place = t * (STOPS.length - 1);
    const below = Math.min(STOPS.length - 2, Math.floor(place));
    for (let c = 0; c < 3; c++) {
      const [a, b] = [STOPS[below]![c]!, STOPS[below + 1]![c]!];
      pixels[3 * i + c] = Math.round(a + (b - a) * (place - below));
    }
  });
  return canvas(pixels, width, height);
}

/** `image` at another size: `nearest` keeps the patches as squares, `bilinear` (pixel centres, edges held) smooths them. */
export function resizeImage(image: Canvas, width: number, height: number, method: 'nearest' | 'bilinear'): Canvas {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new JepaError('usage', `resizeImage: sizes must be whole numbers above 0, got ${width} x ${height}`);
  }
  const pixels = new Uint8Array(width * height * 3);
  const across = taps(image.width, width, method);
  const down = taps(image.height, height, method);
  const source = pixelsOf(image);
  const pixel = (x: number, y: number, c: number): number => source[(y * image.width + x) * 3 + c]!;
  down.forEach(({ first: y0, second: y1, share: v }, y) => {
    across.forEach(({ first: x0, second: x1, share: u }, x) => {
      for (let c = 0; c < 3; c++) {
        const above = pixel(x0, y0, c) * (1 - u) + pixel(x1, y0, c) * u;
        const below = pixel(x0, y1, c) * (1 - u) + pixel(x1, y1, c) * u;
        pixels[(y * width + x) * 3 + c] = Math.round(above * (1 - v) + below * v);
      }
    });
  });
  return canvas(pixels, width, height);
}

/** The two source pixels of each target pixel along one axis, and the share of the second. */
function taps(
  from: number,
  to: number,
  method: 'nearest' | 'bilinear',
): readonly { readonly first: number; readonly second: number; readonly share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to;
    if (method === 'nearest') return { first: Math.floor(centre), second: Math.floor(centre), share: 0 };
    const place = Math.min(from - 1, Math.max(0, centre - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(from - 1, first + 1), share: place - first };
  });
}

/** `over` laid on `photo` of the same size with opacity `alpha` from 0 (photo) to 1 (over). */
export function blendImages(photo: Canvas, over: Canvas, alpha: number): Canvas {
  if (photo.width !== over.width || photo.height !== over.height) {
    throw new JepaError(
      'shape',
      `blendImages: pictures must have the same size, got ${photo.width} x ${photo.height} and ${over.width} x ${over.height}; use resizeImage`,
    );
  }
  if (!(alpha >= 0 && alpha <= 1)) throw new JepaError('usage', `blendImages: alpha must be in [0, 1], got ${alpha}`);
  const top = pixelsOf(over);
  const pixels = pixelsOf(photo).map((value, i) => Math.round(value * (1 - alpha) + top[i]! * alpha));
  return canvas(pixels, photo.width, photo.height);
}
