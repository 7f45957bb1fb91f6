// A small image set for tests: every pixel says which image it belongs to.

import type { ImageSet } from './image-set.ts';

/** `count` images of noise-free gradients, labels i mod 3. */
export function toyImages(count: number, height = 8, width = 8): ImageSet {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * height * width * 3));
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 7 + 11 * Math.floor(i / (height * width * 3))) % 256;
  const labels = new Int32Array(new SharedArrayBuffer(4 * count)).map((_, i) => i % 3);
  const classes = ['a', 'b', 'c'];
  return { name: 'toy', count, height, width, channels: 3, pixels, labels, classes, skipped: [] };
}
