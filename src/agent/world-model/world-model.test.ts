import { expect, test } from 'vitest';
import { flatView, fold, key } from '../../core/index.ts';
import { IMAGENET, initialise, linear, module } from '../../nn/index.ts';
import { distance, gaussian, runtime } from '../../nn/run-module.law.ts';
import { cem, defineCost, gradient, type PlanRequest, planCost, solverPlanner } from '../../plan/index.ts';
import { reshape, slice } from '../../tensor/index.ts';
import { ebJepaDynamics, leWmDynamics } from '../../world/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import { worldModel } from './world-model.ts';

const D = TINY.embedDim;
const A = TINY.actionDim;
const FRAME = 16 * 16 * 3;
const model = worldModel(leWmDynamics(TINY), tinyValues(), runtime);

const frames = (count: number): Uint8Array =>
  Uint8Array.from({ length: count * FRAME }, (_, i) => Math.imul(i + 1, 2654435761) >>> 24);

test.each([1, 3, 8, 65, 70])('%i frames are embedded one by one, however they are cut into batches', async (count) => {
  const z = await model.encode(frames(70).subarray(0, count * FRAME), count);
  expect(z.length).toBe(count * D);
  for (const i of [0, count - 1]) {
    const alone = await model.encode(frames(70).slice(i * FRAME, (i + 1) * FRAME), 1);
    expect(distance(alone, z.subarray(i * D, (i + 1) * D))).toBeLessThan(1e-5);
  }
});

test('no frames give no embeddings', async () => {
  expect((await model.encode(new Uint8Array(0), 0)).length).toBe(0);
});

test('frames of the wrong size are refused', async () => {
  await expect(model.encode(new Uint8Array(10), 2)).rejects.toThrow(
    /2 observations of a u8 picture \[16, 16, 3\] must hold 1536 bytes, got 10/,
  );
});

const request = (C: number): PlanRequest => ({
  envs: [0, 1, 2],
  context: C,
  frames: frames(3 * C),
  blocks: gaussian(3 * (C - 1) * A, 4),
  goals: frames(6).slice(3 * FRAME),
  keys: [0, 1, 2].map((i) => fold(key(0), i)),
});

test.each([1, 2])("a problem's cost is the distance of the imagined end to the goal, context %i", async (C) => {
  const [S, H] = [4, 3] as const;
  const r = request(C);
  const problem = await model.problem(r, H);
  const plans = gaussian(3 * S * H * A, 5);
  const cost = await problem.cost(plans, S);
  const all = await model.imagine({
    context: await model.encode(r.frames, 3 * C),
    executed: r.blocks,
    plans,
    tasks: 3,
    contextLength: C,
    samples: S,
    horizon: H,
  });
  const goals = await model.encode(r.goals, 3);
  const expected = Array.from({ length: 3 * S }, (_, row) => {
    let sum = 0;
    for (let d = 0; d < D; d++)
      sum += (all[(row * (C + H) + C + H - 1) * D + d]! - goals[Math.floor(row / S) * D + d]!) ** 2;
    return sum;
  });
  expect([problem.tasks, problem.horizon, problem.actionDim]).toEqual([3, H, A]);
  expect(distance(cost, expected)).toBeLessThan(1e-4);
});

test('tasks whose candidates do not fit one call are scored in groups, with equal costs', async () => {
  // 3 tasks of 1200 samples are 3600 candidates, above the 3000 of one call.
  const [S, H] = [1200, 1] as const;
  const problem = await model.problem(request(1), H);
  const plans = gaussian(3 * S * H * A, 6);
  const cost = await problem.cost(plans, S);
  const last = await model.problem(
    { ...request(1), envs: [2], frames: frames(3).slice(2 * FRAME), goals: frames(6).slice(5 * FRAME) },
    H,
  );
  const alone = await last.cost(plans.slice(2 * S * H * A), S);
  expect(distance(cost.subarray(2 * S), alone)).toBeLessThan(1e-4);
});

test('the planner that CEM makes of it lowers the imagined cost', async () => {
  const planner = solverPlanner(cem({ samples: 32, elites: 4, iterations: 4 }), (r) => model.problem(r, 2));
  const { plan, iterations } = await planner(request(1));
  expect(plan.length).toBe(3 * 2 * A);
  for (const task of [0, 1, 2]) expect(iterations.at(-1)!.elite[task]!).toBeLessThan(iterations[0]!.elite[task]!);
});

