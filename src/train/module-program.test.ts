// A loss program made from a module. Legend: B batch, I inputs, O outputs, D width.

import { expect, test } from 'vitest';
import { flatView, key } from '../core/index.ts';
import { batchNorm1d, dropout, initialise, linear, type Module, module, one, param } from '../nn/index.ts';
import { distance, gaussian, numbersOf, runtime } from '../nn/run-module.law.ts';
import { add, input, mul, reduceMean, reduceSum, square, sub, type Tensor } from '../tensor/index.ts';
import { moduleProgram } from './index.ts';

interface Rows {
  readonly x: Float32Array;
  readonly y: Float32Array;
}
const [B, I, O] = [5, 3, 2] as const;
const rows: Rows = { x: gaussian(B * I, 1), y: gaussian(B * O, 2) };
const meanSquares = (f: (x: Tensor) => Tensor): Tensor =>
  reduceMean(square(sub(f(input('x', [B, I])), input('y', [B, O]))));
const program = (m: Module<(x: Tensor) => Tensor>) =>
  moduleProgram<(x: Tensor) => Tensor, Rows>({
    module: m,
    key: key(3),
    runtime,
    trace: (f) => ({ loss: meanSquares(f), terms: {} }),
    inputs: (batch) => ({ ...batch }),
  });

test('gradients of a linear layer land in the flat buffer, where its layout says', async () => {
  const p = await program(linear(I, O));
  p.grads.fill(Number.NaN); // what is not written shows
  const { loss } = await p.step(rows, key(0), 0);
  const [w, b] = [numbersOf(p.values, 'weight'), numbersOf(p.values, 'bias')];
  const error = Array.from({ length: B * O }, (_, at) => {
    const [n, o] = [Math.floor(at / O), at % O];
    let sum = b[o]! - rows.y[at]!;
    for (let i = 0; i < I; i++) sum += rows.x[n * I + i]! * w[o * I + i]!;
    return sum;
  });
  expect(loss).toBeCloseTo(error.reduce((s, e) => s + e * e, 0) / (B * O), 5);
  const dw = Array.from({ length: O * I }, (_, at) => {
    const [o, i] = [Math.floor(at / I), at % I];
    let sum = 0;
    for (let n = 0; n < B; n++) sum += (2 / (B * O)) * error[n * O + o]! * rows.x[n * I + i]!;
    return sum;
  });
  expect(distance(flatView(p.layout, p.grads, 'weight'), dw)).toBeLessThan(1e-6);
  expect(p.grads.every((v) => Number.isFinite(v))).toBe(true);
  expect(p.params).toBe(p.values.parameters.data);
});

test('a parameter that is used in two places gets the sum of both gradients', async () => {
  const shared = module({ w: param([1], one) }, (_p) => null);
  // Bound twice, the parameter is two source tensors of one name.
  const twice: Module<(x: Tensor) => Tensor> = {
    ...shared,
    bindAt: (path, trace) => {
      const use = () => module({ w: param([1], one) }, (p) => p.w).bindAt(path, trace);
      return (x) => add(mul(use(), reduceSum(x)), mul(use(), 2));
    },
  };
  const p = await moduleProgram<(x: Tensor) => Tensor, { x: Float32Array }>({
    module: twice,
    key: key(0),
    runtime,
    trace: (f) => ({ loss: reduceSum(f(input('x', [3]))), terms: {} }),
    inputs: ({ x }) => ({ x }),
  });
  await p.step({ x: Float32Array.of(1, 2, 3) }, key(0), 0);
  expect([...p.grads]).toEqual([8]);
});

test('a step updates running statistics and leaves the parameters alone', async () => {
  const net = module({ fc: linear(I, O), norm: batchNorm1d(O) }, (m) => (x: Tensor) => m.norm(m.fc(x)));
  const p = await program(net);
  const params = p.params.slice();
  const before = p.buffers.slice();
  await p.step(rows, key(0), 0);
  const once = p.buffers.slice();
  expect(p.params).toEqual(params);
  expect(distance(once, before)).toBeGreaterThan(1e-3);
  await p.step(rows, key(0), 1);
  // The same batch again: mean <- 0.9 mean + 0.1 batch mean, so the second step moves 0.9 times as far.
  const { offset, size } = p.bufferLayout.index.get('norm.running_mean')!;
  for (let i = offset; i < offset + size; i++)
    expect(p.buffers[i]! - once[i]!).toBeCloseTo(0.9 * (once[i]! - before[i]!), 6);
});

test('parameters that do not influence the loss are refused by name', async () => {
  const net = module({ used: linear(I, O), idle: linear(I, O) }, (m) => m.used);
  await expect(program(net)).rejects.toThrow(/do not influence the loss: idle\.weight, idle\.bias;/);
});

test('terms are reported, and observed tensors kept', async () => {
  const p = await moduleProgram<(x: Tensor) => Tensor, Rows>({
    module: linear(I, O),
    key: key(3),
    runtime,
    trace(f) {
      const y = f(input('x', [B, I]));
      const error = reduceMean(square(sub(y, input('y', [B, O]))));
      return { loss: mul(error, 2), terms: { error }, observe: { y } };
    },
    inputs: (batch) => ({ ...batch }),
  });
  const { loss, terms } = await p.step(rows, key(0), 0);
  expect(loss).toBeCloseTo(2 * terms.error!, 6);
  expect(p.observed.y!.length).toBe(B * O);
});

test('random draws of a step come from its key', async () => {
  const net = module({ fc: linear(I, O) }, (m, trace) => (x: Tensor) => dropout(m.fc(x), 0.5, trace));
  const p = await program(net);
  const at = async (seed: number) => (await p.step(rows, key(seed), 0)).loss;
  expect(await at(1)).toBe(await at(1));
  expect(await at(1)).not.toBe(await at(2));
});

test('training starts from given numbers', async () => {
  const values = initialise(linear(I, O), key(9));
  const p = await moduleProgram<(x: Tensor) => Tensor, Rows>({
    module: linear(I, O),
    key: key(3),
    runtime,
    values,
    trace: (f) => ({ loss: meanSquares(f), terms: {} }),
    inputs: (batch) => ({ ...batch }),
  });
  expect(p.params).toBe(values.parameters.data);
});
