// A point in a room with a wall and one door, whose embedding is its place. Legend: N tasks, D = 2, A = 2 numbers of a step.

import { expect, test } from 'vitest';
import { fold, key } from '../../core/index.ts';
import type { Normaliser } from '../../data/index.ts';
import { blankValues, module } from '../../nn/index.ts';
import { distance, runtime } from '../../nn/run-module.law.ts';
import { cem, type PlanRequest, planCost, solverPlanner } from '../../plan/index.ts';
import { add, at, broadcastTo, mul, split, stack } from '../../tensor/index.ts';
import { type Dynamics, defineDynamics, seenStates, sensesOf } from '../../world/index.ts';
import { type Place, placeIn, walk, walks } from '../memory/room.law.ts';
import { routeGraph } from '../memory/route-graph.ts';
import { recordRoutes } from '../memory/route-record.ts';
import { routeGuide } from '../memory/route-waypoints.ts';
import { worldModel } from '../world-model/world-model.ts';
import { type Actor, planningActor } from './actor.ts';
import type { LatentPolicyModel } from './latent-policy-model.ts';
import { towardWaypoints, waypointActor, waypointPlanner, waypointProblem } from './waypoint-policy.ts';

/** A model that knows no walls: the place after a step is the sum. */
const plane: Dynamics = defineDynamics<null>(
  { name: 'plane', senses: sensesOf({ stateDim: 2 }), dim: 2, actionDim: 2, history: 2 },
  module({}, () => null),
  {
    encode: (_, seen) => mul(seenStates(seen, 'plane'), 1),
    predict: (_, z, steps) => add(z, steps),
    rollout(_, context, _executed, plans) {
      const [E, S, H] = plans.shape as [number, number, number, number];
      const all = split(context, Array<number>(context.shape[1]!).fill(1), 1).map((z) => broadcastTo(z, [E, S, 2]));
      for (let t = 0; t < H; t++) all.push(add(all.at(-1)!, at(plans, 2, t)));
      return stack(all, 2);
    },
  },
  planCost('last', 2),
);
const model = worldModel(plane, blankValues(plane.module), runtime);

/** Walks straight to the goal, by at most one unit. */
const straight: LatentPolicyModel = {
  name: 'straight',
  dim: 2,
  actionDim: 2,
  async act(now, goals) {
    const steps = goals.map((x, i) => x - now[i]!);
    return steps.map((x, i) => x / Math.max(1, Math.hypot(steps[i & ~1]!, steps[i | 1]!)));
  },
  async dispose() {},
};

// What walks straight needs waypoints nearer than from side to side of the wall round the corner of its door.
const guide = routeGuide(routeGraph(recordRoutes(walks(150, 20, key(1)), { maxEdge: 0.5 })), { ahead: 0.75 });
const N = 30;
const actions: Normaliser = { column: 'action', mean: [0, 0], std: [1, 1], rows: 1, constant: [] };
const options = { tasks: N, frameSkip: 1, actions, key: key(5) };
const write = (place: Place, out: Uint8Array, offset: number) =>
  out.set(new Uint8Array(Float32Array.from(place).buffer), offset);

/** Tasks between the lower parts of both halves: the straight line of each meets the wall. */
const starts = Array.from({ length: N }, (_, n) => placeIn(n % 2 === 0 ? -1 : 1, fold(key(6), 'start', n), 3));
const goals = Array.from({ length: N }, (_, n) => placeIn(n % 2 === 0 ? 1 : -1, fold(key(6), 'goal', n), 3));

/** How many of the tasks come within 0.3 of their goal in 40 steps. */
async function solvedBy(actor: Actor): Promise<number> {
  const places = [...starts];
  const solved = new Set<number>();
  for (let step = 0; step < 40; step++) {
    const acted = await actor.act({
      observe: (n, out, offset) => write(places[n]!, out, offset),
      goal: (n, out, offset) => write(goals[n]!, out, offset),
    });
    for (const [n, place] of places.entries()) {
      places[n] = walk(place, [acted.actions[2 * n]!, acted.actions[2 * n + 1]!]);
      if (Math.hypot(places[n]![0] - goals[n]![0], places[n]![1] - goals[n]![1]) < 0.3) solved.add(n);
    }
  }
  return solved.size;
}

test('from waypoint to waypoint the point walks round the wall in every task; straight to the goal it never does', async () => {
  expect(await solvedBy(waypointActor({ model, guide, policy: straight }, options))).toBe(N);
  const direct = planningActor(
    {
      senses: plane.senses,
      planner: async ({ envs, frames, goals: wanted }) => ({
        plan: await straight.act(
          await model.encode(frames, envs.length),
          await model.encode(wanted, envs.length),
          envs.length,
        ),
        cost: new Float32Array(envs.length),
        iterations: [],
      }),
      horizon: 1,
    },
    { name: 'straight', ...options },
  );
  expect(await solvedBy(direct)).toBe(0);
});