test.each([1, 2])('the gradient of the cost is that of finite differences, context %i', async (C) => {
  const [S, H] = [2, 4] as const;
  const problem = await model.problem(request(C), H);
  const plans = gaussian(3 * S * H * A, 7);
  const { cost, gradient: g } = await problem.costAndGradient!(plans, S);
  expect(distance(cost, await problem.cost(plans, S))).toBeLessThan(1e-4);
  const size = H * A;
  const scale = Math.max(...g.map(Math.abs));
  for (const [row, at] of [0, 3, 5].entries()) {
    const i = at * size + ((row * 5) % size);
    const h = 1e-2;
    const ends = await Promise.all(
      [h, -h].map((d) =>
        problem.cost(
          plans.map((value, j) => (j === i ? value + d : value)),
          S,
        ),
      ),
    );
    expect(Math.abs((ends[0]![at]! - ends[1]![at]!) / (2 * h) - g[i]!)).toBeLessThan(0.02 * scale);
  }
});

test('Adam through the model lowers the cost of every task', async () => {
  const problem = await model.problem(request(1), 3);
  const solver = gradient({ samples: 2, iterations: 15, descent: { kind: 'adam', lr: 0.05 } });
  const { iterations } = await solver.solve(problem, { key: key(0) });
  for (const task of [0, 1, 2]) expect(iterations.at(-1)!.best[task]).toBeLessThan(iterations[0]!.best[task]!);
});

test('a model without memory takes a longer context, too, and looks at its last frame', async () => {
  const config = { imageSize: 16, channels: 3, stacks: [3], blocks: 1, dim: 4 };
  const dynamics = ebJepaDynamics({ encoder: config, actionDim: A, inverseHidden: 5 }, 'eb-jepa', IMAGENET);
  const alone = worldModel(dynamics, initialise(dynamics.module, key(3)), runtime);
  const { frames: all, ...rest } = request(2);
  const last = Uint8Array.from([0, 1, 2].flatMap((e) => [...all.subarray((2 * e + 1) * FRAME, (2 * e + 2) * FRAME)]));
  const long = await alone.problem(request(2), 2);
  const short = await alone.problem({ ...rest, context: 1, frames: last, blocks: new Float32Array(0) }, 2);
  const plans = gaussian(3 * 2 * 2 * A, 8);
  // The longer context also counts the distance of its first frame, the same for all plans of a task.
  const [a, b] = [await long.cost(plans, 2), await short.cost(plans, 2)];
  for (const e of [0, 1, 2]) expect(a[2 * e + 1]! - a[2 * e]!).toBeCloseTo(b[2 * e + 1]! - b[2 * e]!, 4);
});

test('a cost that is given apart scores plans in place of the default, with its own numbers', async () => {
  const { dim, defaultCost } = model.dynamics;
  const none = initialise(defaultCost.module, key(0));
  const same = worldModel(model.dynamics, model.values, runtime, { cost: defaultCost, values: none });
  const learned = defineCost({
    name: 'weighed',
    dim,
    unit: 'relative',
    absolute: true,
    module: module({ weigh: linear(dim, 1) }, (m) => (imagined) => {
      const [E, S, L] = imagined.shape as [number, number, number];
      return reshape(m.weigh(slice(imagined, 2, L - 1)), [E, S]);
    }),
  });
  const numbers = initialise(learned.module, key(5));
  const other = worldModel(model.dynamics, model.values, runtime, { cost: learned, values: numbers });
  expect(other.cost.name).toBe('weighed');
  const tasks = {
    context: gaussian(2 * dim, 1),
    executed: new Float32Array(0),
    goals: gaussian(2 * dim, 2),
    tasks: 2,
    contextLength: 1,
    horizon: 3,
  };
  const A = model.dynamics.actionDim;
  const plans = gaussian(2 * 4 * 3 * A, 3);
  expect(await same.problemBetween(tasks).cost(plans, 4)).toEqual(await model.problemBetween(tasks).cost(plans, 4));
  const all = await model.imagine({ ...tasks, plans, samples: 4 });
  const { data, layout } = numbers.parameters;
  const [weight, bias] = [flatView(layout, data, 'weigh.weight'), flatView(layout, data, 'weigh.bias')];
  const expected = Array.from({ length: 8 }, (_, row) => {
    const end = all.subarray((row * 4 + 3) * dim, (row * 4 + 4) * dim);
    return end.reduce((sum, v, d) => sum + v * weight[d]!, bias[0]!);
  });
  expect(distance(await other.problemBetween(tasks).cost(plans, 4), expected)).toBeLessThan(1e-4);
  await Promise.all([same.dispose(), other.dispose()]);
});

test('a cost on embeddings of another width is refused', () => {
  const cost = planCost('last', model.dynamics.dim + 1);
  const given = { cost, values: initialise(cost.module, key(0)) };
  expect(() => worldModel(model.dynamics, model.values, runtime, given)).toThrow(/train the cost on this model/);
});
