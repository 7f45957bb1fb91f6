import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { type Canvas, canvas } from '../../raster/index.ts';
import { pngDataUri } from '../../raster/node.ts';
import { blendImages, heatImage } from '../../raster/paint.ts';
import { nodeRuntime } from '../../runtime/index.ts';
import { matrix } from '../matrix/matrix.ts';
import { neighbourPanel } from './neighbours.ts';
import { fitTokenPca, patchAt, patchSimilarity, pcaImage } from './patch-maps.ts';

const image = (width: number, ...pixels: number[]): Canvas =>
  canvas(Uint8Array.from(pixels), width, pixels.length / width / 3);

/** A 4 x 4 grid: left half one content, right half another, plus a little noise. */
function halves(seed: number, sign = 1) {
  const data = normal(key(seed), new Float32Array(16 * 6), 0, 0.01);
  for (let i = 0; i < 16; i++) data[i * 6 + 2]! += (i % 4 < 2 ? -3 : 3) * sign;
  return matrix(data, 6);
}

test('the first component colours two halves of an image at the two ends of red', () => {
  const tokens = halves(1);
  const { pixels, width, height } = pcaImage(fitTokenPca([tokens], { cut: 0.25 }), tokens, 4);
  expect([width, height]).toEqual([4, 4]);
  for (let i = 0; i < 16; i++) {
    if (i % 4 < 2) expect(pixels[3 * i]).toBeLessThan(10);
    else expect(pixels[3 * i]).toBeGreaterThan(245);
  }
});

test('colours that were fitted on several images mean the same in each', () => {
  const [a, b] = [halves(1), halves(2, -1)];
  const pca = fitTokenPca([a, b]);
  const [left, right] = [pcaImage(pca, a, 4).pixels, pcaImage(pca, b, 4).pixels];
  expect(Math.abs(left[0]! - right[3 * 3]!)).toBeLessThan(10); // content of a's left is content of b's right
  expect(Math.abs(left[0]! - right[0]!)).toBeGreaterThan(200);
});

test('one outlying token saturates and leaves the other colours alone', () => {
  const data = Float32Array.from({ length: 100 * 3 }, (_, at) => (at % 3 === 0 ? Math.floor(at / 3) : 0));
  data[0] = -1e4;
  const { pixels } = pcaImage(fitTokenPca([matrix(data, 3)]), matrix(data, 3), 10);
  const red = Array.from({ length: 100 }, (_, i) => pixels[3 * i]!);
  expect(red[0]).toBe(0);
  expect(red[99]! - red[20]!).toBeGreaterThan(150);
  expect([pixels[1], pixels[2]]).toEqual([128, 128]); // no spread
});

test('the similarity map is 1 at the patch, and the cosine elsewhere', () => {
  const tokens = matrix(Float32Array.of(2, 0, 0, 3, 3, 4, -5, 0), 2);
  expect([...patchSimilarity(tokens, 0)].map((v) => Number(v.toFixed(6)))).toEqual([1, 0, 0.6, -1]);
  expect(patchAt(17, 9, 8, 4)).toBe(6);
});

test('heat runs from black to pale yellow and cuts what lies outside', () => {
  expect([...heatImage([0, 1, 5, -5], 2, { low: 0, high: 1 }).pixels]).toEqual([
    0, 0, 4, 252, 255, 164, 252, 255, 164, 0, 0, 4,
  ]);
  expect([...heatImage([3, 3], 2).pixels]).toEqual([0, 0, 4, 0, 0, 4]);
  expect([...heatImage([0, 0.5, 1], 3).pixels.subarray(3, 6)]).toEqual([187, 55, 84]); // the middle stop
});

test('blending is a weighted mean', () => {
  const over = blendImages(image(1, 0, 100, 255), image(1, 100, 0, 255), 0.25);
  expect([...over.pixels]).toEqual([25, 75, 255]);
  expect(() => blendImages(image(1, 0, 0, 0), image(2, 0, 0, 0, 0, 0, 0), 0.5)).toThrow(
    /1 x 1 and 2 x 1; use resizeNearest/,
  );
  expect(() => blendImages(image(1, 0, 0, 0), image(1, 0, 0, 0), 2)).toThrow(/alpha must be in \[0, 1\], got 2/);
});

test('the PNG address holds the pixels', () => {
  const uri = pngDataUri(image(1, 10, 20, 30));
  const png = Buffer.from(uri.slice('data:image/png;base64,'.length), 'base64');
  expect(png.toString('latin1', 1, 4)).toBe('PNG');
  const palette = png.indexOf('PLTE') + 4;
  expect([...png.subarray(palette, palette + 3)]).toEqual([10, 20, 30]);
  const at = png.indexOf('IDAT');
  expect([...inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)))]).toEqual([0, 0]);
});

test('the panel lists the nearest training images with their labels', async () => {
  const train = { x: matrix(Float32Array.of(1, 0, 0, 1, 3, 4), 2), y: [4, 5, 6] };
  const queries = { x: matrix(Float32Array.of(0, 0.1, 3, 0), 2), y: [5, 4] };
  const runtime = nodeRuntime({ threads: 1 });
  const [row] = await neighbourPanel(train, queries, [1], 2, { runtime });
  expect(row).toMatchObject({ query: 1, label: 4 });
  expect(row!.neighbours.map((n) => [n.row, n.label, Number(n.similarity.toFixed(5))])).toEqual([
    [0, 4, 1],
    [2, 6, 0.6],
  ]);
  await expect(neighbourPanel(train, queries, [2], 2, { runtime })).rejects.toThrow(/rows from 0 to 1, got 2/);
});

test('class tokens left among the patches, another width and a patch outside are refused', () => {
  const tokens = halves(1);
  const pca = fitTokenPca([tokens]);
  const withClass = matrix(new Float32Array(17 * 6), 6);
  expect(() => pcaImage(pca, withClass, 4)).toThrow(/17 patch tokens do not fill rows of 4; leave out CLS/);
  expect(() => pcaImage(pca, matrix(new Float32Array(16), 4), 2)).toThrow(/fitted on tokens of 6 numbers, got 4/);
  expect(() => patchSimilarity(tokens, 16)).toThrow(/from 0 to 15, got 16/);
  expect(() => fitTokenPca([])).toThrow(/at least one image/);
  expect(() => fitTokenPca([matrix(new Float32Array(4), 2)])).toThrow(/from 1 to 2, got 3/);
});
