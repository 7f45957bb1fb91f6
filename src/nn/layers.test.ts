// Linear layers, embeddings, MLPs, the GRU and dropout against their formulas in plain loops.

import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { input } from '../tensor/index.ts';
import { dropout, embedding, gru, initialise, linear, mlp, module, pointwiseConv1d, projector } from './index.ts';
import { distance, gaussian, numbersOf, runModule, shaken } from './run-module.law.ts';

/** x W^T + b of rows. */
function affine(x: ArrayLike<number>, weight: Float32Array, bias: Float32Array | undefined, inDim: number): number[] {
  const outDim = weight.length / inDim;
  return Array.from({ length: (x.length / inDim) * outDim }, (_, at) => {
    const [row, o] = [Math.floor(at / outDim), at % outDim];
    let sum = bias?.[o] ?? 0;
    for (let i = 0; i < inDim; i++) sum += x[row * inDim + i]! * weight[o * inDim + i]!;
    return sum;
  });
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

test('a linear layer is x W^T + b over the last axis', async () => {
  const layer = linear(4, 3);
  const values = initialise(layer, key(5));
  const x = gaussian(2 * 5 * 4, 1);
  const { y } = await runModule(layer, 'eval', (f) => ({ y: f(input('x', [2, 5, 4])) }), { values, inputs: { x } });
  expect(distance(y!, affine(x, numbersOf(values, 'weight'), numbersOf(values, 'bias'), 4))).toBeLessThan(1e-6);
});

test('a linear layer without bias has one parameter', async () => {
  const layer = linear(4, 3, { bias: false });
  const values = initialise(layer, key(5));
  const x = gaussian(8, 1);
  expect(values.parameters.layout.entries.map((e) => e.name)).toEqual(['weight']);
  const { y } = await runModule(layer, 'eval', (f) => ({ y: f(input('x', [2, 4])) }), { values, inputs: { x } });
  expect(distance(y!, affine(x, numbersOf(values, 'weight'), undefined, 4))).toBeLessThan(1e-6);
});

test('a linear layer refuses another width while tracing', async () => {
  await expect(runModule(linear(4, 3), 'eval', (f) => ({ y: f(input('x', [2, 5])) }))).rejects.toThrow(/5/);
});

test('an embedding picks rows of its table', async () => {
  const table = embedding(6, 2);
  const values = initialise(table, key(0));
  const ids = Int32Array.of(5, 0, 5);
  const { y } = await runModule(table, 'eval', (f) => ({ y: f(input('ids', [3], 'i32')) }), {
    values,
    inputs: { ids },
  });
  const w = numbersOf(values, 'weight');
  expect([...y!]).toEqual([w[10], w[11], w[0], w[1], w[10], w[11]]);
});

test('a pointwise convolution is the same affine map at every time, its weight shaped as Conv1d has it', async () => {
  const layer = pointwiseConv1d(4, 3);
  const values = initialise(layer, key(5));
  const x = gaussian(2 * 6 * 4, 1);
  expect(values.parameters.layout.index.get('weight')!.shape).toEqual([3, 4, 1]);
  const { y } = await runModule(layer, 'eval', (f) => ({ y: f(input('x', [2, 6, 4])) }), { values, inputs: { x } });
  expect(distance(y!, affine(x, numbersOf(values, 'weight'), numbersOf(values, 'bias'), 4))).toBeLessThan(1e-6);
});

test('an MLP applies its activation between its layers, not after the last', async () => {
  const net = mlp([3, 4, 2], 'relu');
  const values = shaken(net, 1);
  const x = gaussian(5 * 3, 1);
  const { y } = await runModule(net, 'eval', (f) => ({ y: f(input('x', [5, 3])) }), { values, inputs: { x } });
  const hidden = affine(x, numbersOf(values, '0.weight'), numbersOf(values, '0.bias'), 3).map((v) => Math.max(v, 0));
  expect(distance(y!, affine(hidden, numbersOf(values, '1.weight'), numbersOf(values, '1.bias'), 4))).toBeLessThan(
    1e-6,
  );
  expect(y!.some((v) => v < 0)).toBe(true);
});

test("the projector's tensors carry the reference's nn.Sequential indices", () => {
  const { parameters, buffers } = initialise(projector(3, 5, 2), key(0));
  expect(parameters.layout.entries.map((e) => `${e.name} [${e.shape}]`)).toEqual([
    'net.0.weight [5,3]',
    'net.0.bias [5]',
    'net.1.weight [5]',
    'net.1.bias [5]',
    'net.3.weight [2,5]',
    'net.3.bias [2]',
  ]);
  expect(buffers.layout.entries.map((e) => e.name)).toEqual(['net.1.running_mean', 'net.1.running_var']);
});

test('a GRU follows the formulas of the gates, step by step', async () => {
  const [I, H, T] = [3, 4, 5] as const;
  const cell = gru(I, H);
  const values = shaken(cell);
  const x = gaussian(T * I, 1);
  const h0 = gaussian(H, 2);
  const { states, first } = await runModule(
    cell,
    'eval',
    (g) => ({
      states: g.run(input('x', [1, T, I]), input('h', [1, H])),
      first: g.step(input('x0', [1, I]), input('h', [1, H])),
    }),
    { values, inputs: { x, h: h0, x0: x.slice(0, I) } },
  );
  let h = Array.from(h0);
  const expected: number[] = [];
  for (let t = 0; t < T; t++) {
    const of = (kind: string, v: ArrayLike<number>, dim: number): number[] =>
      affine(v, numbersOf(values, `weight_${kind}_l0`), numbersOf(values, `bias_${kind}_l0`), dim);
    const a = of('ih', x.subarray(t * I, (t + 1) * I), I);
    const b = of('hh', h, H);
    h = h.map((old, i) => {
      const r = sigmoid(a[i]! + b[i]!);
      const z = sigmoid(a[H + i]! + b[H + i]!);
      const n = Math.tanh(a[2 * H + i]! + r * b[2 * H + i]!);
      return (1 - z) * n + z * old;
    });
    expected.push(...h);
  }
  expect(distance(states!, expected)).toBeLessThan(1e-6);
  expect(distance(first!, expected.slice(0, H))).toBeLessThan(1e-6);
});

const dropped = module({}, (_, trace) => (p: number) => dropout(input('x', [20_000]), p, trace));
const ones = new Float32Array(20_000).fill(1);

test('dropout zeroes a share p, and scales the rest by 1 / (1 - p)', async () => {
  const { y } = await runModule(dropped, 'train', (f) => ({ y: f(0.25) }), { inputs: { x: ones } });
  expect([...new Set(y)].sort()).toEqual([0, Math.fround(1 / 0.75)]);
  const zeros = y!.filter((v) => v === 0).length / y!.length;
  expect(Math.abs(zeros - 0.25)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 20_000)); // five deviations
});

test('dropout is a function of the key: equal keys drop the same, others do not, two uses in one trace differ', async () => {
  const draw = (seed: number) =>
    runModule(dropped, 'train', (f) => ({ a: f(0.5), b: f(0.5) }), { inputs: { x: ones }, key: key(seed) });
  const [one, same, other] = [await draw(1), await draw(1), await draw(2)];
  expect(same).toEqual(one);
  expect(other.a).not.toEqual(one.a);
  expect(one.b).not.toEqual(one.a);
});

test('dropout is the identity in eval mode and for p = 0', async () => {
  const x = gaussian(20_000, 3);
  const evaluated = await runModule(dropped, 'eval', (f) => ({ y: f(0.5) }), { inputs: { x } });
  const nothing = await runModule(dropped, 'train', (f) => ({ y: f(0) }), { inputs: { x } });
  expect(evaluated.y).toEqual(x);
  expect(nothing.y).toEqual(x);
});
