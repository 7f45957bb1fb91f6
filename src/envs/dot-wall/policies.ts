// Policies of DotWall: an expert that goes through the door, with or without noise, and the walk of the training data.

import type { Policy } from '../env.ts';
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
      return Float32Array.of((tx - x) / largest, (ty - y) / largest).map((v) => {
        const a = noise === 0 ? v : v + noise * random.normal();
        return Math.min(Math.max(a, -actionHigh), actionHigh);
      });
    },
  };
}

/** The random walk of the training data: the heading drifts, steps are 0.2 to 1.8 pixels long. It remembers its heading. */
export function dotWallWanderer(): Policy {
  let heading: number | undefined;
  return {
    name: 'wanderer',
    reset() {
      heading = undefined;
    },
    act(env, random) {
      wallIn(env);
      const next = wander(random, heading);
      heading = next.heading;
      return Float32Array.from(next.step);
    },
  };
}
