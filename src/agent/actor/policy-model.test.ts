// Goal policies at work. Legend: N observations, A numbers per block.

import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { distance, gaussian, runtime, shaken } from '../../nn/run-module.law.ts';
import { mpc, type PlanRequest } from '../../plan/index.ts';
import { dynamicsOf, type GcbcConfig, goalPolicyOf, type WorldConfig } from '../../world/index.ts';
import { policyModel, policyPlanner } from './policy-model.ts';

const CONFIG: GcbcConfig = {
  encoder: { imageSize: 8, patchSize: 4, dim: 12, depth: 1, heads: 2, mlpDim: 24 },
  hidden: [16],
  actionDim: 4,
};
const FRAME = 8 * 8 * 3;
const A = 4;
const policy = goalPolicyOf({ kind: 'gcbc', ...CONFIG });
const model = policyModel(policy, shaken(policy.module, 0.2), runtime);
const pictures = (count: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length: count * FRAME }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);

test.each([1, 3, 8, 65])(
  '%i observations are acted on one by one, however they are cut into batches',
  async (count) => {
    const [now, goals] = [pictures(65), pictures(65, 5000)];
    const plans = await model.act(now.subarray(0, count * FRAME), goals.subarray(0, count * FRAME), count);
    expect(plans.length).toBe(count * A);
    for (const i of [0, count - 1]) {
      const cut = (bytes: Uint8Array) => bytes.slice(i * FRAME, (i + 1) * FRAME);
      const alone = await model.act(cut(now), cut(goals), 1);
      expect(distance(alone, plans.subarray(i * A, (i + 1) * A))).toBeLessThan(1e-5);
    }
  },
);

test('the goal matters', async () => {
  const [a, b] = [await model.act(pictures(1), pictures(1, 9), 1), await model.act(pictures(1), pictures(1, 99), 1)];
  expect(distance(a, b)).toBeGreaterThan(1e-3);
});

test('observations of other senses are refused', async () => {
  await expect(model.act(new Uint8Array(10), pictures(1), 1)).rejects.toThrow(/must hold 192 bytes, got 10/);
});

test('as a planner it acts on the last frame of the context, and gives finite costs', async () => {
  const request: PlanRequest = {
    envs: [0, 2],
    context: 2,
    frames: pictures(4),
    blocks: gaussian(2 * A, 1),
    goals: pictures(2, 5000),
    keys: [0, 2].map((i) => fold(key(0), i)),
  };
  const { plan, cost, iterations } = await policyPlanner(model)(request);
  const last = Uint8Array.from([...pictures(4).slice(FRAME, 2 * FRAME), ...pictures(4).slice(3 * FRAME)]);
  expect(distance(plan, await model.act(last, pictures(2, 5000), 2))).toBeLessThan(1e-6);
  expect([[...cost], iterations]).toEqual([[0, 0], []]);
});

test('a controller runs it: a block is carried out action by action, then the policy is asked again', async () => {
  const controller = mpc(policyPlanner(model), {
    envs: 1,
    frameSize: FRAME,
    actionDim: 2,
    actionBlock: 2,
    horizon: policy.horizon,
    recedingHorizon: 1,
    key: key(0),
  });
  const goal = pictures(1, 5000);
  const done: number[] = [];
  for (let step = 0; step < 4; step++) {
    const { actions, decisions } = await controller.act({
      observe: (_, out, offset) => out.set(pictures(1, 100 * step), offset),
      goal: (_, out, offset) => out.set(goal, offset),
    });
    expect(decisions.length).toBe(step % 2 === 0 ? 1 : 0);
    done.push(...actions);
  }
  const expected = [...(await model.act(pictures(1, 0), goal, 1)), ...(await model.act(pictures(1, 200), goal, 1))];
  expect(distance(done, expected)).toBeLessThan(1e-5);
});

test('a policy on the embeddings of a state model is shown the state', async () => {
  const world: WorldConfig = {
    kind: 'state',
    stateDim: 3,
    numbers: { at: [0, 2], mean: [1, 2], std: [2, 4] },
    actionDim: A,
    hidden: [8],
  };
  const inverse = goalPolicyOf({ kind: 'inverse', world, hidden: [] });
  const values = shaken(inverse.module, 0.2);
  const states = gaussian(4 * 3, 1, 3);
  const bytes = (from: number) => new Uint8Array(states.slice(from * 3, (from + 2) * 3).buffer);
  const plans = await policyModel(inverse, values, runtime).act(bytes(0), bytes(2), 2);
  // Without hidden layers the head is linear in both standardised states.
  const { layout, data } = values.parameters;
  const view = (name: string) => {
    const { offset, size } = layout.index.get(name)!;
    return data.subarray(offset, offset + size);
  };
  const [w, b] = [view('policy.net.0.weight'), view('policy.net.0.bias')];
  const read = (row: number) => [(states[row * 3]! - 1) / 2, (states[row * 3 + 2]! - 2) / 4];
  const expected = [0, 1].flatMap((n) =>
    [...b].map((bias, a) => [...read(n), ...read(n + 2)].reduce((s, z, i) => s + w[a * 4 + i]! * z, bias)),
  );
  expect(dynamicsOf(world).senses).toEqual(inverse.senses);
  expect(distance(plans, expected)).toBeLessThan(1e-5);
});

test('a policy that is told how many blocks are left is told those of the budget, or else the most it knows', async () => {
  const numbers = { at: [0], mean: [0], std: [1] };
  const world: WorldConfig = { kind: 'state', stateDim: 1, numbers, actionDim: A, hidden: [8] };
  const told = goalPolicyOf({ kind: 'inverse', world, hidden: [8], horizon: { max: 4 } });
  const inverse = policyModel(told, shaken(told.module, 0.4), runtime);
  const ends = new Uint8Array(Float32Array.of(0.5, -1).buffer);
  const act = (left?: readonly number[]) => inverse.act(ends, ends, 2, left);
  expect(await act()).toEqual(await act([4, 9]));
  const [first, second] = [await act([4, 1]), await act([2, 1])];
  expect(first.slice(A)).toEqual(second.slice(A));
  expect(distance(first.subarray(0, A), second.subarray(0, A))).toBeGreaterThan(1e-3);

  const request = { envs: [0, 1], context: 1, frames: ends, goals: ends, blocks: new Float32Array(0), keys: [] };
  const plans = async (budget?: number, done?: readonly number[]) =>
    (await policyPlanner(inverse, budget === undefined ? {} : { budget })({ ...request, ...(done && { done }) })).plan;
  expect(await plans()).toEqual(await act());
  expect(await plans(3, [1, 7])).toEqual(await act([2, 1]));
  await expect(act([1])).rejects.toThrow(/one for each of 2 observations, got 1/);
  await expect(model.act(pictures(1), pictures(1), 1, [1])).rejects.toThrow(/a policy that is told nothing/);
});
