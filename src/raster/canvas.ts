// A frame inside a caller's bytes: HWC, RGB, u8, rows from the top. Coordinates are continuous, x right and y down; pixel
// (i, j) covers [i, i+1) x [j, j+1). Shapes are anti-aliased: a pixel's share of the colour is the share of its area.

/** Red, green, blue in 0..255. */
export type Color = readonly number[];

/** A picture: `width * height * 3` bytes of `pixels` from `offset` on. */
export interface Canvas {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly offset: number;
}

/** A canvas over `pixels` from `offset` on. Nothing is copied. */
export function canvas(pixels: Uint8Array, width: number, height: number, offset = 0): Canvas {
  return { pixels, width, height, offset };
}

/** A canvas with bytes of its own, filled with one colour. */
export function filledCanvas(width: number, height: number, color: Color): Canvas {
  const out = canvas(new Uint8Array(width * height * 3), width, height);
  fill(out, color);
  return out;
}

/** The bytes of a picture, [height, width, 3]: a view, not a copy. */
export function pixelsOf({ pixels, width, height, offset }: Canvas): Uint8Array {
  return pixels.subarray(offset, offset + width * height * 3);
}

/** Paints every pixel. */
export function fill({ pixels: data, width, height, offset }: Canvas, color: Color): void {
  const end = offset + width * height * 3;
  for (let i = offset; i < end; i += 3) {
    data[i] = color[0]!;
    data[i + 1] = color[1]!;
    data[i + 2] = color[2]!;
  }
}

/** Mixes `color` into the pixel at byte `at` with weight `alpha` in [0, 1], rounded to the nearest level. */
export function blend(data: Uint8Array, at: number, color: Color, alpha: number): void {
  const keep = 1 - alpha;
  data[at] = data[at]! * keep + color[0]! * alpha + 0.5;
  data[at + 1] = data[at + 1]! * keep + color[1]! * alpha + 0.5;
  data[at + 2] = data[at + 2]! * keep + color[2]! * alpha + 0.5;
}
