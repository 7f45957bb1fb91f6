// Goals as values, in a world whose embedding, dynamics and decoder are known in closed form.

import { expect, test } from 'vitest';
import type { StateFunction } from '../../plan/index.ts';
import { add, mul, reduceSum, square, sub } from '../../tensor/index.ts';
import { goalCosts } from './costs.ts';
import type { Goal } from './goal.ts';
import { embedded, type Place, placeDecoder, pointAgent, see, walk } from './point.law.ts';

const START: Place = [-0.8, -0.8, 0];
/** How far two angles are apart, whole turns aside. */
const turn = (a: number, b: number): number => Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));

test('a state goal is reached within its tolerances, its angle up to whole turns', async () => {
  const agent = await pointAgent(placeDecoder(), { planner: { iterations: 30 } });
  const within = { 'agent.x': 0.05, 'agent.y': 0.05, 'agent.angle': 0.1 };
  const state = { 'agent.x': 0.4, 'agent.y': 0.2, 'agent.angle': 1.5 + 2 * Math.PI };
  // Every step counts: with the last alone a plan may put off arriving each time it is made anew.
  agent.setGoal({ state, within, reduce: { kind: 'mean' } });
  const end = (await walk(agent, START, 16)).at(-1)!;
  expect(Math.abs(end[0] - 0.4)).toBeLessThan(0.05);
  expect(Math.abs(end[1] - 0.2)).toBeLessThan(0.05);
  expect(turn(end[2], 1.5)).toBeLessThan(0.1);
  expect(await agent.reached(see(end))).toBe(true);
  expect(await agent.reached(see(START))).toBe(false);
});

test('numbers that a state goal does not name are free', async () => {
  const agent = await pointAgent(placeDecoder());
  agent.setGoal({ state: { 'agent.x': 0.4 } });
  const { cost } = await agent.plan(see([0.4, -7, 2]));
  expect(cost).toBeLessThan(1e-2);
});

test('an agent that is at its goal already stands still without an error', async () => {
  const agent = await pointAgent(placeDecoder(), { planner: { samples: 100, elites: 10, iterations: 20 } });
  agent.setGoal({ state: { 'agent.x': 0.4, 'agent.y': 0.2 } });
  const end = (await walk(agent, [0.4, 0.2, 0], 6)).at(-1)!;
  expect(Math.hypot(end[0] - 0.4, end[1] - 0.2)).toBeLessThan(0.1);
});

test('a region costs nothing inside and is entered from outside', async () => {
  const agent = await pointAgent(placeDecoder());
  agent.setGoal({ region: { 'agent.x': [0.1, 0.3], 'agent.y': [-0.2, Number.POSITIVE_INFINITY] } });
  expect((await agent.plan(see([0.2, 0.5, 1]))).cost).toBeLessThan(1e-6);
  const end = (await walk(agent, START, 14)).at(-1)!;
  expect(await agent.reached(see(end))).toBe(true);
  expect(end[0]).toBeGreaterThan(0.09);
  expect(end[0]).toBeLessThan(0.31);
  expect(end[1]).toBeGreaterThan(-0.21);
});

test('a region of an angle goes counterclockwise from its first to its second bound, across half a turn', async () => {
  const agent = await pointAgent(placeDecoder());
  agent.setGoal({ region: { 'agent.angle': [3, -3] } });
  expect(await agent.reached(see([0, 0, Math.PI]))).toBe(true);
  expect(await agent.reached(see([0, 0, -3.1]))).toBe(true);
  expect(await agent.reached(see([0, 0, 2.9]))).toBe(false);
  expect(await agent.reached(see([0, 0, 0]))).toBe(false);
  expect((await agent.plan(see([0, 0, Math.PI]))).cost).toBeLessThan(1e-3);
});

test('a function of the state leads where it is least', async () => {
  const agent = await pointAgent(placeDecoder(), { planner: { iterations: 30 } });
  // The foot of the perpendicular from the origin on x + y = 1, then what is nearest to it: (0.5, 0.5).
  agent.setGoal({
    cost: (state) => {
      const [x, y] = [state('agent.x'), state('agent.y')];
      return add(mul(square(sub(add(x, y), 1)), 100), add(square(x), square(y)));
    },
    reduce: { kind: 'mean' },
  });
  const end = (await walk(agent, START, 16)).at(-1)!;
  expect(end[0]).toBeCloseTo(0.5, 1);
  expect(end[1]).toBeCloseTo(0.5, 1);
});

