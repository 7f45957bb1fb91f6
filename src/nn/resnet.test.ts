import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { input } from '../tensor/index.ts';
import { bind, IMAGENET, initialise, parameterCount, RESNET18, type ResNetConfig, resNet } from './index.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from './run-module.law.ts';

const tiny: ResNetConfig = { blocks: [1, 1], width: 2, stem: 'cifar' };

test('ResNet-18 has the number of parameters that torchvision counts, less the classifier', () => {
  // 11,173,962 with the small stem and 10 classes; 11,689,512 with the large stem and 1000 classes.
  expect(parameterCount(resNet())).toBe(11_173_962 - (512 + 1) * 10);
  expect(parameterCount(resNet({ stem: 'imagenet' }))).toBe(11_689_512 - (512 + 1) * 1000);
});

test("tensors carry torchvision's names", () => {
  const { parameters, buffers } = initialise(resNet(tiny), key(0));
  expect(parameters.layout.entries.map((e) => `${e.name} [${e.shape}]`)).toEqual([
    'conv1.weight [2,3,3,3]',
    'bn1.weight [2]',
    'bn1.bias [2]',
    'layer1.0.conv1.weight [2,2,3,3]',
    'layer1.0.bn1.weight [2]',
    'layer1.0.bn1.bias [2]',
    'layer1.0.conv2.weight [2,2,3,3]',
    'layer1.0.bn2.weight [2]',
    'layer1.0.bn2.bias [2]',
    'layer2.0.conv1.weight [4,2,3,3]',
    'layer2.0.bn1.weight [4]',
    'layer2.0.bn1.bias [4]',
    'layer2.0.conv2.weight [4,4,3,3]',
    'layer2.0.bn2.weight [4]',
    'layer2.0.bn2.bias [4]',
    'layer2.0.downsample.0.weight [4,2,1,1]',
    'layer2.0.downsample.1.weight [4]',
    'layer2.0.downsample.1.bias [4]',
  ]);
  expect(buffers.layout.entries.map((e) => e.name).slice(0, 3)).toEqual([
    'bn1.running_mean',
    'bn1.running_var',
    'layer1.0.bn1.running_mean',
  ]);
});

test('the maps of a 32-pixel image are 4x4 after the small stem, 1x1 after the large, and eb_jepa pads to 5x5', () => {
  const shape = (config: ResNetConfig) =>
    bind(resNet(config), 'eval').model.features(input('x', [2, 32, 32, 3], 'u8')).shape;
  expect(shape(RESNET18)).toEqual([2, 512, 4, 4]);
  expect(shape({ stem: 'imagenet' })).toEqual([2, 512, 1, 1]);
  expect(shape({ stemPadding: 2 })).toEqual([2, 512, 5, 5]); // 34, 34, 17, 9, 5
  const { model } = bind(resNet(), 'eval');
  expect(model.pooled(input('x', [2, 3, 32, 32])).shape).toEqual([2, 512]);
  expect(model.tokens(input('x', [2, 3, 32, 32])).shape).toEqual([2, 16, 512]);
});

/** Cross-correlation [C, h, w] * [O, C, k, k], padded by (k - 1) / 2. */
function convolve(
  x: ArrayLike<number>,
  [C, h, w]: readonly [number, number, number],
  weight: Float32Array,
  k: number,
  stride: number,
): { readonly y: number[]; readonly size: readonly [number, number, number] } {
  const O = weight.length / (C * k * k);
  const half = (k - 1) / 2;
  const size = [O, Math.ceil(h / stride), Math.ceil(w / stride)] as const;
  const y: number[] = [];
  for (let o = 0; o < O; o++)
    for (let r = 0; r < size[1]; r++)
      for (let c = 0; c < size[2]; c++) {
        let sum = 0;
        for (let ch = 0; ch < C; ch++)
          for (let i = 0; i < k; i++)
            for (let j = 0; j < k; j++) {
              const [row, column] = [r * stride + i - half, c * stride + j - half];
              if (row < 0 || column < 0 || row >= h || column >= w) continue;
              sum += x[(ch * h + row) * w + column]! * weight[((o * C + ch) * k + i) * k + j]!;
            }
        y.push(sum);
      }
  return { y, size };
}

