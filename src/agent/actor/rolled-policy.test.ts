// A policy rolled through a world model, in the closed-form world of the oscillator: the policy damps and steers by a formula.
// Legend: E tasks, k proposals, C context frames, H planned blocks, D = 2, A = 1.

import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { blankValues, module } from '../../nn/index.ts';
import { distance, gaussian, runModule, runtime, shaken } from '../../nn/run-module.law.ts';
import { cem, solverPlanner, withPrior } from '../../plan/index.ts';
import { expandDims, input, mul, slice, sub, type Tensor } from '../../tensor/index.ts';
import { type LatentPolicy, latentInverse, leWmDynamics } from '../../world/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import { oscillator, oscillatorValues, swing } from '../world-model/oscillator.law.ts';
import { goalPairs } from '../world-model/waypoints.ts';
import { worldModel } from '../world-model/world-model.ts';
import { residualDeviation } from './residual-deviation.ts';
import { proposalNoise, type RolledPolicyOptions, rolledPolicy } from './rolled-policy.ts';

const model = worldModel(oscillator, oscillatorValues, runtime);

/** u = (g_y - z_y) / 4, or times the blocks left instead of a quarter. */
const formula = (told?: { readonly max: number }): LatentPolicy => ({
  name: 'steer',
  dim: 2,
  actionDim: 1,
  ...(told && { told }),
  module: module({}, () => (now: Tensor, goal: Tensor, left?: Tensor) => {
    const off = slice(sub(goal, now), -1, 1, 2);
    return left === undefined ? mul(off, 0.25) : mul(off, expandDims(left, -1));
  }),
});
const trained = (told?: { readonly max: number }) => {
  const policy = formula(told);
  return { policy, values: blankValues(policy.module) };
};
const priorOf = (options: Partial<RolledPolicyOptions> = {}, told?: { readonly max: number }) =>
  rolledPolicy(model, trained(told), { residual: [0.2], runtime, ...options });

const [E, H, COUNT] = [3, 4, 9] as const;
const keys = [0, 1, 2].map((e) => fold(key(7), e));
const goals = gaussian(E * 2, 2);
const context = gaussian(E * 2, 1);
const tasks = (from = 0, to: number = E) => ({
  context: context.slice(2 * from, 2 * to),
  executed: new Float32Array(0),
  goals: goals.slice(2 * from, 2 * to),
  tasks: to - from,
  contextLength: 1,
  horizon: H,
});
const asked = (of = tasks(), count: number = COUNT, horizon: number = H) => ({
  tasks: of.tasks,
  horizon,
  actionDim: 1,
  count,
  embeddings: model.problemBetween({ ...of, horizon }).embeddings!,
});

/** The plan that the policy makes from `state` with the given noise, by the formulas. */
function rolled(
  state: readonly [number, number],
  goalY: number,
  noise: ArrayLike<number>,
  gain: (t: number) => number = () => 0.25,
): number[] {
  let z = state;
  return Array.from({ length: H }, (_, t) => {
    const u = gain(t) * (goalY - z[1]) + noise[t]!;
    z = swing([z[0], z[1]], u);
    return u;
  });
}
const stateOf = (e: number): [number, number] => [context[2 * e]!, context[2 * e + 1]!];

test('proposals are the policy acting in imagination, with noise that is imagined too', async () => {
  const plans = await priorOf().propose(asked(), keys);
  expect(plans).toHaveLength(E * COUNT * H);
  for (let e = 0; e < E; e++) {
    const noise = proposalNoise(keys[e]!, COUNT, H, [0.2]);
    for (let j = 0; j < COUNT; j++) {
      const row = (e * COUNT + j) * H;
      const expected = rolled(stateOf(e), goals[2 * e + 1]!, noise.subarray(j * H, (j + 1) * H));
      expect(distance(plans.subarray(row, row + H), expected)).toBeLessThan(1e-5);
    }
  }
});

test('only proposal 0 is without noise; the others have one, one and two residuals in turn', () => {
  const noise = proposalNoise(key(1), 3001, 2, [0.5, 0]);
  const deviation = (turn: number, a: number): number => {
    const own = Array.from(noise).filter((_, i) => i >= 4 && (Math.floor(i / 4) - 1) % 3 === turn && i % 2 === a);
    return Math.sqrt(own.reduce((sum, v) => sum + v * v, 0) / own.length);
  };
  expect([...noise.subarray(0, 4)].every((v) => v === 0)).toBe(true);
  // 2000 draws each: the deviation of a sample deviation is 1.6 %.
  for (const [turn, scale] of [1, 1, 2].entries()) {
    expect(Math.abs(deviation(turn, 0) / (0.5 * scale) - 1)).toBeLessThan(0.07);
    expect(deviation(turn, 1)).toBe(0);
  }
});

