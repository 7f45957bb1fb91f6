import { expect, test } from 'vitest';
import { controllerActor } from '../../agent/index.ts';
import { key } from '../../core/index.ts';
import { type Policy, randomPolicy } from '../../envs/index.ts';
import { cem, mpc, solverPlanner } from '../../plan/index.ts';
import { sensesOf } from '../../world/index.ts';
import { POINT_FRAME, pointWorld, recorded, walk } from './point-world.law.ts';
import { envPolicy, type SimulatorPolicy } from './policy.ts';
import { controlRecord, controlResult } from './result.ts';
import { type ControlOptions, runControl } from './run.ts';
import { type ControlTask, replayTasks, solvedIn } from './tasks.ts';

const makeEnv = pointWorld;

function task(start: [number, number], goal: [number, number]): ControlTask {
  const [from, to] = [Float32Array.from(start), Float32Array.from(goal)];
  return { episode: 0, row: 0, goalRow: 1, start: from, goal: to, goalState: to };
}

/** A component of an action as the point world takes it. */
function clip(value: number): number {
  return Math.max(-5, Math.min(5, value));
}

/** Moves every point by the same action for ever. */
function steady(action: [number, number]): SimulatorPolicy {
  return {
    name: 'steady',
    simulator: true,
    act: ({ envs }) => ({ actions: Float32Array.from(envs.flatMap(() => action)) }),
  };
}

/** Straight to the goal: the oracle of the point world. */
const straight: Policy = {
  name: 'oracle',
  act: (env) => env.goal().map((g, i) => clip(g - env.state()[i]!)),
};

const run = (options: Partial<ControlOptions> & Pick<ControlOptions, 'tasks' | 'policy'>) =>
  runControl({ makeEnv, key: key(0), budget: 10, ...options });

test('success at any step and at the last step are told apart', async () => {
  // By 5 to the right each step: the first passes its goal at step 4, the second is at its goal after the last step.
  const { traces } = await run({
    tasks: [task([0, 0], [20, 0]), task([0, 0], [50, 0]), task([0, 0], [0, 90])],
    policy: steady([5, 0]),
  });
  expect(traces.map((t) => t.solvedAt)).toEqual([4, 10, undefined]);
  expect(traces.map((t) => t.solvedLast)).toEqual([false, true, false]);
});

test('success is first looked at after the first step, also when the start satisfies the goal', async () => {
  const { traces } = await run({ tasks: [task([0, 0], [0, 0])], policy: steady([5, 0]) });
  expect(traces[0]!.solvedAt).toBeUndefined();
});

test('traces hold every state, action and distance', async () => {
  const { traces } = await run({ tasks: [task([0, 0], [20, 0])], policy: steady([5, 1]), budget: 2 });
  expect(traces[0]!.states.map((s) => [...s])).toEqual([
    [0, 0],
    [5, 1],
    [10, 2],
  ]);
  expect(traces[0]!.actions.map((a) => [...a])).toEqual([
    [5, 1],
    [5, 1],
  ]);
  expect(traces[0]!.distances[1]).toBeCloseTo(Math.hypot(10, 2), 6);
});

test('freezing stops solved tasks, keeps success at any step, and claims nothing about the last step', async () => {
  const tasks = [task([0, 0], [20, 0]), task([0, 0], [0, 90])];
  const frozen = await run({ tasks, policy: steady([5, 0]), freezeOnSuccess: true });
  const free = await run({ tasks, policy: steady([5, 0]) });
  expect(frozen.traces.map((t) => t.solvedAt)).toEqual(free.traces.map((t) => t.solvedAt));
  expect(frozen.traces.map((t) => t.states.length)).toEqual([5, 11]);
  expect(controlResult(frozen).successLast).toBeUndefined();
  expect(controlResult(free).successLast).toBe(0);
});

