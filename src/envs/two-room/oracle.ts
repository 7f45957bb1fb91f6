// The oracle of Two-Room: the fewest steps to the goal over known geometry. Action components are bounded one by one, so
// time is the larger of the two coordinates' times, and a move is best when each coordinate advances as far as it may:
// along the wall to the door's band until the wall is passed, across the wall as soon as the next step lies in a door.
// Every candidate route (stay in this room, each door to a place in the doorway, each door to either room) is run through
// the world's own dynamics: a plan's length is the number of steps it really takes. No route leaves a doorway sideways,
// where the wall would throw the agent out on the side of the centre line it is on: that quirk can save a few steps.

import { clamp } from '../clamp.ts';
import type { Env, Policy } from '../env.ts';
import { doorBand, GOAL_RADIUS, goalDistance, type Layout, meetsWall, moveTwoRoom, WALL_CENTER } from './layout.ts';
import { layoutOf } from './two-room.ts';

/** A plan: its actions [steps, 2], whether it ends at the goal, and how far from it. Zero steps when solved already. */
export interface OraclePlan {
  readonly actions: Float32Array;
  readonly steps: number;
  readonly reachable: boolean;
  readonly distance: number;
}

/** Where to go (across, along), and the band to keep to until the wall is passed. */
interface Route {
  readonly across: number;
  readonly along: number;
  readonly band?: readonly [number, number];
}

const STEP_LIMIT = 1000;
/** Kept from limits, in pixels, so that float32 rounding cannot fall on their wrong side. */
const CLEAR = 0.01;

/** Whether a band holds `along`, up to float32 rounding. */
const within = (band: readonly [number, number], along: number): boolean =>
  band[0] - CLEAR / 2 <= along && along <= band[1] + CLEAR / 2;

/** 0 before the wall zone, 1 inside, 2 behind. */
function region({ low, high }: Layout, across: number): 0 | 1 | 2 {
  return across <= low ? 0 : across < high ? 1 : 2;
}

/** The stretches along the wall where the agent can pass: the doors' bands within the floor, overlapping ones joined. */
function passages({ doors, min, max }: Layout): [number, number][] {
  const bands = doors
    .map((door) => doorBand(door))
    .map(([from, to]): [number, number] => [Math.max(from + CLEAR, min), Math.min(to - CLEAR, max)])
    .filter(([from, to]) => from <= to)
    .sort((a, b) => a[0] - b[0]);
  const joined: [number, number][] = [];
  for (const band of bands) {
    const last = joined.at(-1);
    if (last !== undefined && band[0] <= last[1]) last[1] = Math.max(last[1], band[1]);
    else joined.push(band);
  }
  return joined;
}

/** All routes worth trying: the place nearest to the goal in each room and in each doorway, by each door. */
function routes(layout: Layout, position: Float32Array, goal: Float32Array): Route[] {
  const { axis, min, max, low, high } = layout;
  const across = goal[axis]!;
  const along = clamp(goal[1 - axis]!, min, max);
  const rooms = [clamp(across, min, low - CLEAR), clamp(across, high + CLEAR, max)];
  const through = (band: readonly [number, number]): Route[] => [
    ...rooms.map((room) => ({ across: room, along, band })),
    { across: clamp(across, low, high), along: clamp(along, band[0], band[1]), band },
  ];
  const bands = passages(layout);
  const inside = region(layout, position[axis]!) === 1;
  const v = position[1 - axis]!;
  const here = inside ? bands.find((band) => within(band, v)) : undefined;
  if (here !== undefined) return through(here);
  const own = position[axis]! < WALL_CENTER ? 0 : 1;
  return [{ across: rooms[own]!, along }, ...bands.flatMap(through)];
}

/** The next action of a route, as far as each coordinate may go. */
function nextAction(layout: Layout, position: Float32Array, route: Route, action: Float32Array): void {
  const { axis, speed, low, high } = layout;
  const u = position[axis]!;
  const v = position[1 - axis]!;
  const advance = (from: number, to: number): number => from + clamp(to - from, -speed, speed);
  let nextU = advance(u, route.across);
  let nextV = advance(v, route.along);
  if (route.band !== undefined) {
    const goalRegion = region(layout, route.across);
    const passed = goalRegion !== 1 && region(layout, nextU) === goalRegion && !meetsWall(layout, u, nextU);
    if (!passed) nextV = advance(v, clamp(route.along, route.band[0], route.band[1]));
  }
  if (meetsWall(layout, u, nextU) && (route.band === undefined || !within(route.band, nextV))) {
    nextU = advance(u, u < WALL_CENTER ? low - CLEAR : high + CLEAR);
  }
  action[axis] = clamp((nextU - u) / speed, -1, 1);
  action[1 - axis] = clamp((nextV - v) / speed, -1, 1);
}

/** Runs a route until the goal is reached, nothing moves any more, or `limit` steps are over. */
function runRoute(layout: Layout, start: Float32Array, goal: Float32Array, route: Route, limit: number): OraclePlan {
  const position = start.slice();
  const action = new Float32Array(2);
  const actions: number[] = [];
  let distance = goalDistance(position, goal);
  while (distance >= GOAL_RADIUS && actions.length < 2 * limit) {
    const [x, y] = position;
    nextAction(layout, position, route, action);
    moveTwoRoom(layout, position, action);
    if (position[0] === x && position[1] === y) break;
    actions.push(action[0]!, action[1]!);
    distance = goalDistance(position, goal);
  }
  return {
    actions: Float32Array.from(actions),
    steps: actions.length / 2,
    reachable: distance < GOAL_RADIUS,
    distance,
  };
}

/**
 * The shortest plan from the world's state to its goal. For a goal that cannot be reached, the plan that ends nearest
 * to it, with `reachable` false.
 */
export function oraclePlan(env: Env): OraclePlan {
  const layout = layoutOf(env);
  const position = env.state();
  const goal = env.goal();
  let best: OraclePlan | undefined;
  for (const route of routes(layout, position, goal)) {
    const limit = best?.reachable ? best.steps : STEP_LIMIT;
    const plan = runRoute(layout, position, goal, route, limit);
    const better =
      best === undefined ||
      (plan.reachable ? !best.reachable || plan.steps < best.steps : !best.reachable && plan.distance < best.distance);
    if (better) best = plan;
  }
  return best!;
}

/** The policy that takes the first action of the shortest plan; [0, 0] once the goal is reached. The ceiling of tables. */
export function oracle(): Policy {
  return {
    name: 'oracle',
    act(env) {
      const plan = oraclePlan(env);
      return plan.steps === 0 ? new Float32Array(2) : plan.actions.slice(0, 2);
    },
  };
}