test('a function may read an angle by its cosine and sine', async () => {
  const agent = await pointAgent(placeDecoder());
  agent.setGoal({ cost: (state) => state('sin agent.angle') });
  const end = (await walk(agent, START, 20)).at(-1)!;
  expect(turn(end[2], -Math.PI / 2)).toBeLessThan(0.2);
});

/** Where the straight way from (-0.8, 0) to (0.8, 0) leads through. */
const wall = { 'agent.x': [-0.2, 0.2], 'agent.y': [-0.3, 0.3] } as const;
const inWall = ([x, y]: Place): boolean => Math.abs(x) < 0.2 && Math.abs(y) < 0.3;

test('what is avoided without a weight is never entered, and the goal beyond is reached', async () => {
  const agent = await pointAgent(placeDecoder(), { planner: { horizon: 12, iterations: 20, recedingHorizon: 1 } });
  const goal: Goal = { state: { 'agent.x': 0.8, 'agent.y': 0 }, reduce: { kind: 'mean' } };
  agent.setGoal(goal);
  const straight = await walk(agent, [-0.8, 0.05, 0], 20);
  expect(straight.some(inWall)).toBe(true);
  agent.reset();
  agent.setGoal({ ...goal, avoid: { region: wall } });
  const around = await walk(agent, [-0.8, 0.05, 0], 24);
  // The planner executes means of good plans, which may graze the edge.
  expect(around.filter(([x, y]) => Math.abs(x) < 0.18 && Math.abs(y) < 0.28)).toEqual([]);
  expect(Math.hypot(around.at(-1)![0] - 0.8, around.at(-1)![1])).toBeLessThan(0.1);
});

test('what is avoided with a weight costs its square of the depth, above what the goal costs', async () => {
  const agent = await pointAgent(placeDecoder(), { planner: { horizon: 1, recedingHorizon: 1, iterations: 20 } });
  const inside = { 'agent.x': [-10, 10], 'agent.y': [-10, 10] } as const;
  agent.setGoal({ region: { 'agent.x': [-5, 5] }, avoid: { region: inside, weight: 2 } });
  // Tolerances are a tenth of the deviation 0.5; one block moves at most 0.2, so the least depth is 10 - 0.2.
  expect((await agent.plan(see([0, 0, 0]))).cost / (2 * (9.8 / 0.05) ** 2)).toBeCloseTo(1, 1);
});

test('a function above 0 is avoided too, and a picture goal may have something to avoid', async () => {
  const agent = await pointAgent(placeDecoder(), { planner: { horizon: 4, iterations: 20 } });
  // The goal is at x = 0.8, no further than 0.3 is allowed.
  agent.setGoal({ seen: see([0.8, 0, 0]), avoid: { where: (state) => sub(state('agent.x'), 0.3) } });
  const path = await walk(agent, [-0.2, 0, 0], 10);
  expect(Math.max(...path.map(([x]) => x))).toBeLessThan(0.32);
  expect(path.at(-1)![0]).toBeGreaterThan(0.2);
});

test('where everything is forbidden the error says so', async () => {
  const agent = await pointAgent(placeDecoder());
  agent.setGoal({ state: { 'agent.x': 0 }, avoid: { region: { 'agent.x': [-9, 9] } } });
  await expect(agent.act(see(START))).rejects.toThrow(/200 of 200 imagined plans enter what the goal forbids.*weight/);
});

