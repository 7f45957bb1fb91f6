import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { input } from '../tensor/index.ts';
import { IMAGENET, initialise, parameterCount, patchEmbedding, patches, type VitConfig, vit } from './index.ts';
import { smoothPositionsInit } from './init.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from './run-module.law.ts';

const small: VitConfig = { imageSize: 8, patchSize: 4, dim: 6, depth: 2, heads: 2, mlpDim: 12 };

/** Random u8 images [2, 8, 8, 3], and the same normalised as f32 [2, 3, 8, 8]. */
function images(): { readonly pixels: Uint8Array; readonly normalised: Float32Array } {
  const pixels = Uint8Array.from({ length: 2 * 8 * 8 * 3 }, (_, i) => (i * 97 + 13) % 256);
  const normalised = new Float32Array(pixels.length);
  for (let b = 0; b < 2; b++)
    for (let p = 0; p < 64; p++)
      for (let c = 0; c < 3; c++)
        normalised[(b * 3 + c) * 64 + p] = (pixels[(b * 64 + p) * 3 + c]! / 255 - IMAGENET.mean[c]!) / IMAGENET.std[c]!;
  return { pixels, normalised };
}

test('pixels give the same tokens as the images normalised beforehand', async () => {
  const { pixels, normalised } = images();
  const { fromPixels, fromImages, cls, pooled } = await runModule(
    vit(small),
    'eval',
    (v) => ({
      fromPixels: v.tokens(input('pixels', [2, 8, 8, 3], 'u8')),
      fromImages: v.tokens(input('normalised', [2, 3, 8, 8])),
      cls: v.cls(input('pixels', [2, 8, 8, 3], 'u8')),
      pooled: v.pooled(input('pixels', [2, 8, 8, 3], 'u8')),
    }),
    { values: shaken(vit(small)), inputs: { pixels, normalised } },
  );
  expect(fromPixels!.length).toBe(2 * 5 * 6);
  expect(distance(fromPixels!, fromImages!)).toBeLessThan(2e-5);
  for (const b of [0, 1])
    expect(distance(cls!.subarray(b * 6, b * 6 + 6), fromPixels!.subarray(b * 30, b * 30 + 6))).toBeLessThan(2e-5);
  const mean = Array.from({ length: 12 }, (_, i) => {
    const [b, d] = [Math.floor(i / 6), i % 6];
    return [1, 2, 3, 4].reduce((sum, n) => sum + fromPixels![b * 30 + n * 6 + d]! / 4, 0);
  });
  expect(distance(pooled!, mean)).toBeLessThan(2e-5);
});

test('the patch embedding is the convolution whose stride is its size', async () => {
  const embed = patchEmbedding(3, 4, 5, IMAGENET);
  const values = shaken(embed);
  const x = gaussian(3 * 8 * 12, 1);
  const { y } = await runModule(embed, 'eval', (f) => ({ y: f(input('x', [1, 3, 8, 12])) }), { values, inputs: { x } });
  const [w, bias] = [numbersOf(values, 'weight'), numbersOf(values, 'bias')];
  const expected: number[] = [];
  for (let row = 0; row < 2; row++)
    for (let col = 0; col < 3; col++)
      for (let o = 0; o < 5; o++) {
        let sum = bias[o]!;
        for (let c = 0; c < 3; c++)
          for (let i = 0; i < 4; i++)
            for (let j = 0; j < 4; j++)
              sum += x[(c * 8 + row * 4 + i) * 12 + col * 4 + j]! * w[((o * 3 + c) * 4 + i) * 4 + j]!;
        expected.push(sum);
      }
  expect(distance(y!, expected)).toBeLessThan(1e-5);
});

test('images that do not divide into patches are refused', () => {
  expect(() => patches(input('x', [1, 3, 8, 10]), 4)).toThrow(/8x10 must divide into patches of 4/);
  expect(() => vit({ ...small, patchSize: 3 })).toThrow(/imageSize 8 must be a multiple of patchSize 3/);
});

test.each([
  // Specification world-models 1.1: the LeWorldModel encoder; and ViT-B/16 as HuggingFace counts it, without pooler.
  ['ViT-Ti/14 at 224', { imageSize: 224, patchSize: 14, dim: 192, depth: 12, heads: 3, mlpDim: 768 }, 5_501_376],
  ['ViT-B/16 at 224', { imageSize: 224, patchSize: 16, dim: 768, depth: 12, heads: 12, mlpDim: 3072 }, 85_798_656],
] as const)('%s has its known number of parameters', (_name, config, count) => {
  expect(parameterCount(vit(config))).toBe(count);
});

test('weights start as truncated normals of deviation 0.02, biases at 0, norms at 1', () => {
  const values = initialise(vit({ ...small, dim: 48, mlpDim: 96 }), key(4));
  const w = numbersOf(values, 'encoder.layer.1.intermediate.dense.weight');
  const std = Math.sqrt(w.reduce((a, b) => a + b * b, 0) / w.length);
  // The variance of N(0, 1) cut at two deviations is 0.7737.
  expect(Math.abs(std / (0.02 * Math.sqrt(0.7737)) - 1)).toBeLessThan(0.05);
  expect(w.every((v) => Math.abs(v) <= 0.04)).toBe(true);
  expect(numbersOf(values, 'encoder.layer.1.intermediate.dense.bias').every((v) => v === 0)).toBe(true);
  expect(numbersOf(values, 'layernorm.weight').every((v) => v === 1)).toBe(true);
});

test('smooth positions leave CLS at 0, have the asked deviation, and differ more the farther apart two patches are', () => {
  const [grid, D, std] = [8, 32, 2];
  const out = new Float32Array((1 + grid * grid) * D);
  smoothPositionsInit(grid, std)(key(0), [1, 1 + grid * grid, D], out);
  const at = (row: number, column: number) =>
    out.subarray((1 + row * grid + column) * D, (2 + row * grid + column) * D);
  expect(Math.max(...out.subarray(0, D).map(Math.abs))).toBe(0);
  const square = out.reduce((sum, v) => sum + v * v, 0) / (grid * grid * D);
  expect(Math.sqrt(square)).toBeCloseTo(std, 5); // sin^2 + cos^2 = 1 at every place
  const apart = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((v, i) => v - b[i]!));
  const fromCorner = [1, 2, 3].map((step) => apart(at(0, 0), at(0, step)));
  expect(fromCorner).toEqual([...fromCorner].sort((a, b) => a - b));
  expect(apart(at(0, 0), at(3, 0))).toBeCloseTo(apart(at(0, 0), at(0, 3)), 4); // rows and columns alike
});
