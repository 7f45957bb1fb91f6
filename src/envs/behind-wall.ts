// Where the agent would be had it gone straight through a wall: the place behind the wall, away from every door. No sequence
// of steps as short leads there, so a model that knows walls is surprised (violation of expectation).

import { JepaError } from '../core/index.ts';
import { DOOR_HALF, DOT, HIGH, LOW, WALL_HALF } from './dot-wall/layout.ts';
import type { Env, EnvSpec } from './env.ts';
import { type Cell, cellAt, centerOf, isOpen, type Maze } from './point-maze/maze.ts';
import { mazeOf } from './point-maze/point-maze.ts';
import { inDoor, type Layout, WALL_CENTER } from './two-room/layout.ts';
import { layoutOf } from './two-room/two-room.ts';

const clamp = (v: number, low: number, high: number): number => Math.min(Math.max(v, low), high);

/** The nearest coordinate to `at` in [low, high], in steps of 1, that is at no door. */
function besideDoors(at: number, low: number, high: number, door: (at: number) => boolean): number {
  for (let d = 0; d <= high - low; d++) {
    for (const there of [at + d, at - d]) if (there >= low && there <= high && !door(there)) return there;
  }
  throw new JepaError('usage', 'behindWall: the wall must have a stretch without a door, got doors all along');
}

function throughRooms(state: Float32Array, layout: Layout): void {
  const { axis, low, high, min, max } = layout;
  const across = state[axis]!;
  const mirrored = 2 * WALL_CENTER - across;
  state[axis] =
    across < WALL_CENTER ? clamp(Math.max(mirrored, high + 1), min, max) : clamp(Math.min(mirrored, low - 1), min, max);
  state[1 - axis] = besideDoors(state[1 - axis]!, min, max, (at) => inDoor(layout, at));
}

function throughDotWall(state: Float32Array): void {
  const [x, y, wall, door] = state as unknown as readonly [number, number, number, number];
  const least = WALL_HALF + DOT;
  const apart = Math.max(Math.abs(x - wall), least);
  state[0] = clamp(x < wall ? wall + apart : wall - apart, LOW + DOT, HIGH - DOT);
  state[1] = besideDoors(y, LOW + DOT, HIGH - DOT, (at) => Math.abs(at - door) <= DOOR_HALF);
}

/** Cells of wall that a straight way must cross for it to count as one through a wall, in cell lengths. */
const CROSSED = 0.3;
/** How far from a cell's centre the ball is put at most: clear of walls. */
const INSIDE = 0.3;

/** The length of the straight way from one place to another that lies in walls. */
function lengthInWalls(maze: Maze, from: readonly number[], to: readonly number[]): number {
  const samples = 200;
  const length = Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!);
  let inside = 0;
  for (let i = 0; i < samples; i++) {
    const u = (i + 0.5) / samples;
    const cell = cellAt(from[0]! + u * (to[0]! - from[0]!), from[1]! + u * (to[1]! - from[1]!));
    if (!isOpen(maze, cell)) inside++;
  }
  return (inside / samples) * length;
}

function throughMaze(state: Float32Array, maze: Maze): void {
  const from = [state[0]!, state[1]!];
  const own = cellAt(from[0]!, from[1]!);
  const shift = [0, 1].map((i) => clamp(from[i]! - centerOf(own[i]!), -INSIDE, INSIDE));
  let best: readonly number[] | undefined;
  let nearest = Number.POSITIVE_INFINITY;
  for (let row = 0; row < maze.height; row++) {
    for (let column = 0; column < maze.width; column++) {
      const cell: Cell = [row, column];
      if (!isOpen(maze, cell)) continue;
      const to = [centerOf(row) + shift[0]!, centerOf(column) + shift[1]!];
      const far = Math.hypot(to[0]! - from[0]!, to[1]! - from[1]!);
      if (far >= nearest || lengthInWalls(maze, from, to) < CROSSED) continue;
      nearest = far;
      best = to;
    }
  }
  if (best === undefined) {
    throw new JepaError('usage', 'behindWall: this maze must have a wall with an open cell behind it, got none');
  }
  state.set(best);
}

const WORLDS: Readonly<Record<string, (env: Env, state: Float32Array) => void>> = {
  'two-room': (env, state) => throughRooms(state, layoutOf(env)),
  'dot-wall': (_, state) => throughDotWall(state),
  'dot-wall-fixed': (_, state) => throughDotWall(state),
  'point-maze': (env, state) => throughMaze(state, mazeOf(env)),
};

/** Whether a world has walls that the agent cannot pass, as far as `behindWall` knows. */
export function hasWalls(spec: EnvSpec): boolean {
  return Object.hasOwn(WORLDS, spec.id);
}

/**
 * The state of a world as it stands with the agent behind the nearest wall: mirrored at the wall of Two-Room and DotWall
 * (beside the door where it stands before one), in the nearest open cell behind a wall of a maze. Speeds stay. The world is
 * not moved.
 *
 * @throws JepaError `usage` for a world without walls, see `hasWalls`
 */
export function behindWall(env: Env): Float32Array {
  if (!hasWalls(env.spec)) {
    throw new JepaError(
      'usage',
      `behindWall: needs a world with walls (${Object.keys(WORLDS).join(', ')}), got '${env.spec.id}'`,
      { id: env.spec.id },
    );
  }
  const state = env.state();
  WORLDS[env.spec.id]!(env, state);
  return state;
}
