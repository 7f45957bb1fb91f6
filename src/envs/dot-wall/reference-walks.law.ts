// The reference's own training data of DotWall, against which the policies that walk like it are held: random walks whose
// heading drifts, and walks built to cross the door. A blocked move leaves the dot where it is. Positions only. A policy cannot
// draw them, since a crossing is built from the door backwards to its start.
//
// Source: eb_jepa `datasets/two_rooms/dot_dataset.py` (`generate_actions`, `generate_state`), `wall_dataset.py`
// (`generate_cross_wall_state_and_actions`). Where the reference turns a crossing walk round in time it counts one action
// too many before the door; here the walk passes through the drawn point in both directions.

import { fold, JepaError, type Key, type Stream, stream } from '../../core/index.ts';
import { DOOR_HALF, HIGH, inWall, LOW, stay, WALL_HALF, type Wall } from './layout.ts';
import { nextHeading, stepLength, truncated } from './walks.ts';

const DOOR_SPREAD = 1.4;

/** How a walk is drawn. */
export interface DotWallWalkOptions {
  /** Whether wall and door are drawn for each walk, or a given place. @default 'random' */
  readonly wall?: 'random' | Wall;
  /** Positions of a walk; it has one action fewer. @default 91 */
  readonly length?: number;
  /** Share of walks built to cross the door. @default 0.35 */
  readonly crossings?: number;
}

/** One walk of T positions. */
export interface DotWallWalk {
  /** [T, 4]: states of the world (dot x, y, wall, door). */
  readonly states: Float32Array;
  /** [T - 1, 2] */
  readonly actions: Float32Array;
  /** Whether it was built to cross the door. */
  readonly crossing: boolean;
}

/** The steps [count, 2] of a walk that begins in a given direction. */
function headingWalk(random: Stream, count: number, start?: number): number[] {
  const steps: number[] = [];
  let heading = start;
  for (let t = 0; t < count; t++) {
    if (t > 0 || heading === undefined) heading = nextHeading(random, heading);
    const length = stepLength(random);
    steps.push(length * Math.cos(heading), length * Math.sin(heading));
  }
  return steps;
}

/** The steps of a walk run backwards. */
function backwards(steps: readonly number[]): number[] {
  const out: number[] = [];
  for (let t = steps.length - 2; t >= 0; t -= 2) out.push(-steps[t]!, -steps[t + 1]!);
  return out;
}

/** A walk through a point in the doorway: its start and its steps. */
function crossingWalk(random: Stream, { x, door }: Wall, count: number): { start: [number, number]; steps: number[] } {
  const at: [number, number] = [
    x - WALL_HALF + 2 * WALL_HALF * random.uniform(),
    truncated(random, door, DOOR_SPREAD, door - DOOR_HALF, door + DOOR_HALF),
  ];
  // The door is passed after `before` of the steps.
  let before = 1 + Math.floor(random.uniform() * count);
  const heading = Math.PI + ((random.uniform() - 0.5) * Math.PI) / 2;
  const left = headingWalk(random, before, heading);
  const right = headingWalk(random, count - before, heading + Math.PI);
  let steps = [...backwards(left), ...right];
  if (random.uniform() < 0.5) {
    steps = backwards(steps);
    before = count - before;
  }
  const start: [number, number] = [at[0], at[1]];
  for (let t = 0; t < before; t++) {
    start[0] -= steps[2 * t]!;
    start[1] -= steps[2 * t + 1]!;
  }
  const inside = (v: number): number => Math.min(Math.max(v, LOW + 0.01), HIGH - 0.01);
  return { start: [inside(start[0]), inside(start[1])], steps };
}

/** A start drawn uniformly within the borders; one inside the wall moves into one of the rooms. */
function anyStart(random: Stream, wall: Wall): [number, number] {
  const draw = (low: number, high: number): number => low + (high - low) * random.uniform();
  const [x, y] = [draw(LOW, HIGH), draw(LOW, HIGH)];
  if (!inWall(wall, x, y)) return [x, y];
  return [random.uniform() < 0.5 ? draw(LOW, wall.x - WALL_HALF) : draw(wall.x + WALL_HALF, HIGH), y];
}

/**
 * One walk, a function of the key.
 *
 * @throws JepaError `usage` for a length below 2 or a share of crossings outside [0, 1].
 */
export function dotWallWalk(k: Key, options: DotWallWalkOptions = {}): DotWallWalk {
  const { wall: given = 'random', length = 91, crossings = 0.35 } = options;
  if (!Number.isInteger(length) || length < 2 || !(crossings >= 0 && crossings <= 1)) {
    throw new JepaError(
      'usage',
      `dotWallWalk: length must be a whole number of 2 or more and crossings lie in [0, 1], got ${length} and ${crossings}`,
      { length, crossings },
    );
  }
  const random = stream(fold(k, 'dot-wall-walk'));
  const whole = (low: number, high: number): number => low + Math.floor(random.uniform() * (high - low + 1));
  const wall = given === 'random' ? { x: whole(20, 44), door: whole(10, 54) } : given;
  const crossing = random.uniform() < crossings;
  const count = length - 1;
  const { start, steps } = crossing
    ? crossingWalk(random, wall, count)
    : { start: anyStart(random, wall), steps: headingWalk(random, count) };
  const states = new Float32Array(4 * length);
  const actions = Float32Array.from(steps);
  const position = Float32Array.from(start);
  for (let t = 0; ; t++) {
    states.set([position[0]!, position[1]!, wall.x, wall.door], 4 * t);
    if (t === count) return { states, actions, crossing };
    stay(wall, position, actions.subarray(2 * t, 2 * t + 2));
  }
}
