// Colours of JPEG by the definitions: JFIF's YCbCr, Adobe's segment, inks.

import { expect, test } from 'vitest';
import { decodeImage } from './decode.ts';
import { adobeSegment, type Block, blockColours, encodeBlocks } from './jpeg.law.ts';

const BLOCKS: readonly (readonly Block[])[] = [
  [
    [10, 200, 90, 30],
    [255, 0, 128, 255],
    [0, 0, 0, 0],
  ],
  [
    [128, 128, 128, 128],
    [60, 61, 250, 200],
    [255, 255, 255, 255],
  ],
];
const channels = (count: number): Block[][] => BLOCKS.map((row) => row.map((block) => block.slice(0, count)));
const colours = async (bytes: Uint8Array): Promise<number[][]> => blockColours(await decodeImage(bytes, 'x.jpg'));

/** JFIF 1.02: red green blue of luminance and chroma. */
function rgbOf([y = 0, cb = 0, cr = 0]: Block): number[] {
  const rgb = [y + 1.402 * (cr - 128), y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128), y + 1.772 * (cb - 128)];
  return rgb.map((v) => Math.min(255, Math.max(0, v)));
}

/** Every number within `most` of what is expected. */
function expectClose(got: readonly number[][], expected: readonly (readonly number[])[], most: number): void {
  expect(got.length).toBe(expected.length);
  for (const [i, rgb] of got.entries())
    for (const [c, v] of rgb.entries())
      expect(Math.abs(v - expected[i]![c]!), `block ${i}: ${rgb}`).toBeLessThanOrEqual(most);
}

test('gray is repeated, and three channels are luminance and chroma unless Adobe says none', async () => {
  const gray = channels(1)
    .flat()
    .map(([v = 0]) => [v, v, v]);
  expectClose(await colours(encodeBlocks(channels(1))), gray, 0);
  const ycc = channels(3).flat().map(rgbOf);
  expectClose(await colours(encodeBlocks(channels(3))), ycc, 1);
  expectClose(await colours(encodeBlocks(channels(3), adobeSegment(1))), ycc, 1);
  expectClose(await colours(encodeBlocks(channels(3), adobeSegment(0))), channels(3).flat(), 0);
});

test('inks give (255 - C) (255 - K) / 255, stored inverted, as CMYK and as YCCK', async () => {
  // Stored is 255 - ink, so red is the product of what is stored.
  const product = (rgb: readonly number[], k: number): number[] => rgb.map((v) => (v * k) / 255);
  const cmyk = channels(4)
    .flat()
    .map(([c = 0, m = 0, y = 0, k = 0]) => product([c, m, y], k));
  expectClose(await colours(encodeBlocks(channels(4), adobeSegment(0))), cmyk, 1);
  // YCCK (Adobe 5116): luminance and chroma stand for R = 255 - C, G = 255 - M, B = 255 - Y of what CMYK would store.
  const stored = (block: Block): number[] => rgbOf(block).map((v) => 255 - v);
  const ycck = channels(4)
    .flat()
    .map((block) => product(stored(block), block[3]!));
  expectClose(await colours(encodeBlocks(channels(4), adobeSegment(2))), ycck, 1);
});

test('inks without word of how they are stored, or cut off, are not guessed at', async () => {
  await expect(decodeImage(encodeBlocks(channels(4)), 'a.jpg')).rejects.toThrow(/four inks without Adobe's segment/);
  const whole = encodeBlocks(channels(4), adobeSegment(2));
  for (let length = 2; length < whole.length - 1; length += 7) {
    await expect(decodeImage(whole.subarray(0, length), 'a.jpg'), `${length}`).rejects.toThrow(/corrupt JPEG/);
  }
});

test('the pixels of inks count four times against the limit, as they take four times the memory', async () => {
  const inks = encodeBlocks(channels(4), adobeSegment(0)); // 16 x 24
  await expect(decodeImage(inks, 'a.jpg', { imagePixels: 1535 })).rejects.toThrow(
    /24 x 16 pixels in inks, which count 4/,
  );
  expect((await decodeImage(inks, 'a.jpg', { imagePixels: 1536 })).width).toBe(24);
  expect((await decodeImage(encodeBlocks(channels(3)), 'a.jpg', { imagePixels: 384 })).width).toBe(24);
});
