// Losses on distances and scores against their definitions; the references' numbers stand in `parity/td_jepa`, `parity/quasimetric`
// and `parity/rc_aux`. Legend: N pairs, B clips, h steps, D width.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { f32, gradientComplaints } from '../../autodiff/finite-difference.law.ts';
import { grad } from '../../autodiff/index.ts';
import { key } from '../../core/index.ts';
import { initialise, specsOf } from '../../nn/index.ts';
import { gaussian, numbersOf } from '../../nn/run-module.law.ts';
import { constant, input, square, type Tensor } from '../../tensor/index.ts';
import {
  gapLoss,
  globalPush,
  lagrange,
  latentDynamics,
  localConstraint,
  pathPreference,
  rolloutLoss,
  stepWeights,
  temporalDistance,
} from '../index.ts';
import { evaluate } from './golden.law.ts';

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;
const huber = (d: number): number => (Math.abs(d) < 1 ? 0.5 * d * d : Math.abs(d) - 0.5);
const list = (values: readonly number[]): Tensor => constant(Float32Array.from(values), [values.length], 'f32');
const distances = fc.float({ min: 0, max: 16, noNaN: true });

test('gaps are regressed within recordings, and pairs of two recordings pushed apart, each mean over its own pairs', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ d: distances, gap: fc.integer({ min: 0, max: 12 }), cross: fc.boolean() }), {
        minLength: 1,
        maxLength: 9,
      }),
      async (pairs) => {
        const N = pairs.length;
        const given = ['d', 'gap', 'cross'].map((name) => input(`in.${name}`, [N])) as [Tensor, Tensor, Tensor];
        const out = await evaluate(
          { ...gapLoss(...given, 12) },
          {
            'in.d': Float32Array.from(pairs, (p) => p.d),
            // The gap of two recordings is not read.
            'in.gap': Float32Array.from(pairs, (p) => (p.cross ? Number.POSITIVE_INFINITY : p.gap)),
            'in.cross': Float32Array.from(pairs, (p) => Number(p.cross)),
          },
        );
        const [own, others] = [pairs.filter((p) => !p.cross), pairs.filter((p) => p.cross)];
        expect(out.gap![0]).toBeCloseTo(own.length === 0 ? 0 : mean(own.map((p) => huber(p.d - p.gap))), 4);
        expect(out.cross![0]).toBeCloseTo(others.length === 0 ? 0 : mean(others.map((p) => Math.max(0, 12 - p.d))), 4);
      },
    ),
    { numRuns: 10 },
  ));

test("TD-JEPA's loss is the sum of the terms that are asked for", () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({
        pairs: fc.array(
          fc.record({ d: distances, far: distances, gap: fc.integer({ min: 1, max: 7 }), u: distances, z: distances }),
          { minLength: 1, maxLength: 7 },
        ),
        log: fc.boolean(),
        near: fc.boolean(),
        budget: fc.boolean(),
        symmetric: fc.constantFrom(0, 0.3),
        negative: fc.constantFrom(0.5, 1),
      }),
      async ({ pairs, log, near, budget, symmetric, negative }) => {
        const column = (of: (p: (typeof pairs)[number]) => number): Tensor => list(pairs.map(of));
        const { value } = temporalDistance(
          {
            positive: column((p) => p.d),
            negative: column((p) => p.far),
            gap: column((p) => p.gap),
            symmetric: { distance: column((p) => p.u), latentSquared: square(column((p) => p.z)) },
          },
          {
            margin: 7,
            negativeWeight: negative,
            target: log ? 'log1p' : 'raw',
            ...(near ? { near: { steps: 2, weight: 3 } } : {}),
            ...(budget ? { budget: { horizon: 4, weight: 0.2 } } : {}),
            symmetricWeight: symmetric,
          },
        );
        const out = await evaluate({ value }, {});
        const weights = pairs.map((p) => (near && p.gap <= 2 ? 3 : 1));
        const each = pairs.map((p, i) => weights[i]! * huber(p.d - (log ? Math.log(1 + p.gap) : p.gap)));
        const within = pairs.map((p) => Math.log1p(Math.exp(p.gap <= 4 ? p.d - 4 : 4 - p.d)));
        const expected =
          mean(each) / mean(weights) +
          negative * mean(pairs.map((p) => Math.max(0, 7 - p.far))) +
          (budget ? 0.2 * mean(within) : 0) +
          symmetric * mean(pairs.map((p) => huber(p.u - p.z)));
        expect(Math.abs(out.value![0]! - expected)).toBeLessThan(1e-4 * (1 + expected));
      },
    ),
    { numRuns: 12 },
  ));

test('weights of steps add up to 1: alike, growing by one, or a power', () => {
  expect(stepWeights(4, 'uniform')).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect(stepWeights(4, 'linear')).toEqual([0.1, 0.2, 0.3, 0.4]);
  expect(stepWeights(2, { power: 2 })).toEqual([0.2, 0.8]);
});

