import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { linear, module } from '../../nn/index.ts';
import { runModule } from '../../nn/run-module.law.ts';
import { abs, add, input, reduceSum, reshape, sub } from '../../tensor/index.ts';
import { bindCost, type Cost, checkCost, defineCost, fixedCost } from './cost.ts';
import { effortCost } from './effort.ts';
import { latentCost, planCost } from './latent.ts';
import { pairCost } from './pair.ts';
import type { Reduce } from './reduce.ts';
import { sumCost } from './sum.ts';

interface Sizes {
  readonly E: number;
  readonly S: number;
  readonly C: number;
  readonly H: number;
  readonly D: number;
}

const SIZES: readonly Sizes[] = [
  { E: 1, S: 1, C: 1, H: 1, D: 1 },
  { E: 2, S: 3, C: 1, H: 5, D: 4 },
  { E: 3, S: 2, C: 3, H: 2, D: 7 },
];

/** The score of a cost, asked with everything that a cost may look at. */
function ask(
  cost: Cost,
  { E, S, C, H, D }: Sizes,
  given: { readonly imagined: Float32Array; readonly goal: Float32Array; readonly blocks?: Float32Array },
) {
  const inputs = { blocks: new Float32Array(E * S * H * 2), ...given };
  return runModule(
    cost.module,
    'eval',
    (m) => {
      const [imagined, goal, blocks] = [
        input('imagined', [E, S, C + H, D]),
        input('goal', [E, D]),
        input('blocks', [E, S, H, 2]),
      ];
      // Every input belongs to the program, whether the cost looks at it or not.
      const seen = add(reduceSum(imagined), add(reduceSum(goal), reduceSum(blocks)));
      return { score: m(imagined, goal, { context: C, blocks }), seen };
    },
    { inputs },
  ).then(({ score }) => [...score!]);
}

const drawn = (length: number, seed: number): Float32Array => normal(key(seed), new Float32Array(length));

/** The score of random embeddings and plans, and what it was made of: squared distances [e][s][row]. */
async function scored(cost: Cost, { E, S, C, H, D }: Sizes, blocks = drawn(E * S * H * 2, 3)) {
  const L = C + H;
  const [imagined, goal] = [drawn(E * S * L * D, 1), drawn(E * D, 2)];
  const score = await ask(cost, { E, S, C, H, D }, { imagined, goal, blocks });
  const squared = (e: number, s: number, row: number): number => {
    let sum = 0;
    for (let d = 0; d < D; d++) sum += (imagined[((e * S + s) * L + row) * D + d]! - goal[e * D + d]!) ** 2;
    return sum;
  };
  const plans = Array.from({ length: E * S }, (_, at) =>
    Array.from({ length: L }, (_, row) => squared(Math.floor(at / S), at % S, row)),
  );
  return { score, plans, blocks };
}

const close = (got: readonly number[], expected: readonly number[]): void => {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(got[i]! / value).toBeCloseTo(1, 4);
};

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const definitions: readonly (readonly [Reduce, (all: readonly number[], C: number) => number])[] = [
  [{ kind: 'last' }, (all) => all.at(-1)!],
  [{ kind: 'sum' }, (all, C) => all.slice(C).reduce((a, b) => a + b)],
  [{ kind: 'sum', withContext: true }, (all) => all.reduce((a, b) => a + b)],
  [{ kind: 'sum', steps: 2 }, (all, C) => all.slice(Math.max(C, all.length - 2)).reduce((a, b) => a + b)],
  [{ kind: 'mean' }, (all, C) => mean(all.slice(C))],
  [{ kind: 'mean', withContext: true }, (all) => mean(all)],
  [{ kind: 'min' }, (all, C) => Math.min(...all.slice(C))],
  [{ kind: 'near', along: 0.1 }, (all, C) => Math.min(...all.slice(C)) + 0.1 * mean(all.slice(C))],
  [
    { kind: 'softmin', temperature: 2 },
    (all, C) => {
      const own = all.slice(C);
      const weights = own.map((d) => Math.exp(-(d - Math.min(...own)) / 2));
      return own.reduce((sum, d, k) => sum + weights[k]! * d, 0) / weights.reduce((a, b) => a + b);
    },
  ],
  [{ kind: 'mix', last: 0.3 }, (all, C) => 0.3 * all.at(-1)! + 0.7 * mean(all.slice(C))],
];

