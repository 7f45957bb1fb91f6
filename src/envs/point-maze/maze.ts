// The plan of a maze: unit cells, walls, and ways through it. Row i, column j is the square about (i - 0.2, j - 0.2): the
// body's zero lies 0.2 before a cell's centre, as in the reference. x counts rows, y columns.
// Source: D4RL's maze model as DINO-WM has it (`env/pointmaze`).

import { JepaError } from '../../core/index.ts';

/** The U-shaped maze of the reference; `#` is wall, anything else is open. */
export const U_MAZE: readonly string[] = ['#####', '#   #', '### #', '#   #', '#####'];

/** From a cell's number to the coordinate of its centre. */
const SHIFT = -0.2;
/** Starts and goals keep this far from walls, along each axis. */
const CLEAR = 0.2;

/** A maze. */
export interface Maze {
  readonly rows: readonly string[];
  readonly height: number;
  readonly width: number;
  /** Centres of the wall cells, [x, y]. */
  readonly walls: readonly (readonly [number, number])[];
}

/** A cell, [row, column]. */
export type Cell = readonly [number, number];

/** Coordinate of the centre of row or column `i`. */
export function centerOf(i: number): number {
  return i + SHIFT;
}

/** The cell that a place lies in. */
export function cellAt(x: number, y: number): Cell {
  return [Math.round(x - SHIFT), Math.round(y - SHIFT)];
}

/** Whether a cell is open; outside the maze nothing is. */
export function isOpen({ rows }: Maze, [row, column]: Cell): boolean {
  return (rows[row]?.[column] ?? '#') !== '#';
}

/** The maze of these rows. Throws `usage` unless they are equally long, walled all around, and hold an open cell. */
export function mazeFrom(rows: readonly string[]): Maze {
  const height = rows.length;
  const width = rows[0]?.length ?? 0;
  const walls: (readonly [number, number])[] = [];
  let open = 0;
  let border = true;
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      if (rows[i]![j] === '#') walls.push([centerOf(i), centerOf(j)]);
      else {
        open++;
        if (i === 0 || j === 0 || i === height - 1 || j === width - 1) border = false;
      }
    }
  }
  if (rows.some((row) => row.length !== width) || !border || open === 0) {
    throw new JepaError(
      'usage',
      `point-maze: a maze must be rows of equal length with '#' all around and an open cell inside, got ${JSON.stringify(rows)}`,
      { rows },
    );
  }
  return { rows, height, width, walls };
}

/** Whether a place keeps 0.2 away from all walls, along x or along y. */
export function isClear({ walls }: Maze, x: number, y: number): boolean {
  return walls.every(([wx, wy]) => Math.max(Math.abs(x - wx), Math.abs(y - wy)) >= 0.5 + CLEAR - 1e-6);
}

/** For each open cell its number of steps to `to`; cells without a way are absent. Keys are row * width + column. */
export function stepsTo(maze: Maze, to: Cell): ReadonlyMap<number, number> {
  const steps = new Map<number, number>();
  if (!isOpen(maze, to)) return steps;
  const queue: Cell[] = [to];
  steps.set(to[0] * maze.width + to[1], 0);
  for (const [row, column] of queue) {
    const here = steps.get(row * maze.width + column)!;
    for (const [dr, dc] of SIDES) {
      const next: Cell = [row + dr, column + dc];
      const at = next[0] * maze.width + next[1];
      if (!isOpen(maze, next) || steps.has(at)) continue;
      steps.set(at, here + 1);
      queue.push(next);
    }
  }
  return steps;
}

/** The four neighbours of a cell. */
export const SIDES: readonly Cell[] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
];
