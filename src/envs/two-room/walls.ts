// The wall of Two-Room as evaluations ask for it, and what is behind it: mirrored at it, out of every door.

import { besideDoors } from '../behind-wall.ts';
import { clamp } from '../clamp.ts';
import type { Divider } from '../declaration.ts';
import { doorBand, inDoor, type Layout, WALL_CENTER } from './layout.ts';

/** Puts a state [2] behind the dividing wall, in place. */
export function throughRooms(state: Float32Array, layout: Layout): void {
  const { axis, low, high, min, max } = layout;
  const across = state[axis]!;
  const mirrored = 2 * WALL_CENTER - across;
  state[axis] =
    across < WALL_CENTER ? clamp(Math.max(mirrored, high + 1), min, max) : clamp(Math.min(mirrored, low - 1), min, max);
  state[1 - axis] = besideDoors(state[1 - axis]!, min, max, (at) => inDoor(layout, at));
}

/** The dividing wall with the bands in which its doors let the agent's middle through. */
export function dividerOf({ axis, low, high, min, max, doors }: Layout): Divider {
  const toward = [0, 0];
  toward[axis] = 1;
  return {
    across: axis,
    along: 1 - axis,
    low,
    high,
    range: [min, max],
    doors: doors.map((door) => doorBand(door)),
    toward,
  };
}
