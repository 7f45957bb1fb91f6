// Animated GIFs: one palette for all pictures, and of each picture only the pixels that change.

import { JepaError } from '../core/index.ts';
import { type Canvas, pixelsOf } from './canvas.ts';
import { gifenc } from './gifenc.ts';

/** How long pictures stay. */
export interface AnimationOptions {
  /** Milliseconds per picture, a multiple of 10. */
  readonly delayMs?: number;
  /** Delays that the last picture stays. */
  readonly hold?: number;
}

/** An encoded GIF and its size. */
export interface GifFile {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}

/**
 * Encodes pictures of one size as an animated GIF that loops; the last one stays for `hold` times the delay.
 *
 * @throws JepaError 'data' when there is no picture or their sizes differ.
 */
export function animatedGif(pictures: readonly Canvas[], { delayMs = 90, hold = 1 }: AnimationOptions = {}): GifFile {
  const { GIFEncoder, quantize, applyPalette } = gifenc;
  const first = pictures[0];
  if (first === undefined || pictures.some((p) => p.width !== first.width || p.height !== first.height)) {
    throw new JepaError('data', `a GIF needs pictures of one size, got ${pictures.length} of them`);
  }
  const { width, height } = first;
  // One palette for all frames, from a sample of them: local palettes would flicker.
  const sampled = pictures.filter((_, i) => i % Math.ceil(pictures.length / 8) === 0 || i === pictures.length - 1);
  const sample = new Uint8Array(sampled.length * width * height * 4);
  sampled.forEach((p, i) => {
    sample.set(rgba(p), i * width * height * 4);
  });
  const palette = [...quantize(sample, 255), [0, 0, 0]];
  const clear = palette.length - 1;
  const gif = GIFEncoder();
  let before: Uint8Array | undefined;
  pictures.forEach((picture, i) => {
    const index = applyPalette(rgba(picture), palette.slice(0, clear));
    const changed = before === undefined ? index : index.map((c, k) => (c === before![k] ? clear : c));
    const delay = i === pictures.length - 1 ? delayMs * hold : delayMs;
    const frameOptions = { delay, transparent: i > 0, transparentIndex: clear, dispose: 1 };
    gif.writeFrame(changed, width, height, i === 0 ? { ...frameOptions, palette, repeat: 0 } : frameOptions);
    before = index;
  });
  gif.finish();
  return { bytes: gif.bytes(), width, height, frames: pictures.length };
}

function rgba(picture: Canvas): Uint8Array {
  const pixels = pixelsOf(picture);
  const out = new Uint8Array((pixels.length / 3) * 4).fill(255);
  for (let i = 0; i < pixels.length / 3; i++) {
    out[4 * i] = pixels[3 * i]!;
    out[4 * i + 1] = pixels[3 * i + 1]!;
    out[4 * i + 2] = pixels[3 * i + 2]!;
  }
  return out;
}
