import { expect, test } from 'vitest';
import { blurrer, gaussianKernel } from './blur.ts';
import { brightness, contrast, grayscale, hue, saturation, solarise } from './colour.ts';

const pixels = (...values: number[]): Float32Array => Float32Array.from(values);
const changed = (x: Float32Array, change: (x: Float32Array) => void): number[] => {
  change(x);
  return [...x];
};
const close = (got: readonly number[], expected: readonly number[]): void => {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, 3);
};

const GRAY = 0.2989 * 100 + 0.587 * 50 + 0.114 * 200;

test('brightness multiplies and clamps', () => {
  expect(changed(pixels(100, 0, 200), (x) => brightness(x, 3, 1.5))).toEqual([150, 0, 255]);
});

test('contrast moves away from the mean gray of the image', () => {
  const mean = (GRAY + 0.9999 * 10) / 2;
  const blend = (v: number): number => Math.min(255, Math.max(0, 1.5 * v - 0.5 * mean));
  close(
    changed(pixels(100, 50, 200, 10, 10, 10), (x) => contrast(x, 6, 1.5)),
    [100, 50, 200, 10, 10, 10].map(blend),
  );
});

test('saturation 0 is the gray of each pixel, as grayscale', () => {
  const gray = changed(pixels(100, 50, 200), (x) => saturation(x, 3, 0));
  close(gray, [GRAY, GRAY, GRAY]);
  close(
    changed(pixels(100, 50, 200), (x) => grayscale(x, 3)),
    [GRAY, GRAY, GRAY],
  );
});

test('factors of 1 and a turn of 0 change nothing', () => {
  const same = [100, 50, 200, 3, 3, 3, 255, 0, 17];
  for (const change of [
    (x: Float32Array) => brightness(x, 9, 1),
    (x: Float32Array) => contrast(x, 9, 1),
    (x: Float32Array) => saturation(x, 9, 1),
    (x: Float32Array) => hue(x, 9, 0),
    (x: Float32Array) => hue(x, 9, 1),
  ]) {
    close(changed(pixels(...same), change), same);
  }
});

test('thirds of a turn lead red to green to blue, half a turn to the complement', () => {
  const turned = (turns: number): number[] => changed(pixels(255, 0, 0), (x) => hue(x, 3, turns));
  close(turned(1 / 3), [0, 255, 0]);
  close(turned(-1 / 3), [0, 0, 255]);
  close(turned(0.5), [0, 255, 255]);
  close(turned(1 / 6), [255, 255, 0]);
  close(turned(1 / 12), [255, 127.5, 0]);
  close(turned(-1 / 12), [255, 0, 127.5]);
});

test('a turn keeps the largest and the smallest value, is undone by its opposite, and leaves gray alone', () => {
  for (const rgb of [
    [100, 50, 200],
    [9, 250, 30],
    [77, 76, 75],
    [0, 128, 255],
    [200, 10, 120],
  ] as const) {
    for (const turns of [0.05, 0.2, 0.45, -0.1, -0.3, -0.5]) {
      const x = pixels(...rgb);
      hue(x, 3, turns);
      expect(Math.max(...x)).toBeCloseTo(Math.max(...rgb), 3);
      expect(Math.min(...x)).toBeCloseTo(Math.min(...rgb), 3);
      hue(x, 3, -turns);
      close([...x], rgb);
    }
  }
  expect(changed(pixels(80, 80, 80), (x) => hue(x, 3, 0.4))).toEqual([80, 80, 80]);
});

test('solarising inverts what reaches the threshold', () => {
  expect(changed(pixels(127, 128, 255, 0), (x) => solarise(x, 4, 128))).toEqual([127, 127, 0, 0]);
});

test('the kernel is the sampled Gaussian, normalised', () => {
  const side = Math.exp(-0.5);
  close(
    [...gaussianKernel(3, 1)],
    [side, 1, side].map((k) => k / (1 + 2 * side)),
  );
  expect([...gaussianKernel(1, 0.5)]).toEqual([1]);
});

test('a blurred impulse is the product of the kernel with itself', () => {
  const image = new Float32Array(7 * 9 * 3);
  image[3 * (3 * 9 + 4) + 1] = 100;
  const kernel = gaussianKernel(5, 1.3);
  blurrer()(image, 7, 9, kernel);
  for (let y = 0; y < 7; y++) {
    for (let x = 0; x < 9; x++) {
      const weight = (kernel[y - 1] ?? 0) * (kernel[x - 2] ?? 0);
      expect(image[3 * (y * 9 + x) + 1]).toBeCloseTo(100 * weight, 3);
      expect(image[3 * (y * 9 + x)]).toBe(0);
    }
  }
});

test('at the border the image continues by reflection, the edge not repeated', () => {
  const [height, width] = [4, 5];
  const value = (y: number, x: number): number => (y * 31 + x * x * 7) % 50;
  const reflect = (i: number, n: number): number => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
  const image = new Float32Array(height * width * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) image[3 * (y * width + x) + 2] = value(y, x);
  const kernel = gaussianKernel(7, 2);
  blurrer()(image, height, width, kernel);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < 7; i++) {
        for (let j = 0; j < 7; j++) {
          sum += kernel[i]! * kernel[j]! * value(reflect(y + i - 3, height), reflect(x + j - 3, width));
        }
      }
      expect(image[3 * (y * width + x) + 2]).toBeCloseTo(sum, 3);
    }
  }
});

test('a constant image stays constant under a blur', () => {
  const image = new Float32Array(6 * 6 * 3).fill(77);
  blurrer()(image, 6, 6, gaussianKernel(5, 2));
  for (const value of image) expect(value).toBeCloseTo(77, 4);
});
