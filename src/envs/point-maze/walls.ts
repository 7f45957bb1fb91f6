// Behind a wall of a maze: the nearest open cell to which the straight way leads through walls.

import { JepaError } from '../../core/index.ts';
import { clamp } from '../clamp.ts';
import { type Cell, cellAt, centerOf, isOpen, type Maze } from './maze.ts';

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

/** Whether the straight way from one place to another leads through a wall. */
export function wallBetween(maze: Maze, from: ArrayLike<number>, to: ArrayLike<number>): boolean {
  return lengthInWalls(maze, [from[0]!, from[1]!], [to[0]!, to[1]!]) >= CROSSED;
}

/** Puts a state [4] into the nearest open cell behind a wall, in place; the speed stays. */
export function throughMaze(state: Float32Array, maze: Maze): void {
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
