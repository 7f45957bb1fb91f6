// An oracle for whoever asks that the whole disc passes through the door (`clear-strict`): to the point before the door, along its
// middle to the other side, straight to the goal, and exactly there. It is no shortest way.
// Legend: u across the wall, v along it.

import { JepaError } from '../../core/index.ts';
import type { Env, Policy } from '../env.ts';
import { type Door, type Layout, WALL_CENTER } from './layout.ts';
import { layoutOf } from './two-room.ts';

/** Before the door the agent keeps this far from where its disc would touch the wall. */
const CLEAR = 0.5;
/** A place is reached nearer than this. */
const THERE = 0.01;

/** The nearest door that is wider than the disc and whose middle the agent can be before. */
function doorFor({ doors, radius, min, max }: Layout, v: number): Door {
  const fitting = doors.filter(({ half, center }) => half > radius && center >= min && center <= max);
  const [nearest] = fitting.sort((a, b) => Math.abs(a.center - v) - Math.abs(b.center - v));
  if (nearest !== undefined) return nearest;
  throw new JepaError(
    'usage',
    `two-room: careful-oracle needs a door wider than the disc of radius ${radius} with its middle within [${min}, ${max}], got none`,
  );
}

/** Where to go next, straight, as [u, v]. */
function next(
  layout: Layout,
  [u, v]: readonly [number, number],
  goal: readonly [number, number],
): readonly [number, number] {
  const { low, high } = layout;
  const inWall = (at: number): boolean => at > low && at < high;
  const left = (at: number): boolean => at < WALL_CENTER;
  const before = (onLeft: boolean): number => (onLeft ? low - CLEAR : high + CLEAR);
  const { center } = doorFor(layout, v);
  const centred = Math.abs(v - center) < THERE;
  if (!inWall(u)) {
    if (!inWall(goal[0]) && left(u) === left(goal[0])) return goal;
    const entry = before(left(u));
    return centred && Math.abs(u - entry) < THERE
      ? [inWall(goal[0]) ? goal[0] : before(left(goal[0])), center]
      : [entry, center];
  }
  if (!inWall(goal[0])) return centred ? [before(left(goal[0])), center] : [u, center];
  if (Math.abs(u - goal[0]) < THERE) return goal;
  return centred ? [goal[0], center] : [u, center];
}

/**
 * The careful oracle of Two-Room; it reaches goals that the disc can reach.
 *
 * @throws JepaError `usage` from `act` for another world, and where no door is wider than the disc
 */
export function carefulOracle(): Policy {
  return {
    name: 'careful-oracle',
    act(env: Env) {
      const layout = layoutOf(env);
      const { axis, speed } = layout;
      const [state, goal] = [env.state(), env.goal()];
      const here = [state[axis]!, state[1 - axis]!] as const;
      const to = next(layout, here, [goal[axis]!, goal[1 - axis]!]);
      const [du, dv] = [(to[0] - here[0]) / speed, (to[1] - here[1]) / speed];
      const scale = 1 / Math.max(1, Math.abs(du), Math.abs(dv));
      const action = new Float32Array(2);
      action[axis] = du * scale;
      action[1 - axis] = dv * scale;
      return action;
    },
  };
}
