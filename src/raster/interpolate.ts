// A picture at another size by reading it at points: the centre of each target pixel, placed in the source. Meant for
// enlarging; a picture that shrinks loses what lies between the points, which resample.ts and resize.ts take into account.

import { JepaError } from '../core/index.ts';
import { type Canvas, canvas, pixelsOf } from './canvas.ts';

/** The two source pixels of a target pixel along one axis, and the share of the second. */
interface Tap {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

/**
 * `image` at another size, each target pixel the source pixel that holds its centre: enlarged pixels stay squares.
 *
 * @throws JepaError 'usage' when a size is not a whole number above 0.
 */
export function resizeNearest(image: Canvas, width: number, height: number): Canvas {
  return resized(image, width, height, (centre) => ({
    first: Math.floor(centre),
    second: Math.floor(centre),
    share: 0,
  }));
}

/**
 * `image` at another size, each target pixel linear between the centres of the four source pixels around its own; beyond
 * the outermost centres their values hold.
 *
 * @throws JepaError 'usage' when a size is not a whole number above 0.
 */
export function resizeBilinear(image: Canvas, width: number, height: number): Canvas {
  return resized(image, width, height, (centre, from) => {
    const place = Math.min(from - 1, Math.max(0, centre - 0.5));
    const first = Math.floor(place);
    return { first, second: Math.min(from - 1, first + 1), share: place - first };
  });
}

/** `tap` says where the source is read for a target pixel whose centre lies at `centre` of an axis of `from` pixels. */
function resized(image: Canvas, width: number, height: number, tap: (centre: number, from: number) => Tap): Canvas {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new JepaError('usage', `a picture's sizes must be whole numbers above 0, got ${width} x ${height}`);
  }
  const taps = (from: number, to: number): readonly Tap[] =>
    Array.from({ length: to }, (_, i) => tap(((i + 0.5) * from) / to, from));
  const pixels = new Uint8Array(width * height * 3);
  const across = taps(image.width, width);
  const down = taps(image.height, height);
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