test('the policy sees recorded frames at the start and for the goal, rendered ones afterwards', async () => {
  const source = recorded([walk(30, 10, 10, 4, 0)], true);
  const { tasks } = replayTasks({
    protocol: 'paper',
    source,
    heldOutEpisodes: [0],
    goalOffset: 5,
    count: 2,
    key: key(0),
  });
  const seen: number[][] = [];
  const policy: SimulatorPolicy = {
    name: 'watcher',
    simulator: true,
    act({ envs, observe, goal }) {
      const out = new Uint8Array(2 * POINT_FRAME);
      observe(1, out, 0);
      goal(1, out, POINT_FRAME);
      seen.push([...out.subarray(0, 3), ...out.subarray(POINT_FRAME, POINT_FRAME + 3)]);
      return { actions: Float32Array.from(envs.flatMap(() => [1, 2])) };
    },
  };
  await run({ tasks, policy, budget: 2 });
  const [x, y] = tasks[1]!.start as unknown as [number, number];
  const [gx, gy] = tasks[1]!.goal as unknown as [number, number];
  expect(seen).toEqual([
    [x, y, 200, gx, gy, 200],
    [x + 1, y + 2, 0, gx, gy, 200],
  ]);
});

test('an oracle and a random policy run through the same code, and the same key gives the same run', async () => {
  const source = recorded(Array.from({ length: 5 }, (_, e) => walk(30, 10 + 5 * e, 20, 3, 2)));
  const { tasks } = replayTasks({
    protocol: 'strict',
    source,
    heldOutEpisodes: [1, 3],
    goalOffset: 25,
    count: 10,
    key: key(1),
    satisfied: solvedIn(pointWorld()),
  });
  const oracle = controlResult(await run({ tasks, policy: envPolicy(() => straight), budget: 50 }));
  expect([oracle.successAny, oracle.successLast, oracle.plans]).toEqual([10, 10, 0]);
  const random = () => run({ tasks, policy: envPolicy(randomPolicy), budget: 50 });
  const [first, second] = [await random(), await random()];
  expect(first.traces).toEqual(second.traces);
  expect(controlResult(first).successAny).toBeLessThan(10);
});

test('a planner that knows the dynamics reaches every goal from pixels, and its plans are timed and kept', async () => {
  const tasks = [task([20, 20], [60, 40]), task([100, 30], [70, 90]), task([50, 50], [50, 120])];
  const planner = solverPlanner(cem({ samples: 100, elites: 10, iterations: 20 }), ({ envs, frames, goals }) => ({
    tasks: envs.length,
    horizon: 4,
    actionDim: 10,
    cost: (candidates, samples) =>
      Float32Array.from({ length: envs.length * samples }, (_, row) => {
        const at = Math.floor(row / samples) * POINT_FRAME;
        const plan = candidates.subarray(row * 40, row * 40 + 40);
        let [dx, dy] = [frames[at]! - goals[at]!, frames[at + 1]! - goals[at + 1]!];
        for (let i = 0; i < 40; i += 2) {
          dx += clip(5 * plan[i]!);
          dy += clip(5 * plan[i + 1]!);
        }
        return dx * dx + dy * dy;
      }),
  }));
  const controller = mpc(planner, {
    envs: 3,
    frameSize: POINT_FRAME,
    actionDim: 2,
    horizon: 4,
    actionBlock: 5,
    actionStats: { mean: [0, 0], std: [5, 5] },
    key: key(3),
  });
  const done = await run({
    tasks,
    policy: controllerActor('planner', sensesOf({ imageSize: 16 }), controller),
    budget: 60,
    recordFrames: 1,
  });
  const result = controlResult(done);
  expect(result.successAny).toBe(3);
  expect(done.planning.map((p) => [p.step, p.tasks])).toEqual([
    [0, 3],
    [20, 3],
    [40, 3],
  ]);
  expect(result.planSecondsMean).toBeGreaterThan(0);
  const [trace, other] = done.traces;
  expect(trace!.decisions.map((d) => d.step)).toEqual([0, 20, 40]);
  expect([...trace!.decisions[1]!.plan.subarray(0, 2)]).toEqual([...trace!.actions[20]!]);
  expect(trace!.film!.frames).toHaveLength(61);
  expect(other!.film).toBeUndefined();
});

