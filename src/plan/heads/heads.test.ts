// What every head computes, against its definition; what a quasimetric must keep; what is refused.
// Legend: N pairs, D width of an embedding.

import { expect, test } from 'vitest';
import { grad } from '../../autodiff/index.ts';
import { compile } from '../../compile/index.ts';
import { key } from '../../core/index.ts';
import { initialise, type ModelValues, type Module } from '../../nn/index.ts';
import { distance, gaussian, numbersOf, runModule, runtime, shaken } from '../../nn/run-module.law.ts';
import { constant, input, reduceSum, type Tensor } from '../../tensor/index.ts';
import {
  iqe,
  type MrnConfig,
  mrn,
  type PairHead,
  type PairHeadForm,
  pairMlp,
  pathHead,
  reachability,
  temporalClass,
  unionLength,
} from '../index.ts';

const D = 6;
const MRN: MrnConfig = { hidden: 10, symmetric: 4, directed: 3 };

/** Distances of given pairs, [N] numbers. */
async function distances(
  head: { readonly module: Module<PairHead> },
  values: ModelValues,
  from: Float32Array,
  to: Float32Array,
): Promise<Float32Array> {
  const N = from.length / D;
  const rows = (name: string): Tensor => input(name, [N, D]);
  const trace = (m: PairHead) => ({ d: m.distance(rows('from'), rows('to')) });
  return (await runModule(head.module, 'eval', trace, { values, inputs: { from, to } })).d!;
}

const QUASIMETRICS: readonly (readonly [string, PairHeadForm])[] = [
  ['mrn with p = 1', mrn(D, MRN)],
  ['mrn with p = 1, separate projections, mean', mrn(D, { ...MRN, over: 'mean', projection: 'separate' })],
  ['iqe, max and mean', iqe(D, { group: 3 })],
  ['iqe, sum', iqe(D, { group: 2, over: 'sum' })],
  ['iqe of a projection', iqe(D, { group: 4, projection: [8, 12] })],
];

test.each(QUASIMETRICS)('%s: no way is longer than a detour, in 10,000 triples', async (_, head) => {
  const N = 10_000;
  const values = shaken(head.module);
  const [a, b, c] = [1, 2, 3].map((seed) => gaussian(N * D, seed)) as [Float32Array, Float32Array, Float32Array];
  // Every other detour starts with a short step.
  for (let i = 0; i < N * D; i++) if (Math.floor(i / D) % 2 === 0) b[i] = a[i]! + 0.01 * b[i]!;
  const [ab, bc, ac] = [
    await distances(head, values, a, b),
    await distances(head, values, b, c),
    await distances(head, values, a, c),
  ];
  const worst = ac.reduce((most, d, i) => Math.max(most, d - ab[i]! - bc[i]!), Number.NEGATIVE_INFINITY);
  expect(worst).toBeLessThan(1e-5);
  expect(Math.min(...ab)).toBeGreaterThanOrEqual(0);
});

test.each(QUASIMETRICS)('%s: exactly 0 from an embedding to itself, and another distance back', async (_, head) => {
  const values = shaken(head.module);
  const [a, b] = [gaussian(50 * D, 4), gaussian(50 * D, 5)];
  expect([...new Set(await distances(head, values, a, a))]).toEqual([0]);
  expect(distance(await distances(head, values, a, b), await distances(head, values, b, a))).toBeGreaterThan(0.01);
});

test('mrn as first published, p = 2, is no quasimetric: two half steps are shorter than one', async () => {
  const head = mrn(D, { ...MRN, p: 2, projection: 'separate' });
  const values = initialise(head.module, key(0));
  values.parameters.data.fill(0);
  // u is the embedding's first number where that is positive, v is 0.
  numbersOf(values, 'sym_proj.0.weight')[0] = 1;
  numbersOf(values, 'sym_proj.2.weight')[0] = 1;
  const at = (x: number): Float32Array => Float32Array.from({ length: D }, (_, d) => (d === 0 ? x : 0));
  const way = async (from: number, to: number): Promise<number> =>
    (await distances(head, values, at(from), at(to)))[0]!;
  expect([await way(1, 3), await way(1, 2), await way(2, 3)]).toEqual([4, 1, 1]);
});

