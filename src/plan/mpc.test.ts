import { expect, test } from 'vitest';
import { key } from '../core/index.ts';
import { type MpcInput, type MpcOptions, mpc } from './mpc.ts';
import { type Planner, type PlanRequest, solverPlanner } from './planner.ts';
import { cem } from './solvers/cem.ts';

/** A planner whose numbers count up over all its plans, so that each can be recognised; keeps its requests. */
function counting(planSize: number): { planner: Planner; requests: PlanRequest[] } {
  const requests: PlanRequest[] = [];
  let next = 0;
  const planner: Planner = (request) => {
    requests.push(request);
    const plan = Float32Array.from({ length: request.envs.length * planSize }, () => next++);
    return { plan, cost: new Float32Array(request.envs.length), iterations: [] };
  };
  return { planner, requests };
}

const base = { envs: 1, frameSize: 2, actionDim: 2, horizon: 3, key: key(0) } satisfies MpcOptions;

/** Frames that hold [environment, time]. */
function clock(): { input: MpcInput; tick: () => void; observed: () => number } {
  let time = 0;
  let observed = 0;
  return {
    input: {
      observe: (env, out, offset) => {
        observed++;
        out.set([env, time], offset);
      },
      goal: (env, out, offset) => out.set([env, 99], offset),
    },
    tick: () => time++,
    observed: () => observed,
  };
}

test('exactly the planned blocks are executed, block after block, before the next plan', async () => {
  const { planner, requests } = counting(12);
  const controller = mpc(planner, { ...base, actionBlock: 2, recedingHorizon: 2 });
  const { input } = clock();
  const executed: number[] = [];
  for (let t = 0; t < 5; t++) executed.push(...(await controller.act(input)).actions);
  // Plan 0 is 0..11 (three blocks of two actions of two numbers); two blocks are executed, then plan 1 begins at 12.
  expect(executed).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 12, 13]);
  expect(requests).toHaveLength(2);
});

test('the unexecuted rest of a plan is the next warm start, padded with zeros', async () => {
  const { planner, requests } = counting(6);
  const controller = mpc(planner, { ...base, recedingHorizon: 1 });
  for (let t = 0; t < 2; t++) await controller.act(clock().input);
  expect(requests[0]!.init).toBeUndefined();
  expect([...requests[1]!.init!]).toEqual([2, 3, 4, 5, 0, 0]);
});

test("a solver's elites come back moved by the executed steps, beside the warm start", async () => {
  const { planner, requests } = counting(6);
  const withElites: Planner = async (request) => ({
    ...(await planner(request)),
    elites: [Float32Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16)],
  });
  const controller = mpc(withElites, { ...base, recedingHorizon: 1 });
  for (let t = 0; t < 2; t++) await controller.act(clock().input);
  expect(requests[0]!.elites).toBeUndefined();
  expect([...requests[1]!.elites![0]!]).toEqual([3, 4, 5, 6, 0, 0, 13, 14, 15, 16, 0, 0]);
});

test('a problem whose action size is not that of the executed blocks is refused with both', async () => {
  const planner = solverPlanner(cem({ samples: 4, elites: 2, iterations: 1 }), () => ({
    name: 'a model',
    tasks: 1,
    horizon: 3,
    actionDim: 5,
    cost: (_, samples) => new Float32Array(samples),
  }));
  const request = {
    envs: [0],
    context: 2,
    frames: new Uint8Array(4),
    blocks: new Float32Array(2),
    goals: new Uint8Array(2),
  };
  await expect(planner({ ...request, keys: [key(0)] })).rejects.toThrow(
    /a model .* blocks \[1, 1, 5\], got 1 tasks and 2/,
  );
});

test('without warm start, or with nothing left, no warm start is given', async () => {
  for (const options of [{ recedingHorizon: 1, warmStart: false }, { recedingHorizon: 3 }]) {
    const { planner, requests } = counting(6);
    const controller = mpc(planner, { ...base, ...options });
    for (let t = 0; t < 4; t++) await controller.act(clock().input);
    expect(requests[1]!.init).toBeUndefined();
  }
});

test('the context holds frames one block apart and the blocks executed between them', async () => {
  const { planner, requests } = counting(12);
  const controller = mpc(planner, { ...base, actionBlock: 2, recedingHorizon: 1, historyLength: 3 });
  const { input, tick } = clock();
  for (let t = 0; t < 7; t++) {
    await controller.act(input);
    tick();
  }
  expect(requests.map((r) => r.context)).toEqual([1, 2, 3, 3]);
  // At time 6 the frames are those of times 2, 4 and 6; plans 1 and 2 began with 12..15 and 24..27.
  expect([...requests[3]!.frames]).toEqual([0, 2, 0, 4, 0, 6]);
  expect([...requests[3]!.blocks]).toEqual([12, 13, 14, 15, 24, 25, 26, 27]);
  expect([...requests[3]!.goals]).toEqual([0, 99]);
});

test('an environment that was reset flushes its queue and its history, the others keep theirs', async () => {
  const { planner, requests } = counting(6);
  const controller = mpc(planner, { ...base, envs: 2, historyLength: 2, recedingHorizon: 2 });
  const { input, tick } = clock();
  await controller.act(input);
  tick();
  controller.reset([1]);
  const { actions } = await controller.act(input);
  expect(requests[1]!.envs).toEqual([1]);
  expect(requests[1]!.context).toBe(1);
  expect(requests[1]!.init).toBeUndefined();
  expect([...actions]).toEqual([2, 3, 12, 13]);
});