test('the noise of a task is bitwise the same alone and in a batch, and whatever the number of proposals', async () => {
  const all = await priorOf().propose(asked(), keys);
  const alone = await priorOf().propose(asked(tasks(2, 3)), keys.slice(2));
  expect(distance(alone, all.subarray(2 * COUNT * H))).toBeLessThan(1e-6);
  expect(proposalNoise(keys[2]!, 4, H, [0.2])).toEqual(proposalNoise(keys[2]!, COUNT, H, [0.2]).slice(0, 4 * H));
  expect(proposalNoise(keys[1]!, 4, H, [0.2])).not.toEqual(proposalNoise(keys[2]!, 4, H, [0.2]));
});

test('tasks whose proposals do not fit one call are rolled in groups', async () => {
  const count = 1200;
  const plans = await priorOf().propose(asked(tasks(), count), keys);
  const noise = proposalNoise(keys[2]!, count, H, [0.2]);
  const last = rolled(stateOf(2), goals[5]!, noise.subarray((count - 1) * H));
  expect(distance(plans.subarray((3 * count - 1) * H), last)).toBeLessThan(1e-5);
});

test('with a longer context the policy sees the present, and what follows is imagined from all of it', async () => {
  const before = stateOf(0);
  const push = 0.3;
  const now = swing(before, push);
  const of = { ...tasks(0, 1), context: Float32Array.of(...before, ...now), executed: Float32Array.of(push) };
  const plans = await priorOf().propose(asked({ ...of, contextLength: 2 }, 1), keys);
  expect(distance(plans, rolled(now, goals[1]!, [0, 0, 0, 0]))).toBeLessThan(1e-5);
  const short = await priorOf().propose(asked({ ...of, contextLength: 2 }, 1, 1), keys);
  expect(distance(short, plans.subarray(0, 1))).toBeLessThan(1e-6);
});

test('a trained head in a model with parameters says, step by step, what it says of the embeddings that the model imagines', async () => {
  const [D, A] = [TINY.embedDim, TINY.actionDim];
  const world = worldModel(leWmDynamics(TINY), tinyValues(), runtime);
  const policy = latentInverse({ dim: D, actionDim: A, hidden: [16] });
  const values = shaken(policy.module, 0.2);
  const own = { context: gaussian(2 * D, 1), executed: gaussian(A, 2), contextLength: 2 };
  const goal = gaussian(D, 3);
  const problem = world.problemBetween({ ...own, goals: goal, tasks: 1, horizon: H });
  const prior = rolledPolicy(world, { policy, values }, { residual: new Float32Array(A), runtime });
  const request = { tasks: 1, horizon: H, actionDim: A, count: 1, embeddings: problem.embeddings! };
  const plan = await prior.propose(request, keys);
  const seen = await world.imagine({ ...own, plans: plan, tasks: 1, samples: 1, horizon: H });
  for (let t = 0; t < H; t++) {
    const { u } = await runModule(
      policy.module,
      'eval',
      (act) => ({ u: act(input('now', [1, D]), input('goal', [1, D])) }),
      { values, inputs: { now: seen.slice((t + 1) * D, (t + 2) * D), goal } },
    );
    expect(distance(plan.subarray(t * A, (t + 1) * A), u!)).toBeLessThan(1e-5);
  }
  await prior.dispose();
  await world.dispose();
});

test('a policy that is told the blocks left is told those of the budget, less what is done and planned', async () => {
  const told = { max: 3 };
  const request = asked(tasks(0, 2), 1);
  const embeddings = { ...request.embeddings, done: [0, 4] };
  const plans = await priorOf({ budget: 6 }, told).propose({ ...request, embeddings }, keys);
  // Six left and then five, four, three, of which it knows three; two and then one, and never none.
  expect(
    distance(
      plans.subarray(0, H),
      rolled(stateOf(0), goals[1]!, [0, 0, 0, 0], () => 3),
    ),
  ).toBeLessThan(1e-4);
  const gain = (t: number): number => [2, 1, 1, 1][t]!;
  expect(distance(plans.subarray(H), rolled(stateOf(1), goals[3]!, [0, 0, 0, 0], gain))).toBeLessThan(1e-4);
  const unknown = await priorOf({}, told).propose(request, keys);
  expect(
    distance(
      unknown.subarray(H),
      rolled(stateOf(1), goals[3]!, [0, 0, 0, 0], () => 3),
    ),
  ).toBeLessThan(1e-4);
});

test('a search that it helps is never worse by its own cost than the policy, and says where the guard kept it', async () => {
  const problem = model.problemBetween(tasks());
  const prior = priorOf();
  const own = await prior.propose(asked(tasks(), 1), keys);
  const solver = withPrior(cem({ samples: 32, elites: 4, iterations: 4 }), prior, {
    use: 'every',
    init: 'mean',
    guard: { margin: { absolute: 0 } },
  });
  const planner = solverPlanner(solver, () => problem);
  const result = await planner({
    envs: [0, 1, 2],
    context: 1,
    frames: new Uint8Array(0),
    blocks: new Float32Array(0),
    goals: new Uint8Array(0),
    keys,
  });
  const [before, after] = [await problem.cost(own, 1), await problem.cost(result.plan, 1)];
  for (let e = 0; e < E; e++) expect(after[e]).toBeLessThanOrEqual(before[e]! + 1e-6);
  expect(result.priorKept).toHaveLength(E);
  expect(problem.unit).toBe('squared');
});