test('a planner in a model without walls goes round the wall toward waypoints, and stays before it without them', async () => {
  const box = { kind: 'box', low: -0.7, high: 0.7 } as const;
  const solver = cem({ samples: 60, elites: 8, iterations: 4, constraint: box });
  const acting = (planner: ReturnType<typeof solverPlanner>) =>
    planningActor({ senses: plane.senses, planner, horizon: 2, recedingHorizon: 1 }, { name: 'cem', ...options });
  const toward = acting(solverPlanner(solver, (request) => waypointProblem(model, guide, request, 2)));
  const flat = acting(solverPlanner(solver, (request) => model.problem(request, 2)));
  expect(await solvedBy(toward)).toBe(N);
  expect(await solvedBy(flat)).toBe(0);
});

const request = (now: readonly Place[], to: readonly Place[], context = 1): PlanRequest => ({
  envs: to.map((_, n) => 2 * n),
  context,
  frames: new Uint8Array(Float32Array.from(now.flat()).buffer),
  blocks: new Float32Array(to.length * (context - 1) * 2),
  goals: new Uint8Array(Float32Array.from(to.flat()).buffer),
  keys: to.map((_, n) => fold(key(7), n)),
});

test('as a planner it looks at the last frame alone, and its cost is the way that is left', async () => {
  const plan = waypointPlanner({ model, guide, policy: straight });
  const now: readonly Place[] = [
    [3, 3],
    [-4, 1],
    [3, 3],
    [5, 2],
  ];
  const to: readonly Place[] = [
    [4, 1],
    [4, 1],
  ];
  const { plan: blocks, cost } = await plan(request(now, to, 2));
  const { subgoals, distance: left } = guide.toward(Float32Array.of(-4, 1, 5, 2), Float32Array.from(to.flat()));
  expect(distance(blocks, await straight.act(Float32Array.of(-4, 1, 5, 2), subgoals, 2))).toBeLessThan(1e-6);
  expect([...cost]).toEqual([...left]);
  // From the left half it is through the door and back down, from the right one a step or two.
  expect(cost[0]).toBeGreaterThan(10);
  expect(cost[1]).toBeLessThan(3);
});

test('tasks toward waypoints keep their context, and their goals are the waypoints of its last row', () => {
  const context = Float32Array.of(3, 3, -4, 1);
  const tasks = {
    context,
    executed: new Float32Array(2),
    goals: Float32Array.of(4, 1),
    tasks: 1,
    contextLength: 2,
    horizon: 3,
  };
  const toward = towardWaypoints(guide, tasks);
  const { subgoals } = guide.toward(Float32Array.of(-4, 1), tasks.goals);
  expect(toward).toEqual({ ...tasks, goals: subgoals });
});

test('a task without a way is named by its number among all tasks', async () => {
  const islands = {
    z: Float32Array.of(0, 0, 1, 0, 50, 0, 51, 0),
    blocks: new Float32Array(8),
    episodes: [
      { row: 0, length: 2 },
      { row: 2, length: 2 },
    ],
  };
  const split = routeGuide(routeGraph(recordRoutes(islands)));
  const there = [[1, 0] as const, [0, 0] as const];
  await expect(
    waypointPlanner({ model, guide: split, policy: straight })(
      request(there, [
        [0, 0],
        [50, 0],
      ]),
    ),
  ).rejects.toThrow(/none leads from recorded row 0, .* task 2, to row 2/);
});

test('graphs and policies of other embeddings are refused', async () => {
  const one = { z: Float32Array.of(0, 1, 2), blocks: new Float32Array(3), episodes: [{ row: 0, length: 3 }] };
  const other = routeGuide(routeGraph(recordRoutes(one)));
  expect(() => waypointPlanner({ model, guide: other, policy: straight })).toThrow(
    /the graph must be of embeddings of plane, which have 2 numbers, got 1/,
  );
  expect(() => waypointPlanner({ model, guide, policy: { ...straight, dim: 3 } })).toThrow(
    /the policy must be .* got 3/,
  );
  expect(() => waypointPlanner({ model, guide, policy: { ...straight, actionDim: 3 } })).toThrow(/2 numbers, .* 3/);
  await expect(waypointProblem(model, other, request([[0, 0]], [[1, 1]]), 2)).rejects.toThrow(/the graph must be/);
});
