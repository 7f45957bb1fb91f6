// The point maze of DINO-WM: a ball with inertia in a U-shaped maze. Dynamics as in `dynamics.ts`; the picture is ours, the
// plan from above with rows downward and columns to the right, where the reference shows a rendered scene.

import { JepaError } from '../../core/index.ts';
import { type Canvas, type Color, canvas, fill, fillDisc, fillRect } from '../../raster/index.ts';
import type { Env, Factor, FactorValue } from '../env.ts';
import { colorFactor, type FactorValues, realFactor } from '../factors.ts';
import { sideGroup } from '../task-groups.ts';
import { defineEnv, type EnvOptions } from '../world.ts';
import { moveBall, RADIUS } from './dynamics.ts';
import { cellAt, centerOf, isClear, isOpen, type Maze, mazeFrom, stepsTo, U_MAZE } from './maze.ts';
import { throughMaze, wallBetween } from './walls.ts';

const ID = 'point-maze';
/** The goal is reached nearer than this, in cells. */
const GOAL_RADIUS = 0.5;
/** Speeds are drawn up to this. */
const START_SPEED = 5.2262;
/** Speeds that a state may hold: none that occurs is near it. */
const ANY_SPEED = 100;

/** Options of the point maze. */
export interface PointMazeOptions extends EnvOptions {
  /** Rows of cells, `#` for walls, walled all around. @default U_MAZE, the reference's */
  readonly maze?: readonly string[];
}

interface Scene {
  readonly force: number;
  readonly ball: Color;
  readonly background: Uint8Array;
}

/** The mazes of open worlds, for the policies; a world's own functions hold theirs. */
const mazes = new WeakMap<Env['spec'], Maze>();

function factorsOf({ height, width, rows }: Maze): Readonly<Record<string, Factor>> {
  // Places are drawn over the whole inside and redrawn until they are clear of walls.
  const low = centerOf(1) - 0.5;
  const high = centerOf(Math.max(height, width) - 2) + 0.5;
  const cells = rows.flatMap((row, i) => [...row].flatMap((c, j) => (c === '#' ? [] : [[centerOf(i), centerOf(j)]])));
  const [first, last] = [cells[0]!, cells.at(-1)!];
  return {
    'background.color': colorFactor([255, 255, 255], 'Colour of the floor.'),
    'wall.color': colorFactor([90, 90, 90], 'Colour of the walls.'),
    'agent.color': colorFactor([0, 160, 0], 'Colour of the ball.'),
    'agent.force': realFactor(50, 200, 100, 'Force of an action component of 1, in newtons.'),
    'agent.position': realFactor(low, high, first, 'Where the ball is.', { vector: 'state', at: 0 }),
    'agent.velocity': realFactor(-START_SPEED, START_SPEED, [0, 0], 'How fast it is.', { vector: 'state', at: 2 }),
    'target.position': realFactor(low, high, last, 'Where it should be.', { vector: 'goal', at: 0 }),
  };
}

function sceneFrom(maze: Maze, values: FactorValues, imageSize: number): Scene {
  const background = new Uint8Array(imageSize * imageSize * 3);
  const target = canvas(background, imageSize, imageSize);
  const scale = scaleOf(maze, target);
  fill(target, values['wall.color'] as Color);
  for (const [i, row] of maze.rows.entries()) {
    for (const [j, c] of [...row].entries()) {
      if (c === '#') continue;
      fillRect(target, j * scale, i * scale, (j + 1) * scale, (i + 1) * scale, values['background.color'] as Color);
    }
  }
  return { force: values['agent.force'] as number, ball: values['agent.color'] as Color, background };
}

/** Pixels of a cell. */
function scaleOf({ height, width }: Maze, target: Canvas): number {
  return target.width / Math.max(height, width);
}

