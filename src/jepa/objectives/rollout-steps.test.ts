// The error of predictions made from predictions, against its definition. Legend: B clips, h steps, D dimensions.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { f32, gradientComplaints } from '../../autodiff/finite-difference.law.ts';
import { gaussian } from '../../nn/run-module.law.ts';
import { input } from '../../tensor/index.ts';
import { rolloutLoss, stepWeights } from '../index.ts';
import { evaluate } from './golden.law.ts';

const ways = ['uniform', 'linear'] as const;

test.each(ways)("steps weighted %s: the weighted sum of each step's mean squared error, at any size", (weights) =>
  fc.assert(
    fc.asyncProperty(
      fc.record({
        B: fc.integer({ min: 1, max: 4 }),
        h: fc.integer({ min: 1, max: 5 }),
        D: fc.integer({ min: 1, max: 5 }),
        seed: fc.nat(99),
      }),
      async ({ B, h, D, seed }) => {
        const [predicted, target] = [gaussian(B * h * D, seed), gaussian(B * h * D, seed + 1)];
        const loss = rolloutLoss(input('p', [B, h, D]), input('t', [B, h, D]), { weighting: weights }).value;
        const { out } = await evaluate({ out: loss }, { p: predicted, t: target });
        let expected = 0;
        for (let j = 0; j < h; j++) {
          let sum = 0;
          for (let b = 0; b < B; b++)
            for (let d = 0; d < D; d++) sum += (predicted[(b * h + j) * D + d]! - target[(b * h + j) * D + d]!) ** 2;
          const share = weights === 'uniform' ? 1 / h : (2 * (j + 1)) / (h * (h + 1));
          expected += (share * sum) / (B * D);
        }
        expect(Math.abs(out![0]! - expected)).toBeLessThan(1e-5 * (1 + expected));
      },
    ),
    { numRuns: 6 },
  ),
);

test('weights sum to 1', () => {
  for (const way of ways)
    for (const h of [1, 2, 5]) expect(stepWeights(h, way).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  expect([...stepWeights(4, 'linear')]).toEqual([0.1, 0.2, 0.3, 0.4]);
});

test('its gradient is that of finite differences', async () => {
  const inputs = [f32([2, 3, 4]), f32([2, 3, 4])];
  for (const way of ways)
    expect(
      await gradientComplaints({
        name: `rolloutLoss, ${way}`,
        inputs,
        trace: (p, t) => rolloutLoss(p!, t!, { weighting: way }).value,
      }),
    ).toEqual([]);
});

test('predictions and targets of different shapes are refused', () => {
  expect(() => rolloutLoss(input('p', [2, 3, 4]), input('t', [2, 2, 4]))).toThrow(/targets \[B, h, D\] of one shape/);
  expect(() => rolloutLoss(input('p', [6, 4]), input('t', [6, 4]))).toThrow(/targets \[B, h, D\] of one shape/);
});