test('a rollout costs the weighted mean squares of its steps, and targets are moved unless they are held still', async () => {
  const [B, h, D] = [2, 3, 2] as const;
  const [p, t] = [gaussian(B * h * D, 1), gaussian(B * h * D, 2)];
  const [predicted, target] = [input('p', [B, h, D]), input('t', [B, h, D])];
  const free = rolloutLoss(predicted, target);
  const held = rolloutLoss(predicted, target, { detach: true });
  const out = await evaluate(
    {
      value: free.value,
      dt: grad(free.value, [target])[0]!,
      still: grad(held.value, [target], { unused: 'zero' })[0]!,
    },
    { p, t },
  );
  const steps = [0, 1, 2].map((k) =>
    mean([0, 1].flatMap((b) => [0, 1].map((d) => (p[(b * h + k) * D + d]! - t[(b * h + k) * D + d]!) ** 2))),
  );
  expect(out.value![0]).toBeCloseTo((steps[0]! + 2 * steps[1]! + 3 * steps[2]!) / 6, 5);
  expect(Math.max(...out.dt!.map(Math.abs))).toBeGreaterThan(0.01);
  expect([...new Set(out.still!)]).toEqual([0]);
});

test('the push is softplus(offset - d; beta), and weak once distances are beyond the offset', async () => {
  const d = input('d', [2]);
  const loss = globalPush(d, { offset: 15, beta: 0.1 });
  const out = await evaluate({ loss, slope: grad(loss, [d])[0]! }, { d: Float32Array.of(5, 60) });
  expect(out.loss![0]).toBeCloseTo(mean([5, 60].map((v) => Math.log1p(Math.exp(0.1 * (15 - v))) / 0.1)), 4);
  expect(out.slope![0]).toBeCloseTo(-0.5 / (1 + Math.exp(-1)), 5);
  expect(Math.abs(out.slope![1]!)).toBeLessThan(0.01);
});

test('a broken constraint lowers distances and raises its multiplier in one descent; a kept one lowers the multiplier', async () => {
  const [d, raw] = [input('d', [2]), input('raw', [])];
  const { value, violation } = localConstraint(d, raw);
  const [dd, draw] = grad(value, [d, raw]);
  const of = (steps: readonly number[]) =>
    evaluate({ violation, dd: dd!, draw: draw! }, { d: Float32Array.from(steps), raw: Float32Array.of(0.3) });
  const broken = await of([1.5, 2]);
  expect(broken.violation![0]).toBeCloseTo((0.25 + 1) / 2 - 0.0625, 5);
  expect(Math.min(...broken.dd!)).toBeGreaterThan(0);
  expect(broken.draw![0]).toBeCloseTo(-broken.violation![0]! / (1 + Math.exp(-0.3)), 5);
  const kept = await of([0.5, 1]);
  expect(kept.violation![0]).toBeCloseTo(-0.0625, 6);
  expect(kept.draw![0]).toBeGreaterThan(0);
});

test('the multiplier begins where softplus of its parameter is the number given', () => {
  const multiplier = lagrange(0.01);
  const raw = numbersOf(initialise(multiplier, key(0)), 'raw_lagrange_multiplier')[0]!;
  expect(Math.log1p(Math.exp(raw))).toBeCloseTo(0.01, 6);
  expect(specsOf(multiplier, 'parameter')).toHaveLength(1);
});

test('distances of predicted to next embeddings count squared, in both directions', async () => {
  const out = await evaluate({ l: latentDynamics(list([1, 2]), list([3, 0])) }, {});
  expect(out.l![0]).toBeCloseTo((2.5 + 4.5) / 2, 6);
});

test('paths that score alike cost ln 2, and those taken that score lower less', async () => {
  const out = await evaluate(
    { alike: pathPreference(list([1, 4]), list([1, 4])), lower: pathPreference(list([1]), list([1.2]), 0.1) },
    {},
  );
  expect(out.alike![0]).toBeCloseTo(Math.LN2, 6);
  expect(out.lower![0]).toBeCloseTo(Math.log1p(Math.exp(-2)), 5);
  expect(() => pathPreference(list([1]), list([1]), 0)).toThrow(/beta must be above 0/);
});

test.each([
  ['gapLoss', 2, (d: Tensor, gap: Tensor) => gapLoss(d, gap, list([0, 1, 0, 0, 1]), 12).gap],
  ['gapLoss of two recordings', 2, (d: Tensor, gap: Tensor) => gapLoss(d, gap, list([0, 1, 0, 0, 1]), 12).cross],
  [
    'temporalDistance',
    2,
    (d: Tensor, far: Tensor) =>
      temporalDistance(
        { positive: d, negative: far, gap: list([1, 2, 3, 4, 5]) },
        { margin: 7, target: 'log1p', near: { steps: 2, weight: 4 }, budget: { horizon: 3, weight: 0.5 } },
      ).value,
  ],
  ['globalPush', 1, (d: Tensor) => globalPush(d)],
  ['latentDynamics', 2, (a: Tensor, b: Tensor) => latentDynamics(a, b)],
  ['pathPreference', 2, (a: Tensor, b: Tensor) => pathPreference(a, b, 0.5)],
] as const)('the slope of %s is that of finite differences', async (name, count, loss) => {
  const trace = (a?: Tensor, b?: Tensor): Tensor => loss(a!, b!);
  const inputs = Array.from({ length: count }, () => f32([5], 2.1, 2.9));
  expect(await gradientComplaints({ name, inputs, trace })).toEqual([]);
});