test('the length of a union counts what intervals share once, and nothing for those that end before they begin', async () => {
  const x = Float32Array.of(0, 1, 5, 9, 0, 0, 2, 2, 4, 3, 2, 1);
  const y = Float32Array.of(2, 3, 6, 8, 1, 1, 3, 2, 0, 3, 4, 1);
  const program = await compile({ u: unionLength(input('x', [3, 4]), input('y', [3, 4])) }, { runtime });
  const { u } = await program.run({ inputs: { x, y } });
  await program.dispose();
  // [0, 3] and [5, 6]; [0, 1] twice, [2, 3] and a point; [2, 4].
  expect([...(u as Float32Array)]).toEqual([4, 2, 2]);
});

test('the length of a union of any intervals is that of a slow sweep', async () => {
  const [N, K] = [40, 7] as const;
  // Whole numbers, so that ends often meet.
  const [x, y] = [6, 7].map((seed) => gaussian(N * K, seed).map((v) => Math.round(3 * v))) as [
    Float32Array,
    Float32Array,
  ];
  const program = await compile({ u: unionLength(input('x', [N, K]), input('y', [N, K])) }, { runtime });
  const { u } = await program.run({ inputs: { x, y } });
  await program.dispose();
  const cells = Array.from({ length: 40 }, (_, i) => i - 20 + 0.5);
  const slow = Array.from(
    { length: N },
    (_, n) =>
      cells.filter((cell) => Array.from({ length: K }, (_, k) => n * K + k).some((i) => x[i]! < cell && cell < y[i]!))
        .length,
  );
  expect([...(u as Float32Array)]).toEqual(slow);
});

test('an MLP on pairs is softplus times the scale, of both embeddings, their difference and its size', async () => {
  const head = pairMlp(D, { hidden: [5], scale: 12 });
  const values = shaken(head.module);
  const [from, to] = [gaussian(D, 8), gaussian(D, 9)];
  const features = [...from, ...to, ...from.map((v, i) => v - to[i]!), ...from.map((v, i) => Math.abs(v - to[i]!))];
  const layer = (name: string, x: readonly number[], width: number): number[] =>
    Array.from({ length: width }, (_, o) =>
      x.reduce(
        (sum, v, i) => sum + v * numbersOf(values, `net.${name}.weight`)[o * x.length + i]!,
        numbersOf(values, `net.${name}.bias`)[o]!,
      ),
    );
  const hidden = layer('0', features, 5).map((v) => v / (1 + Math.exp(-v)));
  const expected = 12 * Math.log1p(Math.exp(layer('2', hidden, 1)[0]!));
  expect((await distances(head, values, from, to))[0]).toBeCloseTo(expected, 4);
});

test.each([
  ['pair-mlp', pairMlp(D, { hidden: [5], scale: 3 })],
  ['mrn', mrn(D, MRN)],
  ['iqe', iqe(D, { group: 3 })],
  ['temporal-class', temporalClass(D, { hidden: 5, maxHorizon: 4 })],
] as const)('%s reads embeddings less their mean, over their deviation', async (_, head) => {
  const values = shaken(head.module);
  const [from, to] = [gaussian(4 * D, 10), gaussian(4 * D, 11)];
  const expected = await distances(head, values, from, to);
  numbersOf(values, 'input.mean').fill(5);
  numbersOf(values, 'input.std').fill(3);
  const moved = (z: Float32Array): Float32Array => z.map((v) => 3 * v + 5);
  expect(distance(await distances(head, values, moved(from), moved(to)), expected)).toBeLessThan(1e-4);
});

test.each([
  ['pairMlp', pairMlp(D, { hidden: [5], scale: 3 })],
  ['mrn with p = 1', mrn(D, MRN)],
  ['mrn with p = 2', mrn(D, { ...MRN, p: 2, over: 'mean' })],
  ['iqe', iqe(D, { group: 3 })],
  ['temporalClass', temporalClass(D, { hidden: 5, maxHorizon: 4 })],
] as const)('the slope of %s is that of finite differences', async (_, head) => {
  const N = 3;
  const values = shaken(head.module);
  const ends = [gaussian(N * D, 18), gaussian(N * D, 19)] as const;
  const direction = gaussian(N * D, 20);
  const run = (from: Float32Array, to: Float32Array) =>
    runModule(
      head.module,
      'eval',
      (m) => {
        const [s, g] = [input('from', [N, D]), input('to', [N, D])];
        const sum = reduceSum(m.distance(s, g));
        const [ds, dg] = grad(sum, [s, g]);
        return { sum, ds: ds!, dg: dg! };
      },
      { values, inputs: { from, to } },
    );
  const moved = (z: Float32Array, by: number): Float32Array => z.map((v, i) => v + by * direction[i]!);
  const along = (slope: Float32Array): number => slope.reduce((sum, v, i) => sum + v * direction[i]!, 0);
  const h = 2e-3;
  const { ds, dg } = await run(...ends);
  const ofFrom = (await run(moved(ends[0], h), ends[1])).sum![0]! - (await run(moved(ends[0], -h), ends[1])).sum![0]!;
  const ofTo = (await run(ends[0], moved(ends[1], h))).sum![0]! - (await run(ends[0], moved(ends[1], -h))).sum![0]!;
  expect(Math.abs(along(ds!) - ofFrom / (2 * h))).toBeLessThan(5e-3 * (1 + Math.abs(along(ds!))));
  expect(Math.abs(along(dg!) - ofTo / (2 * h))).toBeLessThan(5e-3 * (1 + Math.abs(along(dg!))));
});

