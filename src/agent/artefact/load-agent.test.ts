// Agents from files. Legend: A numbers of an action, F steps per block, H planned blocks, R executed blocks, D embedding width.

import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import { denormalise, normalise } from '../../data/index.ts';
import { distance, gaussian, runtime, shaken } from '../../nn/run-module.law.ts';
import { cem, hierarchical, solverPlanner } from '../../plan/index.ts';
import { dynamicsOf, leWmDynamics } from '../../world/index.ts';
import { TINY, tinyValues } from '../../world/le-wm/tiny.law.ts';
import { planningActor } from '../actor/actor.ts';
import { policyModel } from '../actor/policy-model.ts';
import { hierarchicalModel } from '../world-model/hierarchical-model.ts';
import { worldModel } from '../world-model/world-model.ts';
import { agentFiles, HIGH, ORIGIN, PLANNER, POLICIES } from './agent-files.law.ts';
import { loadAgent } from './load-agent.ts';
import { bytesOfSource } from './source.ts';

const files = agentFiles();
afterAll(() => rmSync(files.dir, { recursive: true, force: true }));

const model = worldModel(leWmDynamics(TINY), tinyValues(), runtime);
const picture = (seed: number, side = 16): Uint8Array =>
  Uint8Array.from({ length: side * side * 3 }, (_, i) => Math.imul(i + seed, 2654435761) >>> 24);
const [A, F, H, R] = [2, 2, 4, 3] as const;
const clipped = (raw: ArrayLike<number>): number[] => [
  Math.min(1, Math.max(-1, raw[0]!)),
  Math.fround(Math.min(0.3, Math.max(-0.2, raw[1]!))),
];

test('it decides as the planner of its file does under its key, step by step, and clips to the bounds', async () => {
  const { solver: _, samples, elites, iterations } = PLANNER;
  const planner = solverPlanner(cem({ samples, elites, iterations }), (r) => model.problem(r, H));
  const planning = { senses: model.dynamics.senses, planner, horizon: H, recedingHorizon: R, history: 2 };
  const { actions } = ORIGIN;
  const actor = planningActor(planning, { name: 'own', tasks: 1, frameSkip: F, actions, key: key(5) });
  const agent = await loadAgent(files.world, { runtime, seed: 5 });
  agent.setGoal(picture(999));
  const planned: number[] = [];
  for (let step = 0; step < 2 * F * R + 1; step++) {
    const { actions: raw, decisions } = await actor.act({
      observe: (_env, out, offset) => out.set(picture(step), offset),
      goal: (_env, out, offset) => out.set(picture(999), offset),
    });
    const { action, plan } = await agent.act(picture(step));
    expect([...action]).toEqual(clipped(raw));
    expect(plan?.actions).toEqual(decisions[0]?.plan);
    if (plan !== undefined) planned.push(step);
  }
  expect(planned).toEqual([0, F * R, 2 * F * R]);
});

test('after a reset it plans anew, and a new goal drops the plan under way', async () => {
  const agent = await loadAgent(files.world, { runtime });
  agent.setGoal(picture(9));
  expect((await agent.act(picture(1))).plan?.actions.length).toBe(H * F * A);
  expect((await agent.act(picture(2))).plan).toBeUndefined();
  agent.reset();
  expect((await agent.act(picture(2))).plan).toBeDefined();
  agent.setGoal(picture(10));
  expect((await agent.act(picture(3))).plan).toBeDefined();
});

test('changes of the planner are taken over, and a shorter plan is executed as far as it goes', async () => {
  const agent = await loadAgent(files.world, { runtime, planner: { horizon: 2, solver: 'random-shooting' } });
  agent.setGoal(picture(9));
  expect((await agent.act(picture(1))).plan!.actions.length).toBe(2 * F * A);
  expect(agent.describe).toMatch(/random-shooting .* 2 blocks ahead, again after 2/);
  await expect(loadAgent(files.world, { planner: { solver: 'cem/lewm' } })).rejects.toThrow(
    /did you mean 'cem\/le-wm'/,
  );
});

test('embed, imagine and plan are those of the world model', async () => {
  const agent = await loadAgent(files.world, { runtime });
  const z = await model.encode(picture(1), 1);
  expect(await agent.embed(picture(1))).toEqual(z);
  const raw = gaussian(H * F * A, 3);
  const sizes = { tasks: 1, contextLength: 1, samples: 1, horizon: H };
  const all = await model.imagine({
    context: z,
    executed: new Float32Array(0),
    plans: normalise(ORIGIN.actions, raw),
    ...sizes,
  });
  expect(await agent.imagine(picture(1), raw)).toEqual(all);
  expect(await agent.imagine({ embedding: z }, raw)).toEqual(all);
  agent.setGoal(picture(9));
  const plan = await agent.plan(picture(1));
  expect(plan.imagined).toEqual(await agent.imagine(picture(1), plan.actions));
  // The cost that CEM knows is the mean over its last elites, so it is of the size of the plan's own, not the same.
  expect(plan.cost).toBeGreaterThan(0);
  expect((await agent.act(picture(1))).plan).toBeDefined();
});

