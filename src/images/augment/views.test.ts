import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { toyImages } from '../toy-images.law.ts';
import type { AugmentConfig } from './config.ts';
import { drawView, randomBox } from './draw.ts';
import { AUGMENTATIONS, augmentation } from './presets.ts';
import { augmenter, augmentViews } from './views.ts';

const set = toyImages(6, 16, 16);
const image = (i: number): Uint8Array => set.pixels.slice(i * 768, (i + 1) * 768);
const PLAIN: AugmentConfig = { size: 16, crop: { kind: 'random', scale: [1, 1], ratio: [1, 1] } };
const EVERYTHING: AugmentConfig = {
  size: 12,
  crop: { kind: 'random', scale: [0.2, 1] },
  flip: 0.5,
  jitter: { p: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 },
  grayscale: 0.2,
  blur: { p: 0.5, kernel: 5, sigma: [0.1, 2] },
  solarise: { p: 0.2, threshold: 128 },
};

test('the whole image, nothing else, is the image', () => {
  for (const crop of [PLAIN.crop, { kind: 'centre' }, { kind: 'shift', padding: 0 }] as const) {
    const [views] = augmentViews(set, [4, 0], [{ size: 16, crop }], key(1));
    expect(views!.subarray(0, 768)).toEqual(image(4));
    expect(views!.subarray(768)).toEqual(image(0));
  }
});

test('distortions of strength nothing are the identity', () => {
  const none: AugmentConfig = {
    ...PLAIN,
    jitter: { p: 1, brightness: 0, contrast: 0, saturation: 0, hue: 0 },
    blur: { p: 1, kernel: 1, sigma: [1, 1] },
    solarise: { p: 1, threshold: 256 },
  };
  expect(augmentViews(set, [2], [none], key(3))[0]).toEqual(image(2));
});

test('the same key gives the same views, another key others', () => {
  const views = (seed: number): Uint8Array[] => augmentViews(set, [0, 1, 2], [EVERYTHING, EVERYTHING], key(seed));
  expect(views(5)).toEqual(views(5));
  expect(views(5)).not.toEqual(views(6));
  expect(views(5)[0]).not.toEqual(views(5)[1]);
});

test('a view depends on neither the other images nor the other configurations', () => {
  const together = augmentViews(set, [0, 1, 2], [EVERYTHING, PLAIN], key(5));
  const alone = augmentViews(set, [4, 1], [EVERYTHING], key(5));
  expect(alone[0]!.subarray(432, 864)).toEqual(together[0]!.subarray(432, 864));
});

test('switching one distortion off leaves the draws of the others as they are', () => {
  const { jitter: _, ...rest } = EVERYTHING;
  for (let i = 0; i < 20; i++) {
    const k = fold(key(8), i);
    expect(drawView(rest, 16, 16, k)).toEqual({ ...drawView(EVERYTHING, 16, 16, k), jitter: null });
  }
});

test('probabilities, ranges and orders come out as configured', () => {
  const n = 4000;
  const draws = Array.from({ length: n }, (_, i) => drawView(EVERYTHING, 32, 32, fold(key(9), i)));
  const share = (holds: (d: (typeof draws)[number]) => boolean): number => draws.filter(holds).length / n;
  // Four standard deviations of a share are at most 4 sqrt(1/4 / 4000) = 0.032.
  expect(Math.abs(share((d) => d.flip) - 0.5)).toBeLessThan(0.032);
  expect(Math.abs(share((d) => d.jitter !== null) - 0.8)).toBeLessThan(0.032);
  expect(Math.abs(share((d) => d.grayscale) - 0.2)).toBeLessThan(0.032);
  expect(Math.abs(share((d) => d.blurSigma !== null) - 0.5)).toBeLessThan(0.032);
  expect(Math.abs(share((d) => d.solarise) - 0.2)).toBeLessThan(0.032);
  const orders = new Map<string, number>();
  for (const { jitter, blurSigma } of draws) {
    if (blurSigma !== null) expect(blurSigma >= 0.1 && blurSigma <= 2).toBe(true);
    if (jitter === null) continue;
    const [b, c, s, h] = jitter.factors as [number, number, number, number];
    expect(b >= 0.6 && b <= 1.4 && c >= 0.6 && c <= 1.4 && s >= 0.8 && s <= 1.2 && h >= -0.1 && h <= 0.1).toBe(true);
    orders.set(jitter.order.join(), (orders.get(jitter.order.join()) ?? 0) + 1);
  }
  expect(orders.size).toBe(24);
  const total = [...orders.values()].reduce((a, b) => a + b, 0);
  for (const count of orders.values()) expect(Math.abs(count - total / 24)).toBeLessThan(5 * Math.sqrt(total / 24));
});