test('budgets above the horizon count as the horizon, and those below 0 as 0', async () => {
  const { module } = reachability(D, { hidden: 5, maxHorizon: 3, horizonDim: 4 });
  const ask = async (budget: number): Promise<number> => {
    const budgets = constant(Int32Array.of(budget), [1], 'i32');
    const out = await runModule(
      module,
      'eval',
      (m) => ({ l: m.logit(input('s', [1, D]), input('g', [1, D]), budgets) }),
      {
        values: shaken(module),
        inputs: { s: gaussian(D, 12), g: gaussian(D, 13) },
      },
    );
    return out.l![0]!;
  };
  expect([await ask(4), await ask(9), await ask(-1)]).toEqual([await ask(3), await ask(3), await ask(0)]);
  expect(await ask(2)).not.toBe(await ask(3));
});

test('classes that are alike expect the middle, where class 0 counts one block more than the horizon', async () => {
  const head = temporalClass(D, { hidden: 5, maxHorizon: 4 });
  const values = initialise(head.module, key(0));
  values.parameters.data.fill(0);
  // The mean of 5, 1, 2, 3, 4.
  expect((await distances(head, values, gaussian(D, 14), gaussian(D, 15)))[0]).toBeCloseTo(3, 6);
  numbersOf(values, 'net.5.bias')[0] = 50;
  expect((await distances(head, values, gaussian(D, 14), gaussian(D, 15)))[0]).toBeCloseTo(5, 6);
});

test('a path scores the mean of its steps, each told how far along it is', async () => {
  const T = 3;
  const { module } = pathHead(D, { hidden: [] });
  const values = shaken(module);
  const [path, goal] = [gaussian((T + 1) * D, 16), gaussian(D, 17)];
  const out = await runModule(
    module,
    'eval',
    (m) => ({ s: m.score(input('path', [1, T + 1, D]), input('goal', [1, D])) }),
    {
      values,
      inputs: { path, goal },
    },
  );
  const row = (t: number): Float32Array => path.subarray(t * D, (t + 1) * D);
  const steps = [0, 1, 2].map((t) => {
    const x = [
      ...row(t),
      ...row(t + 1).map((v, d) => v - row(t)[d]!),
      ...goal.map((v, d) => v - row(t)[d]!),
      t / (T - 1),
    ];
    const raw = x.reduce(
      (sum, v, i) => sum + v * numbersOf(values, 'net.0.weight')[i]!,
      numbersOf(values, 'net.0.bias')[0]!,
    );
    return Math.log1p(Math.exp(raw));
  });
  expect(out.s![0]).toBeCloseTo(steps.reduce((a, b) => a + b, 0) / T, 5);
});

test('sizes that cannot be are refused with what they must be', () => {
  expect(() => pairMlp(0, { hidden: [4], scale: 1 })).toThrow(
    /pair-mlp: dim must be whole numbers of at least 1, got 0/,
  );
  expect(() => pairMlp(D, { hidden: [4.5], scale: 1 })).toThrow(/hidden must be/);
  expect(() => pairMlp(D, { hidden: [4], scale: 0 })).toThrow(/scale must be a number of blocks above 0/);
  expect(() => mrn(D, { ...MRN, directed: 0 })).toThrow(/directed must be/);
  expect(() => iqe(D, { group: 4 })).toThrow(/groups of 4 must fill the width 6/);
  expect(() => reachability(D, { hidden: 4, maxHorizon: 0, horizonDim: 2 })).toThrow(/maxHorizon must be/);
  expect(() => pathHead(D, { hidden: [0] })).toThrow(/hidden must be/);
});