test('an embedding as the goal is the picture that it was made of', async () => {
  const [one, other] = [await loadAgent(files.world, { runtime }), await loadAgent(files.world, { runtime })];
  one.setGoal(picture(9));
  other.setGoal({ embedding: await one.embed(picture(9)) });
  expect(await other.act(picture(1)).then(({ action }) => action)).toEqual((await one.act(picture(1))).action);
});

test('a file with a high level plans on both levels', async () => {
  const agent = await loadAgent(files.hierarchy, { runtime, seed: 2 });
  agent.setGoal(picture(9));
  const { planner: macro, box, config, values } = HIGH;
  const both = hierarchicalModel({ low: model, config, values, cost: macro!.cost, runtime });
  const { samples, elites, iterations } = macro!;
  const solver = hierarchical({
    macro: cem({ samples, elites, iterations, constraint: box }),
    primitive: cem({ samples: PLANNER.samples, elites: PLANNER.elites, iterations: PLANNER.iterations }),
  });
  const request = {
    envs: [0],
    context: 1,
    frames: picture(1),
    blocks: new Float32Array(0),
    goals: picture(9),
    keys: [fold(key(2), 0, 0)],
  };
  const jumps = { macroHorizon: 2, aim: 'waypoint' } as const;
  const { plan } = await solverPlanner(solver, (r) => both.problem(r, H, jumps))(request);
  expect(agent.name).toBe('hierarchical le-wm');
  expect(agent.describe).toMatch(/toward the first of 2 jumps planned by cem \(10 samples/);
  const made = (await agent.act(picture(1))).plan!.actions;
  expect(distance(made, denormalise(ORIGIN.actions, plan))).toBeLessThan(1e-6);
});

test('a goal policy acts, block by block, and offers no embedding', async () => {
  const agent = await loadAgent(files.gcbc, { runtime });
  agent.setGoal(picture(9, 8));
  const policy = policyModel(POLICIES.gcbc, shaken(POLICIES.gcbc.module, 0.2), runtime);
  const raw = denormalise(ORIGIN.actions, await policy.act(picture(1, 8), picture(9, 8), 1));
  const [first, second, third] = [
    await agent.act(picture(1, 8)),
    await agent.act(picture(2, 8)),
    await agent.act(picture(3, 8)),
  ];
  expect(distance(first.action, clipped(raw))).toBeLessThan(1e-6);
  expect(distance(second.action, clipped(raw.subarray(A)))).toBeLessThan(1e-6);
  expect([first.plan !== undefined, second.plan !== undefined, third.plan !== undefined]).toEqual([true, false, true]);
  expect((await agent.plan(picture(1, 8))).imagined).toBeUndefined();
  await expect(agent.embed(picture(1, 8))).rejects.toThrow(/gcbc is a goal policy, which has no embedding/);
  expect(() => agent.setGoal({ embedding: new Float32Array(8) })).toThrow(/no embedding/);
  expect(agent.describe).toMatch(/^gcbc for two-room: .* says each block at once, and is asked again after it/);
});

test('a policy on the embeddings of a state model is told states', async () => {
  const agent = await loadAgent(files.inverse, { runtime });
  agent.setGoal(Float32Array.of(1, 2, 3));
  expect((await agent.act(Float32Array.of(3, 2, 1))).action.length).toBe(A);
});

test('a model of a picture and a state is shown both, by name', async () => {
  const agent = await loadAgent(files.both, { runtime, planner: { samples: 6, elites: 2, iterations: 1 } });
  const seen = (seed: number) => ({ 'cameras.main': picture(seed, 8), state: gaussian(3, seed) });
  agent.setGoal(seen(9));
  expect((await agent.act(seen(1))).action.length).toBe(A);
  expect(() => agent.setGoal(picture(9, 8))).toThrow(
    /sees a u8 picture \[8, 8, 3\] and 3 float32 numbers of the state, so give an object with cameras.main and state/,
  );
  const { state: _, ...blind } = seen(1);
  await expect(agent.act(blind)).rejects.toThrow(/act: .* 'state' is missing, got cameras.main/);
});

test('a file without a planner gets the default, and the agent says so', async () => {
  const agent = await loadAgent(files.old, { runtime });
  expect(agent.describe).toBe(
    'le-wm for two-room: sees a u8 picture [16, 16, 3], acts in 2 numbers within [-1, 1], in blocks of 2 steps; plans with cem/le-wm (128 samples, 16 elites, 6 iterations), 5 blocks ahead, again after 5, from 1 frame (the default: the file names no planner); written by jepa 0.1.0',
  );
  agent.setGoal(picture(9));
  expect((await agent.act(picture(1))).plan!.actions.length).toBe(5 * F * A);
});

test('what it cannot take is refused by name', async () => {
  const agent = await loadAgent(files.world, { runtime });
  await expect(agent.act(picture(1))).rejects.toThrow(/act: the agent has no goal; call setGoal/);
  await expect(agent.plan(picture(1))).rejects.toThrow(/plan: the agent has no goal/);
  expect(() => agent.setGoal(picture(1, 8))).toThrow(
    /setGoal: 'cameras.main' must be u8 \[16, 16, 3\], 768 numbers, got 192 in a Uint8Array/,
  );
  expect(() => agent.setGoal(gaussian(8, 1))).toThrow(/got float32 numbers; an embedding is given as { embedding }/);
  expect(() => agent.setGoal({ embedding: gaussian(9, 1) })).toThrow(/an embedding must hold 8 numbers, got 9/);
  expect(() => agent.setGoal({ embedding: new Float32Array(8).fill(Number.NaN) })).toThrow(
    /must be finite, got NaN at 0/,
  );
  agent.setGoal(picture(9));
  await expect(agent.act(picture(1, 8))).rejects.toThrow(/act: 'cameras.main' must be u8/);
  await expect(agent.imagine(picture(1), gaussian(6, 1))).rejects.toThrow(/whole blocks of 2 steps x 2 numbers, got 6/);
  await expect(agent.imagine(picture(1), new Float32Array(8).fill(Infinity))).rejects.toThrow(/got Infinity at 0/);
  const told = await loadAgent(files.state, { runtime });
  expect(() => told.setGoal(Float32Array.of(1, 2))).toThrow(/setGoal: 'state' must be f32 \[3\], 3 numbers, got 2/);
  expect(() => told.setGoal(Float32Array.of(1, Number.NaN, 2))).toThrow(/'state' must be finite, got NaN at 1/);
});

test('a refused picture leaves the agent as it was', async () => {
  const [one, other] = [await loadAgent(files.world, { runtime }), await loadAgent(files.world, { runtime })];
  for (const agent of [one, other]) agent.setGoal(picture(9));
  await expect(one.act(picture(1, 8))).rejects.toThrow(/must be u8/);
  expect((await one.act(picture(1))).action).toEqual((await other.act(picture(1))).action);
});

test('while an action is being decided, nothing that it depends on may change', async () => {
  const agent = await loadAgent(files.world, { runtime });
  agent.setGoal(picture(9));
  const pending = agent.act(picture(1));
  await expect(agent.act(picture(2))).rejects.toThrow(/the action before is still being decided; await act/);
  expect(() => agent.setGoal(picture(3))).toThrow(/still being decided/);
  expect(() => agent.reset()).toThrow(/still being decided/);
  await pending;
  agent.reset();
});

test('a disposed agent does not act', async () => {
  const agent = await loadAgent(files.world, { runtime });
  agent.setGoal(picture(9));
  await agent.act(picture(1));
  await agent.dispose();
  await expect(agent.act(picture(1))).rejects.toThrow(/act: the agent was disposed; load it again/);
  await expect(agent.embed(picture(1))).rejects.toThrow(/embed: the agent was disposed/);
});

test('a path, a file address, bytes, a data address and one of a server are all the same agent', async () => {
  const bytes = readFileSync(files.world);
  const server = createServer((request, response) => {
    if (request.url === '/model') response.end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const sources = [
      pathToFileURL(files.world),
      new Uint8Array(bytes),
      Uint8Array.from(bytes).buffer,
      `data:application/octet-stream;base64,${bytes.toString('base64')}`,
      `${address}/model`,
      new URL(`${address}/model`),
    ];
    for (const source of sources) expect((await bytesOfSource(source)).bytes).toEqual(new Uint8Array(bytes));
    await expect(loadAgent(`${address}/none`)).rejects.toThrow(/cannot fetch http.*none: the server answers 404/);
  } finally {
    server.close();
  }
  const agent = await loadAgent(Uint8Array.from(bytes).buffer, { runtime });
  expect(agent.origin).toEqual(ORIGIN);
  expect(dynamicsOf({ kind: 'le-wm', ...TINY }).senses).toEqual(agent.senses);
});