for (const sizes of SIZES) {
  for (const [reduce, definition] of definitions) {
    test(`${JSON.stringify(reduce)} is its definition for ${JSON.stringify(sizes)}`, async () => {
      const { score, plans } = await scored(latentCost(sizes.D, 'sum', reduce), sizes);
      close(
        score,
        plans.map((all) => definition(all, sizes.C)),
      );
    });
  }

  test(`the mean over numbers is the sum over D for ${JSON.stringify(sizes)}`, async () => {
    const sum = await scored(latentCost(sizes.D, 'sum', { kind: 'last' }), sizes);
    const { score } = await scored(latentCost(sizes.D, 'mean', { kind: 'last' }), sizes);
    close(
      score,
      sum.score.map((v) => v / sizes.D),
    );
  });

  test(`effort counts blocks and their changes for ${JSON.stringify(sizes)}`, async () => {
    const { score, blocks } = await scored(effortCost(sizes.D, { l2: 2, smooth: 3 }), sizes);
    const { E, S, H } = sizes;
    const expected = Array.from({ length: E * S }, (_, at) => {
      const own = [...blocks.subarray(at * H * 2, (at + 1) * H * 2)];
      const changes = own.slice(2).map((v, i) => v - own[i]!);
      return 2 * mean(own.map((v) => v * v)) + (H === 1 ? 0 : 3 * mean(changes.map((v) => v * v)));
    });
    close(score, expected);
  });
}

/** Embeddings of one number that are distances in blocks themselves, to a goal at 0. */
const blocksAway = fixedCost({ name: 'blocks', dim: 1, unit: 'blocks', absolute: true }, (imagined) =>
  reduceSum(imagined, { axes: [2, 3] }),
);
const head = {
  kind: 'exact',
  dim: 1,
  unit: 'blocks' as const,
  module: module({}, () => ({
    distance: (from: Parameters<typeof sub>[0], to: Parameters<typeof sub>[0]) =>
      reduceSum(abs(sub(from, to)), { axes: -1 }),
  })),
};

async function arrival(plans: readonly (readonly number[])[], temperature?: number): Promise<number[]> {
  const cost = pairCost(head, { kind: 'arrival', ...(temperature === undefined ? {} : { temperature }) });
  const imagined = Float32Array.from(plans.flatMap((p) => [9, ...p]));
  const sizes = { E: 1, S: plans.length, C: 1, H: plans[0]!.length, D: 1 };
  return ask(cost, sizes, { imagined, goal: Float32Array.of(0) });
}

test('a plan that arrives after two blocks and leaves costs less than one that arrives after five', async () => {
  const [early, late] = await arrival([
    [1, 0, 3, 4, 5],
    [4, 3, 2, 1, 0],
  ]);
  expect([early, late]).toEqual([2, 5]);
});

test('a distance d that never changes gives an arrival of 1 + d', async () => {
  expect(await arrival([[3, 3, 3]])).toEqual([4]);
});

test('an arrival rises with the distance of each step, also where it is smooth, and is the sharp one in the limit', async () => {
  const before = [2, 1.5, 1, 0.5];
  const [base] = await arrival([before], 0.5);
  for (let k = 0; k < before.length; k++) {
    const [after] = await arrival([before.map((d, i) => (i === k ? d + 1 : d))], 0.5);
    expect(after).toBeGreaterThan(base!);
  }
  const [cold] = await arrival([before], 0.01);
  expect(cold).toBeCloseTo((await arrival([before]))[0]!, 1);
});

test('a leap over what one block can bring costs what it gains too much, also in the first block', async () => {
  const cost = (leap: number) => pairCost(head, { kind: 'arrival', leap });
  const score = (plans: readonly (readonly number[])[], leap: number) => {
    const imagined = Float32Array.from(plans.flat());
    const sizes = { E: 1, S: plans.length, C: 1, H: plans[0]!.length - 1, D: 1 };
    return ask(cost(leap), sizes, { imagined, goal: Float32Array.of(0) });
  };
  const honest = [6, 5, 4, 3, 2];
  const through = [6, 5.5, 1, 0, 0];
  // 2 + 1 and 3 + 0 against 4 + 2: without a price the leap wins.
  expect(await score([honest, through], 0)).toEqual([6, 3]);
  // From 5.5 to 1 are 4.5 blocks in one, 3 more than it and half another: what is left is the block before the leap.
  expect(await score([honest, through], 3)).toEqual([6, 6.5]);
  const [first] = await score([[6, 1, 0]], 1);
  expect(first).toBeCloseTo(2 + 0 + 3.5, 5);
  expect(() => cost(-1)).toThrow(/leap must be at least 0/);
});

