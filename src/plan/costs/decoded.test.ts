// Costs of the decoded state against their definitions. The decoder reads x off the first number of an embedding and the angle off
// the next two.

import { expect, test } from 'vitest';
import { compile } from '../../compile/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { input, mul, square } from '../../tensor/index.ts';
import type { StateDecoder } from '../heads/state-decoder.ts';
import { actionGradient } from '../program.ts';
import { bindCost, type Cost, goalSize } from './cost.ts';
import { avoidingCost, decodedCost } from './decoded.ts';
import { effortCost } from './effort.ts';
import { planCost } from './latent.ts';
import { rangeNumbers, rangesSize, withinRanges } from './ranges.ts';
import { sumCost } from './sum.ts';

const decoder: StateDecoder = {
  dim: 3,
  numbers: [
    { name: 'x', circular: false, r: 1, low: -5, high: 5, deviation: 2 },
    { name: 'angle', circular: true, r: 1, low: -3, high: 3, deviation: 1 },
  ],
  leftOut: [],
  // x = 2 z0 + 1
  weights: Float32Array.of(2, 0, 0, 0, 1, 0, 0, 0, 1),
  bias: Float32Array.of(1, 0, 0),
};
const at = (x: number, angle: number): number[] => [(x - 1) / 2, Math.cos(angle), Math.sin(angle)];

/** Costs of plans of one task, the first row of each being the context. */
async function scores(cost: Cost, plans: readonly (readonly number[][])[], goal: Float32Array): Promise<number[]> {
  const [S, L] = [plans.length, plans[0]!.length];
  const inputs = { z: input('z', [1, S, L, 3]), goal: input('goal', [1, goal.length]) };
  const program = await compile({ cost: bindCost(cost)(inputs.z, inputs.goal) }, { runtime });
  const z = Float32Array.from(plans.flat(2));
  const read = program.sources.some(({ name }) => name === 'goal');
  const result = await program.run({ inputs: { z, ...(read && { goal }) } });
  await program.dispose();
  return [...(result.cost as Float32Array)];
}

const ends = (...states: readonly (readonly [number, number])[]): number[][][] =>
  states.map(([x, angle]) => [at(9, 2), at(x, angle)]);

test('a number that is to be met costs its squared distance in tolerances', async () => {
  const cost = decodedCost(decoder, 'ranges', { kind: 'last' });
  // Without a tolerance a tenth of the deviation 2.
  const [near, far] = await scores(cost, ends([3.1, 0], [1, 2]), rangeNumbers(decoder, { x: [3, 3] }));
  expect(near).toBeCloseTo((0.1 / 0.2) ** 2, 3);
  expect(far).toBeCloseTo((2 / 0.2) ** 2, 3);
  const [said] = await scores(cost, ends([3.1, 0]), rangeNumbers(decoder, { x: [3, 3] }, { x: 0.05 }));
  expect(said).toBeCloseTo(4, 3);
});

test('an angle costs the squared chord, the same whole turns away', async () => {
  const cost = decodedCost(decoder, 'ranges', { kind: 'last' });
  for (const turns of [0, 1, -3]) {
    const angle = 3 + 2 * Math.PI * turns;
    const given = rangeNumbers(decoder, { angle: [angle, angle] }, { angle: 1 });
    const [here, there] = await scores(cost, ends([7, 3], [0, -3]), given);
    expect(here).toBeCloseTo(0, 5);
    expect(there).toBeCloseTo((2 * Math.sin((2 * Math.PI - 6) / 2)) ** 2, 5);
  }
});

test('inside of a range nothing costs, outside the squared distance to its nearer end', async () => {
  const cost = decodedCost(decoder, 'ranges', { kind: 'last' });
  const given = rangeNumbers(decoder, { x: [1, 2], angle: [0, 1] }, { x: 1, angle: 1 });
  const [inside, below, above, turned] = await scores(cost, ends([1.5, 0.5], [0, 0.5], [4, 0.5], [1.5, 1.2]), given);
  expect(inside).toBe(0);
  expect(below).toBeCloseTo(1, 4);
  expect(above).toBeCloseTo(4, 4);
  expect(turned).toBeCloseTo((2 * Math.sin(0.1)) ** 2, 5);
});

test('a range of the whole turn holds every angle, one without a bound every number', async () => {
  const cost = decodedCost(decoder, 'ranges', { kind: 'last' });
  const given = rangeNumbers(decoder, { angle: [-Math.PI, Math.PI], x: [0, Number.POSITIVE_INFINITY] });
  const angles = Array.from({ length: 16 }, (_, i) => [1e4, (i * Math.PI) / 8] as const);
  expect(await scores(cost, ends(...angles), given)).toEqual(angles.map(() => 0));
});

test('steps are reduced as they are elsewhere', async () => {
  const plan = [at(9, 0), at(1, 0), at(2, 0)];
  const given = rangeNumbers(decoder, { x: [0, 0] }, { x: 1 });
  const [mean] = await scores(decodedCost(decoder, 'ranges', { kind: 'mean' }), [plan], given);
  expect(mean).toBeCloseTo((1 + 4) / 2, 4);
});

test('a function is compiled in and needs no goal; its gradient is its own', async () => {
  const cost = decodedCost(decoder, (state) => mul(square(state('x')), 0.5), { kind: 'last' });
  expect(goalSize(cost)).toBe(1);
  const [half] = await scores(cost, ends([3, 0]), Float32Array.of(0));
  expect(half).toBeCloseTo(4.5, 5);
  const z = input('z', [1, 1, 2, 3]);
  const traced = bindCost(cost)(z, input('goal', [1, 1]));
  const program = await compile(actionGradient(traced, z), { runtime });
  const { gradient } = await program.run({ inputs: { z: Float32Array.from([at(9, 0), at(3, 0)].flat()) } });
  await program.dispose();
  // d(x^2 / 2)/dz0 = x dx/dz0 = 3 * 2
  const slope = gradient as Float32Array;
  expect(slope[3]).toBeCloseTo(6, 4);
  expect([...slope].filter((_, i) => i !== 3).every((value) => value === 0)).toBe(true);
});

