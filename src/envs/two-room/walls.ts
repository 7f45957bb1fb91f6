// Behind the wall of Two-Room: mirrored at it, out of every door.

import { besideDoors } from '../behind-wall.ts';
import { clamp } from '../clamp.ts';
import { inDoor, type Layout, WALL_CENTER } from './layout.ts';

/** Puts a state [2] behind the dividing wall, in place. */
export function throughRooms(state: Float32Array, layout: Layout): void {
  const { axis, low, high, min, max } = layout;
  const across = state[axis]!;
  const mirrored = 2 * WALL_CENTER - across;
  state[axis] =
    across < WALL_CENTER ? clamp(Math.max(mirrored, high + 1), min, max) : clamp(Math.min(mirrored, low - 1), min, max);
  state[1 - axis] = besideDoors(state[1 - axis]!, min, max, (at) => inDoor(layout, at));
}