test('an arrival of distances that are not in blocks is refused', () => {
  expect(() => pairCost({ ...head, unit: 'squared' }, { kind: 'arrival' })).toThrow(
    /arrival needs distances in blocks/,
  );
  expect(() => latentCost(3, 'sum', { kind: 'arrival' })).toThrow(/arrival needs distances in blocks/);
});

async function summed(parts: Parameters<typeof sumCost>[0], rows: readonly number[]): Promise<number[]> {
  const imagined = Float32Array.from(rows.flatMap((row) => [0, row]));
  return ask(sumCost(parts), { E: 1, S: rows.length, C: 1, H: 1, D: 1 }, { imagined, goal: Float32Array.of(0) });
}

test('standardised, a cost has mean 0 and deviation 1 over a task, whatever is added to it or scales it', async () => {
  const plain = await summed([{ cost: blocksAway, weight: 1, scale: 'standardise' }], [1, 2, 3, 6]);
  expect(mean(plain)).toBeCloseTo(0, 5);
  expect(mean(plain.map((v) => v * v))).toBeCloseTo(1, 5);
  const moved = await summed([{ cost: blocksAway, weight: 1, scale: 'standardise' }], [107, 114, 121, 142]);
  for (const [i, v] of moved.entries()) expect(v).toBeCloseTo(plain[i]!, 3);
});

test('one candidate that is not a number leaves the scores of the others; a single candidate gets 0', async () => {
  const part = { cost: blocksAway, weight: 1, scale: 'standardise' } as const;
  const alone = await summed([part], [1, 2, 3]);
  const [bad, ...others] = await summed([part], [Number.NaN, 1, 2, 3]);
  expect(bad).toBeNaN();
  for (const [i, v] of others.entries()) expect(v).toBeCloseTo(alone[i]!, 5);
  expect(await summed([part], [42])).toEqual([0]);
});

test('a sum says what it counts, and whether its scores mean something on their own', () => {
  const last = planCost('last', 1);
  expect(
    sumCost([
      { cost: last, weight: 0.5 },
      { cost: last, weight: 2 },
    ]),
  ).toMatchObject({ unit: 'squared', absolute: true });
  expect(
    sumCost([
      { cost: last, weight: 1 },
      { cost: blocksAway, weight: 1 },
    ]),
  ).toMatchObject({ unit: 'relative', absolute: true });
  expect(sumCost([{ cost: last, weight: 1, scale: 'standardise' }])).toMatchObject({
    unit: 'relative',
    absolute: false,
  });
  expect(() => sumCost([])).toThrow(/got no parts/);
  expect(() => sumCost([{ cost: last, weight: Number.NaN }])).toThrow(/finite weights/);
  expect(() =>
    sumCost([
      { cost: last, weight: 1 },
      { cost: planCost('last', 2), weight: 1 },
    ]),
  ).toThrow(/parts of one width/);
});

test('the parameters of a cost in a sum are called by the place of their part', () => {
  const learned = defineCost({
    name: 'learned',
    dim: 2,
    unit: 'relative',
    absolute: true,
    module: module({ out: linear(2, 1) }, (m) => (imagined) => {
      const [E, S] = imagined.shape as [number, number];
      return reshape(reduceSum(m.out(imagined), { axes: [2, 3] }), [E, S]);
    }),
  });
  const { children } = sumCost([
    { cost: planCost('last', 2), weight: 1 },
    { cost: learned, weight: 1 },
  ]).module;
  expect(Object.keys(children)).toEqual(['']);
});

test('embeddings of another width, plans of the wrong shape and effort without plans are refused', () => {
  const score = bindCost(planCost('last', 4));
  expect(() => score(input('z', [1, 2, 3, 5]), input('g', [1, 5]))).toThrow(/imagined must be \[E, S, L, 4\]/);
  expect(() => score(input('z', [1, 2, 3, 4]), input('g', [2, 4]))).toThrow(/the goal \[E, 4\]/);
  expect(() => checkCost(planCost('last', 4), { name: 'le-wm', dim: 16 })).toThrow(/le-wm: .*16 numbers.*for 4/);
  expect(() => bindCost(effortCost(4, { l2: 1 }))(input('z', [1, 2, 3, 4]), input('g', [1, 4]))).toThrow(
    /without the plans/,
  );
  expect(() => effortCost(4, { l2: -1 })).toThrow(/at least 0/);
  expect(() => latentCost(4, 'sum', { kind: 'sum', steps: 0 })).toThrow(/steps must be a whole number/);
  expect(() => latentCost(0, 'sum', { kind: 'last' })).toThrow(/width/);
});