test('a network of two stages is its formula in plain loops', async () => {
  const net = resNet(tiny);
  const values = shaken(net);
  const x = gaussian(3 * 6 * 6, 1);
  const { map, pooled, tokens } = await runModule(
    net,
    'eval',
    (m) => {
      const images = input('x', [1, 3, 6, 6]);
      return { map: m.features(images), pooled: m.pooled(images), tokens: m.tokens(images) };
    },
    { values, inputs: { x } },
  );
  const norm = (y: readonly number[], name: string, channels: number): number[] => {
    const of = (part: string) => numbersOf(values, `${name}.${part}`);
    const each = y.length / channels;
    return y.map((v, i) => {
      const c = Math.floor(i / each);
      const unit = (v - of('running_mean')[c]!) / Math.sqrt(of('running_var')[c]! + 1e-5);
      return unit * of('weight')[c]! + of('bias')[c]!;
    });
  };
  const relu = (y: readonly number[]) => y.map((v) => Math.max(0, v));
  const weight = (name: string) => numbersOf(values, `${name}.weight`);
  const stem = convolve(x, [3, 6, 6], weight('conv1'), 3, 1);
  let at = { y: relu(norm(stem.y, 'bn1', 2)), size: stem.size };
  for (const [name, stride] of [
    ['layer1.0', 1],
    ['layer2.0', 2],
  ] as const) {
    const channels = 2 * stride;
    const first = convolve(at.y, at.size, weight(`${name}.conv1`), 3, stride);
    const inner = relu(norm(first.y, `${name}.bn1`, channels));
    const second = convolve(inner, first.size, weight(`${name}.conv2`), 3, 1);
    const branch = norm(second.y, `${name}.bn2`, channels);
    const shortcut =
      stride === 1
        ? at.y
        : norm(convolve(at.y, at.size, weight(`${name}.downsample.0`), 1, 2).y, `${name}.downsample.1`, channels);
    at = { y: relu(branch.map((v, i) => v + shortcut[i]!)), size: second.size };
  }
  expect(at.size).toEqual([4, 3, 3]);
  expect(distance(map!, at.y)).toBeLessThan(1e-5);
  const means = [0, 1, 2, 3].map((c) => at.y.slice(c * 9, c * 9 + 9).reduce((a, b) => a + b, 0) / 9);
  expect(distance(pooled!, means)).toBeLessThan(1e-5);
  expect(
    distance(
      tokens!,
      Array.from(map!, (_, i) => map![(i % 4) * 9 + Math.floor(i / 4)]!),
    ),
  ).toBe(0);
});

test('pixels give the same map as the images normalised beforehand', async () => {
  const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => (i * 97 + 13) % 256);
  const normalised = Float32Array.from({ length: 3 * 64 }, (_, i) => {
    const c = Math.floor(i / 64);
    return (pixels[(i % 64) * 3 + c]! / 255 - IMAGENET.mean[c]!) / IMAGENET.std[c]!;
  });
  const { a, b } = await runModule(
    resNet(tiny),
    'eval',
    (m) => ({
      a: m.features(input('pixels', [1, 8, 8, 3], 'u8')),
      b: m.features(input('normalised', [1, 3, 8, 8])),
    }),
    { inputs: { pixels, normalised } },
  );
  expect(distance(a!, b!)).toBeLessThan(1e-5);
});

test('a training pass moves the running statistics a tenth of the way to those of the batch, unbiased', async () => {
  const net = resNet(tiny);
  const values = shaken(net);
  const x = gaussian(2 * 3 * 16, 1);
  const results = await runModule(net, 'train', (m) => ({ y: m.pooled(input('x', [2, 3, 4, 4])) }), {
    values,
    inputs: { x },
  });
  expect(Object.keys(results).filter((name) => name.startsWith('update:')).length).toBe(2 * 6);
  const maps = [0, 1].map(
    (b) => convolve(x.subarray(b * 48, b * 48 + 48), [3, 4, 4], numbersOf(values, 'conv1.weight'), 3, 1).y,
  );
  for (const c of [0, 1]) {
    const all = maps.flatMap((y) => y.slice(c * 16, c * 16 + 16));
    const mean = all.reduce((a, b) => a + b, 0) / 32;
    const variance = all.reduce((a, b) => a + (b - mean) ** 2, 0) / 31;
    const before = (name: string) => numbersOf(values, name)[c]!;
    expect(results['update:bn1.running_mean']![c]).toBeCloseTo(0.9 * before('bn1.running_mean') + 0.1 * mean, 5);
    expect(results['update:bn1.running_var']![c]).toBeCloseTo(0.9 * before('bn1.running_var') + 0.1 * variance, 5);
  }
});

test('convolutions start as normals of variance 2 / (O kh kw), norms as the identity', () => {
  const values = initialise(resNet(), key(1));
  const w = numbersOf(values, 'layer3.0.conv1.weight'); // [256, 128, 3, 3]
  const variance = w.reduce((a, b) => a + b * b, 0) / w.length;
  expect(variance / (2 / (256 * 9))).toBeCloseTo(1, 1.5);
  expect(numbersOf(values, 'layer4.1.bn2.weight').every((v) => v === 1)).toBe(true);
  expect(numbersOf(values, 'layer4.1.bn2.running_var').every((v) => v === 1)).toBe(true);
});
