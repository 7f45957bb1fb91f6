// The wall of DotWall as evaluations ask for it, and what is behind it: mirrored at it, out of the door.

import { besideDoors } from '../behind-wall.ts';
import { clamp } from '../clamp.ts';
import type { Divider } from '../declaration.ts';
import { DOOR_HALF, DOT, HIGH, LOW, WALL_HALF, type Wall } from './layout.ts';

/** Puts a state [4] behind the dividing wall, in place. */
export function throughDotWall(state: Float32Array): void {
  const [x, y, wall, door] = state as unknown as readonly [number, number, number, number];
  const least = WALL_HALF + DOT;
  const apart = Math.max(Math.abs(x - wall), least);
  state[0] = clamp(x < wall ? wall + apart : wall - apart, LOW + DOT, HIGH - DOT);
  state[1] = besideDoors(y, LOW + DOT, HIGH - DOT, (at) => Math.abs(at - door) <= DOOR_HALF);
}

/** The wall with its door; `speed` is the largest component of an action. */
export function dividerOf({ x, door }: Wall, speed: number): Divider {
  return {
    ...{ across: 0, along: 1, low: x - WALL_HALF, high: x + WALL_HALF, range: [LOW, HIGH] },
    ...{ doors: [[door - DOOR_HALF, door + DOOR_HALF]], toward: [speed, 0] },
  };
}
