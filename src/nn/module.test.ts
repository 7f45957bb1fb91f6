import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { add, input, mul, type Tensor } from '../tensor/index.ts';
import {
  bind,
  blankValues,
  buffer,
  filled,
  initialise,
  linear,
  loadWeights,
  module,
  normalInit,
  one,
  param,
  parameterCount,
  specsOf,
  truncatedNormalInit,
  uniformFanIn,
  zero,
} from './index.ts';
import { numbersOf, runModule } from './run-module.law.ts';

const net = module(
  {
    first: linear(2, 3),
    layers: [linear(3, 3), linear(3, 3)],
    'deep.er': module({ weight: param([4], one) }, (p) => p.weight),
    count: buffer([1], zero),
  },
  (m, trace) => ({
    call: (x: Tensor) => m.layers.reduce((h, layer) => layer(h), m.first(x)),
    tick: () => m.count.write(add(m.count.read(), 1)),
    count: () => m.count.read(),
    wrong: () => m.count.write(input('two', [2])),
    label: () => trace.label('noise'),
  }),
);

test('names join with dots; lists are numbered; a name may itself contain dots', () => {
  expect(specsOf(net, 'parameter').map((s) => s.name)).toEqual([
    'first.weight',
    'first.bias',
    'layers.0.weight',
    'layers.0.bias',
    'layers.1.weight',
    'layers.1.bias',
    'deep.er.weight',
  ]);
  expect(specsOf(net, 'buffer').map((s) => s.name)).toEqual(['count']);
  expect(parameterCount(net)).toBe(6 + 3 + 2 * (9 + 3) + 4);
});

test('two tensors of one name are refused', () => {
  const twice = module({ 'a.weight': param([1], one), a: module({ weight: param([2], one) }, () => 0) }, () => 0);
  expect(() => initialise(twice, key(0))).toThrow(/'a.weight' twice/);
});

test('initial numbers depend on the key and on the name of the tensor, not on what else there is', () => {
  const alone = module({ first: linear(2, 3) }, () => 0);
  expect(numbersOf(initialise(alone, key(1)), 'first.weight')).toEqual(
    numbersOf(initialise(net, key(1)), 'first.weight'),
  );
  const values = initialise(net, key(1));
  expect(numbersOf(values, 'layers.0.weight')).not.toEqual(numbersOf(values, 'layers.1.weight'));
  expect(numbersOf(initialise(net, key(2)), 'first.weight')).not.toEqual(numbersOf(values, 'first.weight'));
});

test('reads of a buffer see earlier writes of the same trace, and the last write is the update', async () => {
  const values = initialise(net, key(0));
  numbersOf(values, 'count')[0] = 5;
  const out = await runModule(
    net,
    'train',
    (m) => {
      const before = mul(m.count(), 1);
      m.tick();
      m.tick();
      return { before, after: mul(m.count(), 1) };
    },
    { values },
  );
  expect([out.before![0], out.after![0], out['update:count']![0]]).toEqual([5, 7, 7]);
});

test('bindings do not share updates or labels', () => {
  const [a, b] = [bind(net, 'train'), bind(net, 'train')];
  a.model.tick();
  expect(Object.keys(a.updates())).toEqual(['count']);
  expect(Object.keys(b.updates())).toEqual([]);
  expect([a.model.label(), a.model.label(), b.model.label()]).toEqual(['noise#0', 'noise#1', 'noise#0']);
});

test('a buffer refuses a value of another shape', () => {
  expect(() => bind(net, 'train').model.wrong()).toThrow("buffer 'count' is [1], got [2]");
});

test.each([
  ['zero', zero, 0, 0],
  ['one', one, 1, 1],
  ['filled(3)', filled(3), 3, 3],
  ['uniformFanIn(16)', uniformFanIn(16), -0.25, 0.25],
  ['truncatedNormalInit(0.5)', truncatedNormalInit(0.5), -1, 1],
] as const)('%s stays within its bounds and reaches for them', (_name, init, low, high) => {
  const out = new Float32Array(10_000);
  init(key(3), [100, 100], out);
  const [min, max] = [Math.min(...out), Math.max(...out)];
  expect(min).toBeGreaterThanOrEqual(low);
  expect(max).toBeLessThanOrEqual(high);
  expect(max - min).toBeGreaterThanOrEqual(0.97 * (high - low));
});

test('normalInit has its deviation', () => {
  const out = new Float32Array(100_000);
  normalInit(0.5)(key(3), [100_000], out);
  // The deviation of a sample deviation is std / sqrt(2 n): five of them.
  const std = Math.sqrt(out.reduce((a, b) => a + b * b, 0) / out.length);
  expect(Math.abs(std - 0.5)).toBeLessThan((5 * 0.5) / Math.sqrt(200_000));
});

const stored = (shape: readonly number[], value: number) => ({
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});
const layer = module({ fc: linear(2, 3), mean: buffer([3], zero) }, () => 0);
const dict = () =>
  new Map([
    ['fc.weight', stored([3, 2], 1)],
    ['fc.bias', stored([3], 2)],
    ['mean', stored([3], 3)],
  ]);

test('a state dict loads by name into parameters and buffers; counts of batches are passed over', () => {
  const values = blankValues(layer);
  const tensors = dict().set('bn.num_batches_tracked', stored([], 7));
  loadWeights(values, tensors, (t) => t.data, 'file');
  expect([...values.parameters.data]).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2]);
  expect([...values.buffers.data]).toEqual([3, 3, 3]);
});

test('a state dict of another architecture is refused whole, with every missing, extra and mis-shaped tensor', () => {
  const values = blankValues(layer);
  const tensors = dict()
    .set('fc.weight', stored([2, 3], 1))
    .set('other', stored([4], 0));
  tensors.delete('fc.bias');
  expect(() => loadWeights(values, tensors, (t) => t.data, 'x.safetensors')).toThrow(
    /x\.safetensors.*missing: fc\.bias \[3\]; extra: other \[4\]; wrong shape: fc\.weight \[2, 3\] must be \[3, 2\]/,
  );
  expect(values.buffers.data.every((v) => v === 0)).toBe(true);
});