test('the slope of a state goal is that of its formula', async () => {
  const cost = decodedCost(decoder, 'ranges', { kind: 'last' });
  const z = input('z', [1, 1, 2, 3]);
  const goal = input('goal', [1, rangesSize(decoder)]);
  const program = await compile(actionGradient(bindCost(cost)(z, goal), z), { runtime });
  const given = rangeNumbers(decoder, { x: [1, 1], angle: [0.5, 0.5] }, { x: 1, angle: 1 });
  const row = at(3, 2);
  const result = await program.run({ inputs: { z: Float32Array.from([...at(0, 0), ...row]), goal: given } });
  await program.dispose();
  const slope = result.gradient as Float32Array;
  // (x - 1)^2 with x = 2 z0 + 1, and the squared chord.
  expect(slope[3]).toBeCloseTo(2 * 2 * 2, 4);
  expect(slope[4]).toBeCloseTo(2 * (Math.cos(2) - Math.cos(0.5)), 4);
  expect(slope[5]).toBeCloseTo(2 * (Math.sin(2) - Math.sin(0.5)), 4);
});

test('what is avoided makes plans unusable, or costs weight times the squared depth of every step inside', async () => {
  const base = decodedCost(decoder, 'ranges', { kind: 'last' });
  const own = rangeNumbers(decoder, { x: [8, 8] }, { x: 1 });
  const region = rangeNumbers(decoder, { x: [0, 4] });
  const through = [at(3, 0), at(1, 0), at(8, 0)];
  const beside = [at(3, 0), at(5, 0), at(8, 0)];
  const hard = avoidingCost(base, decoder, [{ of: 'ranges', hard: true }]);
  // The first row is where it is already, and is not held against a plan.
  const fed = Float32Array.from([...own, 1, ...region]);
  expect(fed.length).toBe(goalSize(hard));
  expect(await scores(hard, [through, beside], fed)).toEqual([Number.POSITIVE_INFINITY, 0]);
  const soft = avoidingCost(base, decoder, [{ of: 'ranges', hard: false }]);
  const [entering, passing] = await scores(soft, [through, beside], Float32Array.from([...own, 3, ...region]));
  // x = 1 is 1 from the edge, which is 5 tolerances of 0.2.
  expect(entering).toBeCloseTo(3 * 25, 2);
  expect(passing).toBe(0);
});

test('a box to avoid is entered only where all of its numbers are inside', async () => {
  const cost = avoidingCost(planCost('last', 3), decoder, [{ of: 'ranges', hard: true }]);
  const fed = Float32Array.from([0, 0, 0, 1, ...rangeNumbers(decoder, { x: [0, 4], angle: [-0.5, 0.5] })]);
  const [inside, turned, beside] = await scores(cost, ends([2, 0.3], [2, 0.8], [6, 0]), fed);
  expect(inside).toBe(Number.POSITIVE_INFINITY);
  expect(turned).toBeCloseTo(0.25 + 1, 5);
  expect(beside).toBeCloseTo(2.5 ** 2 + 1, 4);
});

test('a function is avoided where it is above 0', async () => {
  const cost = avoidingCost(planCost('last', 3), decoder, [{ of: (state) => state('x'), hard: false }]);
  const fed = Float32Array.from([...at(2, 0), 10]);
  const [right, left] = await scores(cost, ends([2, 0], [-2, 0]), fed);
  expect(right).toBeCloseTo(20, 4);
  expect(left).toBeCloseTo(4, 4);
});

test('a cost whose goal is no embedding says so when it is given one, and cannot be added to one of embeddings', () => {
  const cost = decodedCost(decoder, 'ranges', { kind: 'last' });
  expect(goalSize(cost)).toBe(3 + 8);
  expect(() => bindCost(cost)(input('z', [1, 2, 2, 3]), input('goal', [1, 3]))).toThrow(/the goal \[E, 11\]/);
  expect(() => sumCost([cost, effortCost(3, { l2: 1 })].map((part) => ({ cost: part, weight: 1 })))).toThrow(
    /one width, of embeddings and of goals/,
  );
});

test('a decoder whose arrays do not fit its numbers is refused', () => {
  const short = { ...decoder, bias: Float32Array.of(1) };
  expect(() => decodedCost(short, 'ranges', { kind: 'last' })).toThrow(/weights \[3, 3\], a bias \[3\] .* got 9, 1/);
  expect(() => avoidingCost(planCost('last', 4), decoder, [])).toThrow(/embeddings of 4 numbers, the decoder of 3/);
});

test('host and program agree on what is inside', () => {
  const { numbers } = decoder;
  expect(withinRanges({ x: 2.05, angle: 3.1 }, numbers, { x: [1, 2], angle: [3, -3] }, { x: 0.1 })).toBe(true);
  expect(withinRanges({ x: 2.2, angle: 3.1 }, numbers, { x: [1, 2] }, { x: 0.1 })).toBe(false);
  expect(withinRanges({ x: 0, angle: -3.1 }, numbers, { angle: [3, -3] })).toBe(true);
  expect(withinRanges({ x: 0, angle: 0 }, numbers, { angle: [3, -3] })).toBe(false);
});