test('a sequence is visited in order, the agent says where it is, and a reset begins it again', async () => {
  const agent = await pointAgent(placeDecoder());
  const within = { 'agent.x': 0.05, 'agent.y': 0.05 };
  agent.setGoal({
    sequence: [
      { state: { 'agent.x': 0.4, 'agent.y': -0.6 }, within },
      { embedding: embedded([0.4, 0.4, 0]), within: 0.15 },
      { region: { 'agent.x': [-0.6, -0.4], 'agent.y': [0.3, 0.5] } },
    ],
  });
  expect(agent.progress()).toEqual({ goal: 0, goals: 3, done: false });
  const path: Place[] = [START];
  const seen: number[] = [];
  for (let t = 0; t < 40 && !agent.progress()!.done; t++) {
    const [x, y, heading] = path[t]!;
    const { action, at } = await agent.act(see(path[t]!));
    seen.push(at!.goal);
    path.push([x + action[0]!, y + action[1]!, heading + action[2]!]);
  }
  expect(agent.progress()).toEqual({ goal: 2, goals: 3, done: true });
  expect(seen).toEqual([...seen].sort());
  expect(new Set(seen)).toEqual(new Set([0, 1, 2]));
  const first = path[seen.indexOf(1)]!;
  expect(Math.max(Math.abs(first[0] - 0.4), Math.abs(first[1] + 0.6))).toBeLessThanOrEqual(0.05 + 1e-6);
  const second = path[seen.indexOf(2)]!;
  expect(Math.hypot(second[0] - 0.4, second[1] - 0.4)).toBeLessThanOrEqual(0.15);
  agent.reset();
  expect(agent.progress()).toEqual({ goal: 0, goals: 3, done: false });
});

test('another value of a goal of the same kind is the same cost, so that nothing is compiled anew', () => {
  const decoder = placeDecoder();
  const costs = goalCosts(decoder);
  const speed: StateFunction = (state) => square(state('agent.x'));
  const last = { kind: 'last' } as const;
  expect(costs.decoded('ranges', last)).toBe(costs.decoded('ranges', { kind: 'last' }));
  expect(costs.decoded(speed, last)).toBe(costs.decoded(speed, last));
  expect(costs.decoded(speed, last)).not.toBe(costs.decoded((state) => square(state('agent.x')), last));
  expect(costs.decoded('ranges', last)).not.toBe(costs.decoded('ranges', { kind: 'mean' }));
  const base = costs.decoded('ranges', last);
  const [hard, soft] = [[{ of: 'ranges', hard: true }] as const, [{ of: 'ranges', hard: false }] as const];
  expect(costs.avoiding(base, hard)).toBe(costs.avoiding(base, [...hard]));
  expect(costs.avoiding(base, hard)).not.toBe(costs.avoiding(base, soft));
  expect(costs.avoiding(base, [])).toBe(base);
});

test('what is seen is read as numbers of the state', async () => {
  const agent = await pointAgent(placeDecoder());
  const read = await agent.decode(see([0.25, -0.5, 2]));
  expect(read['agent.x']).toBeCloseTo(0.25, 5);
  expect(read['agent.y']).toBeCloseTo(-0.5, 5);
  expect(read['agent.angle']).toBeCloseTo(2, 5);
  expect(agent.reads.map(({ name }) => name)).toEqual(['agent.x', 'agent.y', 'agent.angle']);
});

test('a number that the model cannot read is refused with its name, its r and what to do', async () => {
  const decoder = placeDecoder({ 'agent.y': 0.41 });
  const agent = await pointAgent(decoder);
  const why = /cannot read 'agent\.y': .* r = 0\.41 .* a goal needs 0\.8; give what would be seen there/;
  expect(() => agent.setGoal({ state: { 'agent.x': 0, 'agent.y': 0 } })).toThrow(why);
  expect(() => agent.setGoal({ region: { 'agent.y': [0, 1] } })).toThrow(why);
  expect(() => agent.setGoal({ cost: (state) => square(state('agent.y')) })).toThrow(why);
  expect(() => agent.setGoal({ seen: see(START), avoid: { region: { 'agent.y': [0, 1] } } })).toThrow(why);
  agent.setGoal({ state: { 'agent.x': 0 } });
  (await pointAgent(decoder, { leastR: 0.4 })).setGoal({ state: { 'agent.y': 0 } });
  await expect(pointAgent(decoder, { leastR: 2 })).rejects.toThrow(/leastR must be a correlation/);
});

