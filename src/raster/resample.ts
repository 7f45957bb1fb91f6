// Changing a picture's size by area: each target pixel is the mean of the source over the area it covers (a box filter).
// Edges between source pixels stay where they are, which keeps walls and doors in place at every size.

import type { Canvas } from './canvas.ts';

/** Writes `source` into `target` at the target's size; weights are areas, results are rounded to the nearest level. */
export function resampleArea(source: Canvas, target: Canvas): void {
  const scaleX = source.width / target.width;
  const scaleY = source.height / target.height;
  const rows = new Float64Array(target.height * source.width * 3);
  const stride = source.width * 3;
  for (let j = 0; j < target.height; j++) {
    const low = j * scaleY;
    const high = low + scaleY;
    for (let s = Math.floor(low); s < Math.min(source.height, Math.ceil(high)); s++) {
      const weight = (Math.min(high, s + 1) - Math.max(low, s)) / scaleY;
      const from = source.offset + s * stride;
      for (let b = 0; b < stride; b++) rows[j * stride + b]! += weight * source.pixels[from + b]!;
    }
  }
  for (let i = 0; i < target.width; i++) {
    const low = i * scaleX;
    const high = low + scaleX;
    for (let j = 0; j < target.height; j++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let s = Math.floor(low); s < Math.min(source.width, Math.ceil(high)); s++) {
          sum += ((Math.min(high, s + 1) - Math.max(low, s)) / scaleX) * rows[j * stride + s * 3 + c]!;
        }
        target.pixels[target.offset + (j * target.width + i) * 3 + c] = Math.min(255, sum + 0.5);
      }
    }
  }
}