test('the record holds protocol, what was left out, budget, seed, and each policy with its Wilson interval', async () => {
  const source = recorded([walk(130, 0, 10, 1, 0), walk(30, 20, 20, 0, 0)]);
  const set = replayTasks({
    protocol: 'strict',
    source,
    heldOutEpisodes: [0, 1],
    goalOffset: 25,
    count: 100,
    key: key(0),
    satisfied: solvedIn(pointWorld()),
  });
  const runs = [
    await run({ tasks: set.tasks, policy: envPolicy(() => straight), budget: 5 }),
    await run({ tasks: set.tasks, policy: steady([-5, 0]), budget: 5 }),
  ];
  const record = controlRecord(set, runs, { seed: 7, planner: { solver: 'cem', horizon: 5 } });
  expect(record).toMatchObject({ name: 'strict', tasks: 100, goalOffset: 25, budget: 5, seed: 7 });
  expect(record.excluded).toBe(set.excluded);
  expect(record.description).toContain(`${set.excluded} of ${100 + set.excluded} drawn`);
  // 25 away at 5 a step: solved within 3 after the fifth step.
  expect(record.results[0]).toMatchObject({ policy: 'oracle', successAny: 100, successLast: 100, medianSteps: 5 });
  // Wilson with no success in 100: [0, z^2 / (n + z^2)], z = 1.959964.
  expect(record.results[1]!.intervalAny[0]).toBe(0);
  expect(record.results[1]!.intervalAny[1]).toBeCloseTo(3.841459 / 103.841459, 6);
  expect(record.results[0]!.intervalAny).toEqual(
    [1 - record.results[1]!.intervalAny[1], 1].map((v) => expect.closeTo(v, 6)),
  );
  expect(JSON.parse(JSON.stringify(record))).toEqual(record);
});

test('wrong sizes are refused with both numbers', async () => {
  const tasks = [task([0, 0], [20, 0])];
  const short: SimulatorPolicy = { name: 'short', simulator: true, act: () => ({ actions: new Float32Array(1) }) };
  await expect(run({ tasks, policy: short })).rejects.toThrow(/'short' must return actions \[1, 2\], got 1/);
  const small = [{ ...tasks[0]!, startFrame: new Uint8Array(12) }];
  await expect(run({ tasks: small, policy: short })).rejects.toThrow(
    /startFrame of task 0 must hold 768 bytes .* got 12/,
  );
  await expect(run({ tasks: [], policy: short })).rejects.toThrow(/got 0 tasks/);
});

test('an action that is not finite stops the run with an error', async () => {
  const policy = steady([Number.NaN, 0]);
  await expect(run({ tasks: [task([0, 0], [20, 0])], policy })).rejects.toMatchObject({ name: 'JepaError' });
});

test('the intervals are those of published tables', () => {
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  for (const [successes, n, low, high] of [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ] as const) {
    const traces = Array.from({ length: n }, (_, i) => ({
      task: task([0, 0], [1, 1]),
      states: [],
      distances: [],
      actions: [],
      decisions: [],
      solvedAt: i < successes ? 1 : undefined,
      solvedLast: false,
      film: undefined,
    }));
    const result = controlResult({ policy: 'counted', budget: 1, traces, planning: [], seconds: 0 });
    expect(result.intervalAny[0]).toBeCloseTo(low, 4);
    expect(result.intervalAny[1]).toBeCloseTo(high, 4);
  }
});

test('decisions that a guard judged are counted, and those in which it kept the prior’s plan', async () => {
  const decision = { executed: 1, cost: 0, plan: new Float32Array(2) };
  const guarded: SimulatorPolicy = {
    name: 'guarded',
    simulator: true,
    act: ({ step, envs }) => ({
      actions: new Float32Array(2 * envs.length),
      decisions: envs.map((_, env) => ({ ...decision, env, ...(step < 3 ? { priorKept: env === 0 } : {}) })),
    }),
  };
  const tasks = [task([0, 0], [20, 0]), task([0, 0], [50, 0])];
  const counts = controlResult(await run({ tasks, policy: guarded }));
  expect([counts.guarded, counts.priorKept]).toEqual([6, 3]);
  expect(controlResult(await run({ tasks, policy: steady([5, 0]) }))).not.toHaveProperty('guarded');
});