test.each<[string, Goal, RegExp]>([
  [
    'an unknown name',
    { state: { 'agent.w': 0 } },
    /unknown number of the state 'agent\.w'; did you mean 'agent\.[xy]'/,
  ],
  ['a number that never changed', { state: { 'wall.x': 0 } }, /'wall\.x' cannot be read off .* the same in all frames/],
  ['an unknown name in a function', { cost: (s) => s('agent.w') }, /unknown number of the state 'agent\.w'/],
  ['an angle as it is', { cost: (s) => s('agent.angle') }, /ask for 'cos agent\.angle' and 'sin agent\.angle'/],
  ['a function of one number', { cost: (s) => reduceSum(s('agent.x')) }, /must give one number for each state/],
  ['no number', { state: {} }, /must name at least one number/],
  ['no bound', { region: { 'agent.x': [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] } }, /at least one number/],
  [
    'a range the wrong way',
    { region: { 'agent.x': [1, 0] } },
    /range of 'agent\.x' must go from low to high, got 1 to 0/,
  ],
  ['no number at all', { state: { 'agent.x': Number.NaN } }, /'agent\.x' must be a number, got NaN/],
  ['an endless angle', { state: { 'agent.angle': Number.POSITIVE_INFINITY } }, /finite angle|at least one number/],
  [
    'a tolerance of 0',
    { state: { 'agent.x': 0 }, within: { 'agent.x': 0 } },
    /within of 'agent\.x' must be a number above 0/,
  ],
  ['a tolerance of another', { state: { 'agent.x': 0 }, within: { 'agent.y': 1 } }, /within names 'agent\.y'/],
  [
    'a weight below 0',
    { state: { 'agent.x': 0 }, avoid: { region: { 'agent.y': [0, 1] }, weight: -1 } },
    /weight must be a number above 0/,
  ],
  [
    'something else to avoid',
    { state: { 'agent.x': 0 }, avoid: { place: 1 } } as object as Goal,
    /avoid must be \{ region \} or \{ where: function \}.*got \{"place":1\}/,
  ],
  ['a picture distance below 0', { seen: see(START), within: -1 }, /within must be a distance above 0/],
  ['an empty sequence', { sequence: [] }, /at least one goal/],
  [
    'a goal that never ends',
    { sequence: [{ cost: (s) => s('agent.x') }, { state: { 'agent.x': 0 } }] },
    /goal 0 of the sequence: must say when it is reached.*until/,
  ],
  [
    'a picture without within',
    { sequence: [{ seen: see(START) }, { state: { 'agent.x': 0 } }] },
    /give it within, a distance/,
  ],
  [
    'two forms',
    Object.assign({ state: { 'agent.x': 0 } }, { region: { 'agent.x': [0, 1] as const } }),
    /got state and region/,
  ],
])('%s is refused', async (_, goal, message) => {
  const agent = await pointAgent(placeDecoder());
  expect(() => agent.setGoal(goal)).toThrow(message);
  expect(agent.progress()).toBeUndefined();
});

test('a file without a decoder still takes observations, and says why it takes no state', async () => {
  const agent = await pointAgent();
  expect(() => agent.setGoal({ state: { 'agent.x': 0 } })).toThrow(/no decoder of the state; .*'jepa export'/);
  await expect(agent.decode(see(START))).rejects.toThrow(/no decoder/);
  agent.setGoal(see([0.2, 0.2, 0]));
  const end = (await walk(agent, START, 14)).at(-1)!;
  expect(Math.hypot(end[0] - 0.2, end[1] - 0.2)).toBeLessThan(0.3);
});

test('a number beyond all recorded ones is taken with a warning', async () => {
  const told: string[] = [];
  const agent = await pointAgent(placeDecoder(), { onWarning: ({ message }) => told.push(message) });
  agent.setGoal({ state: { 'agent.x': 1.5 } });
  expect(agent.warnings).toMatchObject([{ kind: 'outside', name: 'agent.x' }]);
  expect(told[0]).toMatch(/'agent\.x' is to be 1\.5, but in training it was -1 to 1/);
  agent.setGoal({ region: { 'agent.x': [0.9, 1.5] } });
  expect(agent.warnings).toEqual([]);
});

test('an observation far from all recorded ones is taken with a warning that says how far', async () => {
  const agent = await pointAgent(placeDecoder());
  agent.setGoal(see([0.1, 0.1, 0]));
  await agent.act(see(START));
  expect(agent.warnings).toEqual([]);
  // The nearest of the grid is (1, 0, heading 0): 3 away in x.
  agent.setGoal(see([4, 0, 0]));
  await agent.act(see(START));
  expect(agent.warnings).toMatchObject([{ kind: 'far' }]);
  expect(agent.warnings[0]!.surprise).toBeCloseTo(3, 5);
});