test('twice the residual, at least 0.05, is the deviation to start with', () => {
  expect(priorOf({ residual: [0.2] }).std).toEqual([0.4]);
  expect(priorOf({ residual: [0.01] }).std).toEqual([0.05]);
});

test('the residual deviation is the root mean square of what the policy misses, for each number of a block', async () => {
  const [D, A, N] = [3, 2, 5];
  const policy = latentInverse({ dim: D, actionDim: A, hidden: [] });
  const values = shaken(policy.module, 0.3);
  const { layout, data } = values.parameters;
  const view = (name: string): Float32Array => {
    const { offset, size } = layout.index.get(name)!;
    return data.subarray(offset, offset + size);
  };
  const [w, b] = [view('net.0.weight'), view('net.0.bias')];
  const [embeddings, blocks] = [gaussian(N * 2 * D, 3), gaussian(N * A, 4)];
  // Without hidden layers the policy is linear in both ends.
  const expected = [0, 1].map((a) => {
    const squares = Array.from({ length: N }, (_, n) => {
      const ends = embeddings.subarray(n * 2 * D, (n + 1) * 2 * D);
      return (ends.reduce((sum, z, i) => sum + w[a * 2 * D + i]! * z, b[a]!) - blocks[n * A + a]!) ** 2;
    });
    return Math.sqrt(squares.reduce((x, y) => x + y, 0) / N);
  });
  expect(distance(await residualDeviation({ policy, values }, { embeddings, blocks }, runtime), expected)).toBeLessThan(
    1e-5,
  );
});

test('the residual of a policy that is told the blocks left is measured with them', async () => {
  const pair = { embeddings: Float32Array.of(0, 0, 5, 1, 0, 0, 5, 1), blocks: Float32Array.of(2, 4) };
  // It says 1 times the blocks left: right for two of them, one too little for the other.
  const left = Float32Array.of(2, 3);
  expect((await residualDeviation(trained({ max: 3 }), { ...pair, left }, runtime))[0]).toBeCloseTo(Math.SQRT1_2, 6);
  await expect(residualDeviation(trained({ max: 3 }), pair, runtime)).rejects.toThrow(/and left \[N\] \(withLeft\)/);
  const drawn = { batch: 4, maxDistance: 1, key: key(0) };
  const data = { z: gaussian(8, 1), blocks: gaussian(4, 2), episodes: [{ row: 0, length: 4 }] };
  expect(await residualDeviation(trained(), goalPairs(data, drawn)(0), runtime)).toHaveLength(1);
});

test('pairs that are none, or of another size, or not finite, are refused', async () => {
  const none = { embeddings: new Float32Array(0), blocks: new Float32Array(0) };
  await expect(residualDeviation(trained(), none, runtime)).rejects.toMatchObject({ code: 'shape' });
  const other = { embeddings: new Float32Array(6), blocks: new Float32Array(1) };
  await expect(residualDeviation(trained(), other, runtime)).rejects.toThrow(/\[N, 2, 2\] .* got 6, 1/);
  const broken = { embeddings: Float32Array.of(0, 0, 0, Number.NaN), blocks: new Float32Array(1) };
  await expect(residualDeviation(trained(), broken, runtime)).rejects.toMatchObject({ code: 'numeric' });
});

test('a policy of another model, and numbers that cannot be, are refused', () => {
  const wide = latentInverse({ dim: 3, actionDim: 1, hidden: [] });
  const roll = (options: Partial<RolledPolicyOptions>) => () => priorOf(options);
  expect(() => rolledPolicy(model, { policy: wide, values: blankValues(wide.module) }, { residual: [1] })).toThrow(
    /embeddings of 3 and blocks of 1 numbers, oscillator has 2 and 1/,
  );
  expect(roll({ residual: [1, 1] })).toThrow(/residual must be 1 numbers of at least 0, got \[1,1\]/);
  expect(roll({ residual: [-1] })).toThrow(/got \[-1\]/);
  expect(roll({ budget: 0 })).toThrow(/budget must be at least 1 block, got 0/);
});

test('problems that it cannot see, or of other blocks or embeddings, or too long, are refused', async () => {
  const request = asked();
  const { embeddings, ...blind } = request;
  await expect(priorOf().propose(blind, keys)).rejects.toMatchObject({
    code: 'unsupported',
    message: expect.stringMatching(/steer in oscillator: the problem must have embeddings/),
  });
  await expect(priorOf().propose({ ...request, actionDim: 2 }, keys)).rejects.toMatchObject({ code: 'shape' });
  const wide = { ...embeddings, context: new Float32Array(9) };
  await expect(priorOf().propose({ ...request, embeddings: wide }, keys)).rejects.toThrow(/the model it was made for/);
  const short = { dynamics: { ...oscillator, maxHorizon: 2 }, values: oscillatorValues };
  await expect(rolledPolicy(short, trained(), { residual: [1], runtime }).propose(request, keys)).rejects.toThrow(
    /at most 2, .* got 4/,
  );
});
