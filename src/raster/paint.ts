// Small pictures over photographs: colours for numbers, blending. interpolate.ts enlarges them.

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

/** `over` laid on `photo` of the same size with opacity `alpha` from 0 (photo) to 1 (over). */
export function blendImages(photo: Canvas, over: Canvas, alpha: number): Canvas {
  if (photo.width !== over.width || photo.height !== over.height) {
    throw new JepaError(
      'shape',
      `blendImages: pictures must have the same size, got ${photo.width} x ${photo.height} and ${over.width} x ${over.height}; use resizeNearest or resizeBilinear`,
    );
  }
  if (!(alpha >= 0 && alpha <= 1)) throw new JepaError('usage', `blendImages: alpha must be in [0, 1], got ${alpha}`);
  const top = pixelsOf(over);
  const pixels = pixelsOf(photo).map((value, i) => Math.round(value * (1 - alpha) + top[i]! * alpha));
  return canvas(pixels, photo.width, photo.height);
}