test('environments at different points share a batch by padding the shorter with its oldest frame and zero blocks', async () => {
  const { planner, requests } = counting(6);
  const controller = mpc(planner, { ...base, envs: 2, historyLength: 2, recedingHorizon: 1 });
  const { input, tick } = clock();
  await controller.act(input);
  tick();
  controller.reset([1]);
  await controller.act(input);
  expect(requests[1]!.context).toBe(2);
  expect([...requests[1]!.frames]).toEqual([0, 0, 0, 1, 1, 1, 1, 1]);
  expect([...requests[1]!.blocks]).toEqual([0, 1, 0, 0]);
});

test('dead environments get NaN and no plan', async () => {
  const { planner, requests } = counting(6);
  const controller = mpc(planner, { ...base, envs: 3 });
  const { actions } = await controller.act({ ...clock().input, dead: [0, 1, 0] });
  expect(requests[0]!.envs).toEqual([0, 2]);
  expect([...actions]).toEqual([0, 1, Number.NaN, Number.NaN, 6, 7]);
});

test('frames are asked for only when a plan is due if the model sees one frame', async () => {
  const { planner } = counting(6);
  const controller = mpc(planner, base);
  const { input, observed } = clock();
  for (let t = 0; t < 6; t++) await controller.act(input);
  expect(observed()).toBe(2);
});

test('normalised plans become raw actions, in the decisions too, while the context keeps normalised blocks', async () => {
  const { planner, requests } = counting(6);
  const stats = { mean: [10, 20], std: [2, 3] };
  const controller = mpc(planner, { ...base, recedingHorizon: 1, historyLength: 2, actionStats: stats });
  const step = await controller.act(clock().input);
  expect([...step.actions]).toEqual([10, 23]);
  expect([...step.decisions[0]!.plan]).toEqual([10, 23, 14, 29, 18, 35]);
  await controller.act(clock().input);
  expect([...requests[1]!.blocks]).toEqual([0, 1]);
});

test('each plan of each environment has its own key', async () => {
  const { planner, requests } = counting(6);
  const controller = mpc(planner, { ...base, envs: 2, recedingHorizon: 1 });
  for (let t = 0; t < 2; t++) await controller.act(clock().input);
  expect(new Set(requests.flatMap((r) => r.keys.map((k) => k.join()))).size).toBe(4);
});

test('a plan of another size or with NaN is refused', async () => {
  const planner = (plan: Float32Array): Planner => {
    return () => ({ plan, cost: new Float32Array(1), iterations: [] });
  };
  await expect(mpc(planner(new Float32Array(4)), base).act(clock().input)).rejects.toThrow(/6 numbers, got 4/);
  const broken = new Float32Array(6).fill(Number.NaN);
  await expect(mpc(planner(broken), base).act(clock().input)).rejects.toThrow(/environment 0 must be finite, got NaN/);
});

test('sizes that cannot be are refused with their values', () => {
  const { planner } = counting(6);
  expect(() => mpc(planner, { ...base, recedingHorizon: 4 })).toThrow(/horizon = 3, got 4/);
  expect(() => mpc(planner, { ...base, actionBlock: 0 })).toThrow(/actionBlock .* got 0/);
  expect(() => mpc(planner, { ...base, actionStats: { mean: [0], std: [1] } })).toThrow(/2 means .* got 1 and 1/);
});

test('with a solver and known dynamics the controller reaches its goal', async () => {
  // x' = x + a on a line, |a| unlimited; the frame shows x in one byte, the goal is 40.
  let x = 12;
  const planner = solverPlanner(cem({ samples: 100, elites: 10, iterations: 15, initialStd: 10 }), (request) => ({
    tasks: 1,
    horizon: 3,
    actionDim: 1,
    cost: (candidates, samples) =>
      Float32Array.from({ length: samples }, (_, s) => {
        const end = candidates.subarray(s * 3, s * 3 + 3).reduce((sum, a) => sum + a, request.frames[0]!);
        return (end - request.goals[0]!) ** 2;
      }),
  }));
  const controller = mpc(planner, { envs: 1, frameSize: 1, actionDim: 1, horizon: 3, key: key(2) });
  for (let t = 0; t < 6; t++) {
    const { actions } = await controller.act({
      observe: (_, out) => out.fill(Math.round(x)),
      goal: (_, out) => out.fill(40),
    });
    x += actions[0]!;
  }
  expect(Math.abs(x - 40)).toBeLessThan(1);
});

test('a request says how many blocks were executed in each environment since its reset', async () => {
  const { planner, requests } = counting(12);
  const controller = mpc(planner, { ...base, envs: 2, actionBlock: 2, recedingHorizon: 2 });
  const { input } = clock();
  for (let t = 0; t < 4; t++) await controller.act(input);
  controller.reset([1]);
  await controller.act(input);
  expect(requests.map(({ done }) => done)).toEqual([
    [0, 0],
    [2, 0],
  ]);
});

test('a decision says whether a guard kept the prior’s plan, where there was a guard', async () => {
  const { planner } = counting(6);
  const judged: Planner = async (request) => ({ ...(await planner(request)), priorKept: [true, false] });
  const kept = async (by: Planner) =>
    (await mpc(by, { ...base, envs: 2 }).act(clock().input)).decisions.map(({ priorKept }) => priorKept);
  expect(await kept(judged)).toEqual([true, false]);
  expect(await kept(planner)).toEqual([undefined, undefined]);
});