/**
 * The point-maze world. State [4]: x, y, vx, vy of the ball, in cells and cells a second; x counts rows and y columns, and
 * the centre of cell (i, j) is (i - 0.2, j - 0.2). Goal [2]: x, y. Actions [2] in [-1, 1] are forces in units of 100
 * newtons, twenty a second. The goal is reached nearer than 0.5. A reset draws start and goal 0.2 clear of walls, and a
 * velocity within 5.2262 along each axis.
 *
 * Source: DINO-WM `env/pointmaze` (MuJoCo); contacts are hard here, see `dynamics.ts`.
 *
 * @example
 * const env = pointMaze({ imageSize: 64 });
 * env.reset(key(0));
 * const { terminated, distance } = env.step([1, 0]);
 */
export function pointMaze({ imageSize, maze: rows = U_MAZE }: PointMazeOptions = {}): Env {
  const maze = mazeFrom(rows);
  const joined = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
    const [row, column] = cellAt(a[0]!, a[1]!);
    return stepsTo(maze, cellAt(b[0]!, b[1]!)).has(row * maze.width + column);
  };

  function accept(name: string, value: FactorValue, values: FactorValues): boolean {
    if (name !== 'agent.position' && name !== 'target.position') return true;
    const [x, y] = value as readonly [number, number];
    if (!isClear(maze, x, y) || !isOpen(maze, cellAt(x, y))) return false;
    return name === 'agent.position' || joined(values['agent.position'] as readonly number[], [x, y]);
  }

  function check(what: 'state' | 'goal', vector: Float32Array, state: Float32Array): void {
    const [x, y] = [vector[0]!, vector[1]!];
    const place = `(${x}, ${y})`;
    if (!isOpen(maze, cellAt(x, y))) {
      throw new JepaError('usage', `${ID}: the ${what} must lie in an open cell, got ${place} inside a wall`, { x, y });
    }
    if (what === 'goal' && !joined(state, vector)) {
      throw new JepaError(
        'usage',
        `${ID}: the goal must lie where the ball can go, got ${place}, to which no way leads from (${state[0]}, ${state[1]})`,
        { x, y },
      );
    }
  }

  const inside = (cells: number): readonly [number, number] => [centerOf(1) - 0.5, centerOf(cells - 2) + 0.5];
  const place = [inside(maze.height), inside(maze.width)] as const;
  const speed = [-ANY_SPEED, ANY_SPEED] as const;
  const [edge, end] = [centerOf(0) - 0.5, centerOf(Math.max(maze.height, maze.width)) - 0.5];
  const env = defineEnv<Scene>(
    {
      id: ID,
      actionDim: 2,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['agent.x', 'agent.y', 'agent.vx', 'agent.vy'],
      goalDim: 2,
      maxSteps: 100,
      factors: factorsOf(maze),
      varied: ['agent.position', 'agent.velocity', 'target.position'],
      stateRange: [...place, speed, speed],
      goalRange: place,
      solvedWithin: GOAL_RADIUS,
      accept,
      check,
      prepare: (values, size) => sceneFrom(maze, values, size),
      move: (state, action, { force }) => moveBall(maze, force, state, action),
      distance: (state, goal) => Math.hypot(state[0]! - goal[0]!, state[1]! - goal[1]!),
      behindWall: (state) => throughMaze(state, maze),
      group: (start, goal) => sideGroup(wallBetween(maze, start, goal)),
      // Rows run along the state's first component.
      declares: { ground: { at: [1, 0], extent: [edge, edge, end, end] } },
      draw(target, state, _goal, { background, ball }) {
        const scale = scaleOf(maze, target);
        const at = (v: number): number => (v - centerOf(0) + 0.5) * scale;
        target.pixels.set(background, target.offset);
        fillDisc(target, at(state[1]!), at(state[0]!), RADIUS * scale, ball);
      },
    },
    { imageSize },
  );
  mazes.set(env.spec, maze);
  return env;
}

/** The maze of a world. Throws for a world that is none. */
export function mazeOf(env: Env): Maze {
  const maze = mazes.get(env.spec);
  if (maze !== undefined) return maze;
  throw new JepaError('usage', `this needs the world '${ID}', got '${env.spec.id}'`, { id: env.spec.id });
}
