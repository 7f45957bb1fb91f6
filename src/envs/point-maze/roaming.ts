// Data for learning how the ball moves: it roams. Now it heads for a drawn place at a drawn speed with noise, now it keeps
// a drawn force for a while, into a wall if there is one, and so shows every cell, every speed and every contact. The
// expert alone goes down the middle of the ways and is never slow; a random policy stays about where it is.

import type { Stream } from '../../core/index.ts';
import type { Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { steer } from './expert.ts';
import { cellAt, isClear, isOpen, type Maze } from './maze.ts';
import { mazeOf } from './point-maze.ts';

/** Options of the roaming ball. */
export interface RoamingOptions {
  /** Share of aims that are a place; the others are forces. @default 0.5 */
  readonly places?: number;
  /** Deviation of the noise on each component of an action while heading for a place. @default 0.3 */
  readonly noise?: number;
}

/** Speeds while heading for a place, in cells a second, and steps it may take. */
const SLOW = 1;
const FAST = 5;
const PATIENCE = 40;
/** The longest time a force is kept, in steps. */
const KEPT = 8;
/** A place is reached nearer than this, in cells. */
const ARRIVED = 0.3;

interface Aim {
  readonly place?: readonly [number, number];
  readonly force: readonly [number, number];
  readonly fastest: number;
  left: number;
}

/** A place clear of walls. */
function drawPlace(maze: Maze, random: Stream): readonly [number, number] {
  for (;;) {
    const [x, y] = [random.uniform() * maze.height, random.uniform() * maze.width];
    if (isOpen(maze, cellAt(x, y)) && isClear(maze, x, y)) return [x, y];
  }
}

function drawAim(maze: Maze, random: Stream, places: number): Aim {
  const force = [2 * random.uniform() - 1, 2 * random.uniform() - 1] as const;
  const fastest = SLOW + (FAST - SLOW) * random.uniform();
  if (random.uniform() < places) return { place: drawPlace(maze, random), force, fastest, left: PATIENCE };
  return { force, fastest, left: 1 + Math.floor(KEPT * random.uniform()) };
}

/**
 * Roams the maze whatever the goal of the world is. It remembers what it is after; `reset` forgets it.
 *
 * @example
 * collect({ env: pointMaze({ imageSize: 64 }), policy: mazeRoaming(), ... });
 */
export function mazeRoaming({ places = 0.5, noise = 0.3 }: RoamingOptions = {}): Policy {
  let aim: Aim | undefined;
  return {
    name: 'roaming',
    reset() {
      aim = undefined;
    },
    act(env, random) {
      const state = env.state();
      const arrived = ({ place }: Aim): boolean =>
        place !== undefined && Math.hypot(place[0] - state[0]!, place[1] - state[1]!) < ARRIVED;
      if (aim === undefined || aim.left === 0 || arrived(aim)) aim = drawAim(mazeOf(env), random, places);
      aim.left--;
      const action = aim.place === undefined ? aim.force : steer(env, aim.place, aim.fastest);
      return noisyAction(action, aim.place === undefined ? 0 : noise, random);
    },
  };
}
