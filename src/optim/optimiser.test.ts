// What holds for all optimisers, beside the reference numbers of optim.test.ts.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { flatLayout, key, normal } from '../core/index.ts';
import {
  adam,
  adamW,
  clipByGlobalNorm,
  emaUpdate,
  globalNorm,
  larsEb,
  larsVicreg,
  type Optimiser,
  sgd,
} from './index.ts';

const layout = flatLayout([
  { name: 'encoder.weight', shape: [7, 5] },
  { name: 'encoder.bias', shape: [7] },
  { name: 'head.weight', shape: [3, 7] },
]);

const makers: readonly (readonly [string, () => Optimiser])[] = [
  ['adamW', () => adamW(layout)],
  ['adam', () => adam(layout, { weightDecay: 0.1 })],
  ['sgd', () => sgd(layout, { momentum: 0.9 })],
  ['plain sgd', () => sgd(layout)],
  ['larsVicreg', () => larsVicreg(layout)],
  ['larsEb', () => larsEb(layout)],
];

const draw = (seed: number): Float32Array => normal(key(seed), new Float32Array(layout.size));

test.each(makers)('%s continues bit for bit from copied state, step count and parameters', (_name, make) => {
  const straight = make();
  const params = draw(1);
  for (let s = 0; s < 3; s++) straight.step(params, draw(10 + s), 0.01);
  const resumed = make();
  for (const [name, buffer] of Object.entries(straight.state)) resumed.state[name]?.set(buffer);
  resumed.stepCount = straight.stepCount;
  const copy = params.slice();
  for (let s = 3; s < 6; s++) {
    straight.step(params, draw(10 + s), 0.01);
    resumed.step(copy, draw(10 + s), 0.01);
  }
  expect(copy).toEqual(params);
});

test.each(makers)('%s leaves the gradients as they are', (_name, make) => {
  const grads = draw(2);
  make().step(draw(1), grads, 0.1);
  expect(grads).toEqual(draw(2));
});

test.each(makers)('%s with learning rate 0 leaves the parameters as they are', (_name, make) => {
  const params = draw(1);
  make().step(params, draw(2), 0);
  expect(params).toEqual(draw(1));
});

test.each(makers)('%s refuses buffers of another size, and a learning rate that is not finite', (_name, make) => {
  expect(() => make().step(new Float32Array(3), draw(1), 0.1)).toThrow(/must be \[63\].*got \[3\] and \[63\]/);
  expect(() => make().step(draw(1), draw(2), Number.NaN)).toThrow(/learning rate must be finite, got NaN/);
});

test.each(makers)('%s with an lrScale of 0 freezes a tensor', (name, _make) => {
  const group = ({ name: tensor }: { name: string }): { decay: boolean; lrScale: number } => ({
    decay: true,
    lrScale: tensor.startsWith('head') ? 0 : 1,
  });
  const frozen: Readonly<Record<string, Optimiser>> = {
    adamW: adamW(layout, { group }),
    adam: adam(layout, { group }),
    sgd: sgd(layout, { group, momentum: 0.9 }),
    'plain sgd': sgd(layout, { group }),
    larsVicreg: larsVicreg(layout, { group }),
    larsEb: larsEb(layout, { group }),
  };
  const params = draw(1);
  frozen[name]?.step(params, draw(2), 0.1);
  expect(params.subarray(42)).toEqual(draw(1).subarray(42));
  expect(params.subarray(0, 42)).not.toEqual(draw(1).subarray(0, 42));
});

test('AdamW with a weight decay assigned between steps shrinks a parameter without gradient by lr times it', () => {
  const one = flatLayout([{ name: 'p', shape: [1] }]);
  const optimiser = adamW(one, { weightDecay: 0 });
  const p = Float32Array.of(1);
  optimiser.step(p, Float32Array.of(0), 0.5);
  expect(p[0]).toBe(1);
  optimiser.weightDecay = 0.5;
  optimiser.step(p, Float32Array.of(0), 0.5);
  expect(p[0]).toBe(0.75);
});

test('options out of range are refused with their value', () => {
  expect(() => adamW(layout, { betas: [1, 0.999] })).toThrow(/betas\[0\] must be at least 0 and below 1, got 1/);
  expect(() => adamW(layout, { eps: -1 })).toThrow(/eps .* got -1/);
  expect(() => sgd(layout, { weightDecay: Number.NaN })).toThrow(/weightDecay .* got NaN/);
  expect(() => sgd(layout, { nesterov: true })).toThrow(/nesterov needs a momentum/);
  expect(() => larsEb(layout, { eta: -0.1 })).toThrow(/eta .* got -0.1/);
  expect(() => adamW(layout, { group: () => ({ decay: true, lrScale: -1 }) })).toThrow(/'encoder.weight'.*got -1/);
});

test('the global norm of n times x is |x| sqrt(n), for any length', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -1000, max: 1000 }), (n, x) => {
      expect(globalNorm(new Float32Array(n).fill(x))).toBeCloseTo(Math.abs(x) * Math.sqrt(n), 6);
    }),
  );
});

test('the global norm does not overflow where float32 squares would', () => {
  expect(globalNorm(Float32Array.of(3e30, 4e30))).toBeCloseTo(5e30, -24);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a gradient of %s gives a norm that is not finite, and no clipping',
  (bad) => {
    const grads = Float32Array.of(3, bad, 4);
    expect(Number.isFinite(clipByGlobalNorm(grads, 1))).toBe(false);
    expect(grads).toEqual(Float32Array.of(3, bad, 4));
  },
);

test('clipping needs a bound above 0', () => {
  expect(() => clipByGlobalNorm(new Float32Array(2), 0)).toThrow(/max must be above 0, got 0/);
});

test('an average with momentum 1 keeps the teacher, with 0 it becomes the student', () => {
  const teacher = draw(1);
  emaUpdate(teacher, draw(2), 1);
  expect(teacher).toEqual(draw(1));
  emaUpdate(teacher, draw(2), 0);
  expect(teacher).toEqual(draw(2));
  expect(() => emaUpdate(teacher, draw(2), 1.1)).toThrow(/got 1.1/);
  expect(() => emaUpdate(teacher, new Float32Array(2), 0.9)).toThrow(/\[63\] and \[2\]/);
});
