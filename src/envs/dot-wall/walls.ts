// Behind the wall of DotWall: mirrored at it, out of the door.

import { besideDoors } from '../behind-wall.ts';
import { clamp } from '../clamp.ts';
import { DOOR_HALF, DOT, HIGH, LOW, WALL_HALF } from './layout.ts';

/** Puts a state [4] behind the dividing wall, in place. */
export function throughDotWall(state: Float32Array): void {
  const [x, y, wall, door] = state as unknown as readonly [number, number, number, number];
  const least = WALL_HALF + DOT;
  const apart = Math.max(Math.abs(x - wall), least);
  state[0] = clamp(x < wall ? wall + apart : wall - apart, LOW + DOT, HIGH - DOT);
  state[1] = besideDoors(y, LOW + DOT, HIGH - DOT, (at) => Math.abs(at - door) <= DOOR_HALF);
}
