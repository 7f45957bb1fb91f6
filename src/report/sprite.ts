// All images of an episode in one picture, stacked in columns: neighbouring frames then lie within the compressor's
// window, so an episode of fifty 64-pixel frames takes about ten kilobytes.

import { encodePng } from '../raster/node.ts';

const MAX_HEIGHT = 8192;

/** A picture holding `count` images; image i is at column `floor(i / perColumn)`, row `i % perColumn`. */
export interface SpriteSheet {
  readonly png: Buffer;
  readonly perColumn: number;
}

/** Stacks RGB images, `images` [count, height, width, 3], into one PNG. */
export function spriteSheet(images: Uint8Array, count: number, height: number, width: number): SpriteSheet {
  const perColumn = Math.max(1, Math.min(count, Math.floor(MAX_HEIGHT / height)));
  const columns = Math.ceil(count / perColumn);
  const sheet = new Uint8Array(columns * width * perColumn * height * 3);
  const rowBytes = 3 * width;
  for (let i = 0; i < count; i++) {
    const left = Math.floor(i / perColumn) * rowBytes;
    for (let y = 0; y < height; y++) {
      const from = (i * height + y) * rowBytes;
      const to = ((i % perColumn) * height + y) * columns * rowBytes + left;
      sheet.set(images.subarray(from, from + rowBytes), to);
    }
  }
  return { png: encodePng(sheet, columns * width, perColumn * height), perColumn };
}
