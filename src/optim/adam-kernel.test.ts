// The SIMD kernel against Adam's definition in doubles, where the reference case is too small: across chunks, at their
// odd ends, and at the edges of float32.

import { expect, test } from 'vitest';
import { flatLayout, key, normal } from '../core/index.ts';
import { adam, adamW, decayMatrices } from './index.ts';

/** One step from zero moments by the definition: m = (1 - b1) g and v = (1 - b2) g^2, so p loses lr g / (|g| + eps). */
function firstStep(p: number, g: number, lr: number, weightDecay: number): number {
  return p * (1 - lr * weightDecay) - (lr * g) / (Math.abs(g) + 1e-8);
}

test('tensors of any length, alone or side by side, are updated to the last number and no further', () => {
  const shapes = [[1], [3, 1], [5], [8191, 1], [2], [3, 8192], [7], [64, 129]];
  const layout = flatLayout(shapes.map((shape, i) => ({ name: `t${i}`, shape })));
  const before = normal(key(1), new Float32Array(layout.size));
  const grads = normal(key(2), new Float32Array(layout.size));
  const params = before.slice();
  adamW(layout, { weightDecay: 0.5, group: decayMatrices }).step(params, grads, 0.01);
  for (const { name, shape, offset, size } of layout.entries) {
    const wd = shape.length === 1 ? 0 : 0.5;
    for (let i = offset; i < offset + size; i++) {
      const expected = firstStep(before[i]!, grads[i]!, 0.01, wd);
      if (Math.abs(params[i]! - expected) > 1e-6) expect(params[i], `${name}[${i - offset}]`).toBeCloseTo(expected, 6);
    }
  }
});

test('the L2 term of Adam enters the gradient, and so the moments', () => {
  const layout = flatLayout([{ name: 'w', shape: [9000, 1] }]);
  const before = normal(key(3), new Float32Array(layout.size));
  const grads = normal(key(4), new Float32Array(layout.size));
  const optimiser = adam(layout, { weightDecay: 0.1 });
  optimiser.step(before.slice(), grads, 0.01);
  for (const i of [0, 4000, 8191, 8192, 8999]) {
    expect(optimiser.state.firstMoment?.[i]).toBeCloseTo(0.1 * (grads[i]! + 0.1 * before[i]!), 6);
  }
});

test('one optimiser may serve several buffers in turn', () => {
  const layout = flatLayout([{ name: 'w', shape: [3] }]);
  const optimiser = adamW(layout, { weightDecay: 0 });
  for (const start of [1, 2]) {
    const params = new Float32Array(3).fill(start);
    optimiser.step(params, new Float32Array(3).fill(1), 0.5);
    expect(params[2]).toBeCloseTo(start - 0.5, 5);
  }
});

test('a parameter without gradient ends with moments of exactly 0, not with subnormal ones', () => {
  const layout = flatLayout([{ name: 'w', shape: [2] }]);
  const optimiser = adamW(layout, { betas: [0.5, 0.5] });
  const params = Float32Array.of(1, 1);
  optimiser.step(params, Float32Array.of(1e-3, 1e-3), 0.1);
  for (let step = 0; step < 200; step++) optimiser.step(params, new Float32Array(2), 0.1);
  expect([...(optimiser.state.firstMoment ?? []), ...(optimiser.state.secondMoment ?? [])]).toEqual([0, 0, 0, 0]);
});

test('NaN and infinite gradients reach the moments and the parameter instead of being hidden', () => {
  const layout = flatLayout([{ name: 'w', shape: [2] }]);
  const optimiser = adamW(layout);
  const params = Float32Array.of(1, 1);
  optimiser.step(params, Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY), 0.1);
  expect([...params]).toEqual([Number.NaN, Number.NaN]);
  expect(optimiser.state.firstMoment?.[0]).toBeNaN();
  expect(optimiser.state.firstMoment?.[1]).toBe(Number.POSITIVE_INFINITY);
});