test('a random box has the area and the ratio that were drawn, rounded to pixels, and lies within the image', () => {
  // Share 1/4, ratio exp(1/2 (log 3/4 + log 4/3)) = 1: 16 x 16 of 32 x 32; places floor(u 17).
  expect(randomBox(32, 32, [0, 0.5], [3 / 4, 4 / 3], Float32Array.of(0.5, 0.5, 0.5, 0.99))).toEqual({
    top: 8,
    left: 16,
    height: 16,
    width: 16,
  });
  for (let i = 0; i < 500; i++) {
    const { box } = drawView(EVERYTHING, 32, 20, fold(key(2), i));
    const { top, left, height, width } = box!;
    expect(top >= 0 && left >= 0 && top + height <= 32 && left + width <= 20).toBe(true);
    expect(height * width).toBeGreaterThan(0.2 * 640 - 40);
  }
});

test('an attempt that does not fit is drawn again, and after ten the largest centred box of the ratio is taken', () => {
  const draws = new Float32Array(40).fill(0.999);
  draws.set([0.1, 0.5, 0, 0], 4);
  expect(randomBox(10, 40, [0, 1], [1, 1], draws)).toEqual({ top: 0, left: 0, height: 6, width: 6 });
  draws.fill(0.999);
  expect(randomBox(10, 40, [0, 1], [1, 2], draws)).toEqual({ top: 0, left: 10, height: 10, width: 20 });
  expect(randomBox(40, 10, [0, 1], [0.5, 1], draws)).toEqual({ top: 10, left: 0, height: 20, width: 10 });
  expect(randomBox(8, 8, [1, 1], [3, 4], draws)).toEqual({ top: 2, left: 0, height: 3, width: 8 });
});

test('a shifted crop reaches every place of the padded image', () => {
  const seen = new Set<string>();
  for (let i = 0; i < 600; i++) {
    const { box } = drawView({ size: 8, crop: { kind: 'shift', padding: 1 } }, 8, 8, fold(key(4), i));
    expect([box!.height, box!.width]).toEqual([8, 8]);
    seen.add(`${box!.top},${box!.left}`);
  }
  expect([...seen].sort()).toEqual(['-1,-1', '-1,0', '-1,1', '0,-1', '0,0', '0,1', '1,-1', '1,0', '1,1']);
});

test('a drawn view is what its operations give one after another', () => {
  const config: AugmentConfig = { ...PLAIN, solarise: { p: 1, threshold: 100 }, grayscale: 1 };
  const out = new Uint8Array(768);
  augmenter().apply(config, drawView(config, 16, 16, key(0)), image(3), 16, 16, out);
  const source = image(3);
  for (let i = 0; i < 768; i += 3) {
    const gray = 0.2989 * source[i]! + 0.587 * source[i + 1]! + 0.114 * source[i + 2]!;
    const expected = gray >= 100 ? 255 - gray : gray;
    for (const c of [0, 1, 2]) expect(Math.abs(out[i + c]! - expected)).toBeLessThanOrEqual(0.501);
  }
});

test('every preset makes views of its sizes', () => {
  for (const [name, views] of Object.entries(AUGMENTATIONS)) {
    const made = augmentViews(set, [0], views, key(0));
    expect(
      made.map((view) => view.length),
      name,
    ).toEqual(views.map(({ size }) => size * size * 3));
  }
  expect(augmentation('cifar-dino').map(({ size }) => size)).toEqual([32, 32, 16, 16, 16, 16]);
  expect(JSON.parse(JSON.stringify(AUGMENTATIONS))).toEqual(AUGMENTATIONS);
});

test('what means nothing is refused with what must hold', () => {
  const wrong: readonly (readonly [Partial<AugmentConfig>, RegExp])[] = [
    [{ size: 0 }, /size must be an integer of at least 1, got 0/],
    [{ crop: { kind: 'random', scale: [0.5, 0.2] } }, /crop.scale must be \[low, high\]/],
    [{ flip: 1.5 }, /flip must be a probability, got 1.5/],
    [{ jitter: { p: 1, brightness: 0, contrast: 0, saturation: 0, hue: 0.6 } }, /hue must be between 0 and 0.5/],
    [{ blur: { p: 1, kernel: 4, sigma: [1, 2] } }, /kernel must be odd and at most 31/],
    [{ solarise: { p: 1, threshold: -1 } }, /threshold/],
  ];
  for (const [part, message] of wrong) {
    expect(() => augmentViews(set, [0], [{ ...PLAIN, ...part }], key(0))).toThrow(message);
  }
  expect(() => augmentViews(set, [6], [PLAIN], key(0))).toThrow(/0 to 5, got 6/);
  expect(() => augmentation('cifar-vicre')).toThrow(/did you mean 'cifar-vicreg'/);
});
