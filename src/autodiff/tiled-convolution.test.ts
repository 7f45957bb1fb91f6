// Convolutions by tiles, by patches and in pixel-major order against the definition: a sum over the places of the kernel of
// products with the shifted image. Values and gradients, in a residual network that mixes all of them.

import { expect, test } from 'vitest';
import { compile } from '../compile/index.ts';
import { flatLayout, fold, key, normal } from '../core/index.ts';
import { nodeRuntime } from '../runtime/index.ts';
import {
  add,
  addAll,
  at,
  batchNorm,
  conv2d,
  globalAvgPool2d,
  input,
  matmul,
  mul,
  pad,
  parameter,
  reduceSum,
  relu,
  reshape,
  type Shape,
  slice,
  square,
  sub,
  type Tensor,
} from '../tensor/index.ts';
import { grad } from './index.ts';

const runtime = nodeRuntime({ threads: 1 });

interface Window {
  readonly stride?: number;
  readonly padding?: number;
}

type Convolution = (x: Tensor, w: Tensor, window: Window) => Tensor;

/** Sum over the kernel's places, one product each. */
const defined: Convolution = (x, w, { stride = 1, padding = 0 }) => {
  const [b, c] = x.shape as [number, number];
  const [o, , kh, kw] = w.shape as [number, number, number, number];
  const sides: readonly [number, number] = [padding, padding];
  const image = pad(x, [[0, 0], [0, 0], sides, sides]);
  const [ho, wo] = [kh, kw].map((k, i) => Math.floor((image.shape[2 + i]! - k) / stride) + 1) as [number, number];
  const terms: Tensor[] = [];
  for (let i = 0; i < kh; i++)
    for (let j = 0; j < kw; j++) {
      const rows = slice(image, 2, i, i + (ho - 1) * stride + 1, stride);
      const seen = slice(rows, 3, j, j + (wo - 1) * stride + 1, stride);
      terms.push(matmul(at(at(w, 3, j), 2, i), reshape(seen, [b, c, ho * wo])));
    }
  return reshape(addAll(terms), [b, o, ho, wo]);
};

const engine: Convolution = (x, w, window) => conv2d(x, w, window);

/** The loss of a network, and its gradients with respect to the image and all weights. */
async function values(
  image: Shape,
  weights: Readonly<Record<string, Shape>>,
  network: (x: Tensor, w: Readonly<Record<string, Tensor>>) => Tensor,
): Promise<Record<string, Float32Array>> {
  const w = Object.fromEntries(Object.entries(weights).map(([name, shape]) => [name, parameter(name, shape)]));
  const x = input('x', image);
  const y = network(x, w);
  const loss = reduceSum(mul(y, add(square(y), input('z', y.shape))));
  const grads = grad(loss, [x, ...Object.values(w)]);
  const names = ['x', ...Object.keys(w)];
  const outputs = { y, ...Object.fromEntries(grads.map((g, i) => [`d${names[i]!}`, g])) };
  const program = await compile(outputs, { runtime });
  const layout = flatLayout(Object.entries(weights).map(([name, shape]) => ({ name, shape })));
  const draw = (name: string, shape: Shape) =>
    normal(fold(key(2), name), new Float32Array(shape.reduce((a, d) => a * d, 1)));
  const data = draw('weights', [layout.size]).map((v) => v * 0.1);
  const out = await program.run({
    inputs: { x: draw('x', image), z: draw('z', y.shape) },
    parameters: { layout, data },
  });
  await program.dispose();
  return out as Record<string, Float32Array>;
}

function expectEqual(found: Record<string, Float32Array>, expected: Record<string, Float32Array>): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, e] of Object.entries(expected)) {
    const scale = e.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const worst = e.reduce((m, v, i) => Math.max(m, Math.abs(v - found[name]![i]!)), 0);
    expect(worst / scale, name).toBeLessThan(2e-5);
  }
}

/** Operations of the products of a program, as the engine would make them. */
async function productFlops(y: Tensor): Promise<number> {
  const program = await compile({ y }, { runtime });
  const flops = program.explain().flops;
  await program.dispose();
  return flops;
}

test('a 3x3 convolution of many channels takes fewer operations than its definition, and gives the same', async () => {
  const x = [4, 64, 12, 12];
  const weights = { w: [64, 64, 3, 3] };
  const with_ = (conv: Convolution) => values(x, weights, (t, p) => conv(t, p.w!, { padding: 1 }));
  expectEqual(await with_(engine), await with_(defined));
  const counted = await productFlops(conv2d(input('x', x), input('w', weights.w), { padding: 1 }));
  expect(counted).toBeLessThan(0.75 * 2 * 9 * 64 * 64 * 4 * 144);
});

test.each([
  { size: [8, 8], padding: 1 },
  { size: [7, 10], padding: 1 },
  { size: [9, 6], padding: 0 },
  { size: [6, 7], padding: 2 },
])('tiles cover images of $size with padding $padding', async ({ size, padding }) => {
  const network = (conv: Convolution) => (t: Tensor, p: Readonly<Record<string, Tensor>>) =>
    conv(conv(t, p.stem!, { padding: 1 }), p.w!, { padding });
  const weights = { stem: [32, 3, 3, 3], w: [32, 32, 3, 3] };
  const image = [5, 3, ...size];
  expectEqual(await values(image, weights, network(engine)), await values(image, weights, network(defined)));
});

test('a residual network in pixel-major order has the values and gradients of its definition', async () => {
  const weights = {
    stem: [48, 3, 3, 3],
    one: [48, 48, 3, 3],
    scale: [48],
    shift: [48],
    two: [64, 48, 3, 3],
    short: [64, 48, 1, 1],
    bias: [64],
  };
  const network = (conv: Convolution) => (x: Tensor, p: Readonly<Record<string, Tensor>>) => {
    const bottom = relu(batchNorm(conv(x, p.stem!, { padding: 1 }), { scale: p.scale, shift: p.shift }).y);
    const block = relu(add(batchNorm(conv(bottom, p.one!, { padding: 1 })).y, bottom));
    const down = batchNorm(conv(block, p.two!, { stride: 2, padding: 1 })).y;
    const top = relu(add(down, conv(block, p.short!, { stride: 2 })));
    return globalAvgPool2d(square(sub(mul(top, 0.5), reshape(p.bias!, [64, 1, 1]))));
  };
  const image = [8, 3, 8, 8];
  expectEqual(await values(image, weights, network(engine)), await values(image, weights, network(defined)));
});
