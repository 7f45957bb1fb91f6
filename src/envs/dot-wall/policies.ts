// Policies of DotWall: an expert that goes through the door, with or without noise, and the walks of the training data.

import type { Stream } from '../../core/index.ts';
import type { Env, Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { wallIn } from './dot-wall.ts';
import { DOOR_HALF, WALL_HALF } from './layout.ts';
import { wander } from './walks.ts';

/** The expert passes the faces of the wall at this distance, and the edges of the door too. */
const CLEAR = 1.2;

/**
 * Heads for the door while the goal is in the other room, then for the goal, as fast as actions allow, with N(0, noise^2)
 * on each component, cut to the bounds.
 */
export function dotWallExpert({ noise = 0 }: { readonly noise?: number } = {}): Policy {
  return {
    name: noise === 0 ? 'expert' : 'noisy-expert',
    act(env, random) {
      const { x: wall, door } = wallIn(env);
      const [x, y] = env.state() as unknown as [number, number];
      const goal = env.goal();
      let [tx, ty] = [goal[0]!, goal[1]!];
      const side = tx > wall ? 1 : -1;
      const passed = side * (x - wall) > WALL_HALF + CLEAR / 2;
      if (!passed) {
        const inDoor = Math.abs(y - door) < DOOR_HALF - CLEAR;
        // Straight through once level with the door, first to a point before it otherwise.
        tx = wall + side * (inDoor ? 1 : -1) * (WALL_HALF + CLEAR);
        ty = Math.min(Math.max(goal[1]!, door - DOOR_HALF + 1.5 * CLEAR), door + DOOR_HALF - 1.5 * CLEAR);
      }
      const { actionHigh } = env.spec;
      const largest = Math.max(Math.abs(tx - x), Math.abs(ty - y), actionHigh) / actionHigh;
      return noisyAction(Float32Array.of((tx - x) / largest, (ty - y) / largest), noise, random, actionHigh);
    },
  };
}

/** Options of the wanderer. */
export interface DotWallWandererOptions {
  /** Share of episodes in which it goes through the door at some time. @default 0 */
  readonly crossings?: number;
}

/** A crossing begins within so many steps of an episode. */
const DEPARTURE = 40;
/** Points aimed at on both sides of the wall: so far from its middle, and at most so far from the door's middle. */
const BESIDE = 3;
const OFF_CENTER = 2;
/** A point is passed when the dot is nearer than this. */
const PASSED = 2;

/** A point before the door and one behind it, seen from where the dot is. */
function wayThrough(env: Env, random: Stream): (readonly [number, number])[] {
  const { x: wall, door } = wallIn(env);
  const side = env.state()[0]! < wall ? 1 : -1;
  const y = door + OFF_CENTER * (2 * random.uniform() - 1);
  return [-1, 1].map((at) => [wall + at * side * BESIDE, y]);
}

/**
 * The random walk of the training data: the heading drifts, steps are 0.2 to 1.8 pixels long. It remembers its heading.
 *
 * With `crossings`, such a share of episodes holds a walk through the door: from a drawn step on, the heading drifts about
 * the direction of a point before the door, then of one behind it, then about itself again. The reference instead draws
 * the passage through the door first and the start from it, which a policy cannot, since a reset draws the start.
 */
export function dotWallWanderer({ crossings = 0 }: DotWallWandererOptions = {}): Policy {
  let heading: number | undefined;
  let departure: number | undefined;
  let way: (readonly [number, number])[] = [];
  let step = 0;

  return {
    name: crossings === 0 ? 'wanderer' : 'crossing-wanderer',
    reset() {
      heading = undefined;
      departure = undefined;
      way = [];
      step = 0;
    },
    act(env, random) {
      wallIn(env);
      if (crossings > 0) {
        departure ??= random.uniform() < crossings ? Math.floor(DEPARTURE * random.uniform()) : -1;
        if (step++ === departure) way = wayThrough(env, random);
      }
      const [x, y] = env.state() as unknown as [number, number];
      const far = ([px, py]: readonly [number, number]): number => Math.hypot(px - x, py - y);
      while (way.length > 0 && far(way[0]!) < PASSED) way.shift();
      if (way.length > 0) heading = Math.atan2(way[0]![1] - y, way[0]![0] - x);
      const next = wander(random, heading);
      heading = next.heading;
      return Float32Array.from(next.step);
    },
  };
}
