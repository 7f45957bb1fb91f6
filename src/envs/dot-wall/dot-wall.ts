// DotWall, the 65-pixel Two-Room of PLDM and EB-JEPA: a soft dot, two rooms, a wall with a door at a fixed place or
// elsewhere in every episode. Source: eb_jepa `datasets/two_rooms/env.py`.

import { fold, JepaError, key, normal } from '../../core/index.ts';
import { needWorld } from '../check.ts';
import type { SearchSettings } from '../declaration.ts';
import type { Env } from '../env.ts';
import { sideGroup } from '../task-groups.ts';
import { defineEnv, type EnvOptions } from '../world.ts';
import { drawDotWall, type Look, lookFrom } from './draw.ts';
import { acceptDotWall, dotWallFactors, dotWallVaried } from './factors.ts';
import { bounce, type ContactNoise, HIGH, inWall, LOW, PICTURE, stay, type Wall } from './layout.ts';
import { throughDotWall } from './walls.ts';

/** The goal is reached nearer than this, in pixels. */
const GOAL_RADIUS = 4.5;
/** Largest component of an action, as float32 holds it. */
const ACTION = Math.fround(2.45);
/** Where the door of the fixed wall is: 18 in EB-JEPA, 10 in PLDM. */
const DOOR = 18;

/**
 * What a wall does. `bounce`: the dot stops at it, with noise, as in the reference's environment. `stay`: the move does
 * not happen, as in its data generator.
 */
export type WallContact = 'bounce' | 'stay';

/** Options of DotWall. */
export interface DotWallOptions extends EnvOptions {
  /** Whether a reset draws wall and door, or leaves them at x = 32 and y = 18. @default 'random' */
  readonly walls?: 'random' | 'fixed';
  /** @default 'bounce' */
  readonly contact?: WallContact;
}

/** A straight line to the goal ends at the wall: wide, smooth noise finds the door. */
const SEARCH: SearchSettings = {
  ...{ samples: 128, elites: 16, iterations: 8, noiseBeta: 3, initialStd: 1.5 },
  ...{ horizon: 13, hold: 2, replanEvery: 2, attempts: 4 },
};

interface Scene {
  readonly seed: number;
  readonly look: Look;
}

const wallOf = (state: ArrayLike<number>): Wall => ({ x: state[2]!, door: state[3]! });

const bits = new Uint32Array(4);
const floats = new Float32Array(bits.buffer);
const draws = new Float32Array(2);

/** The noise of a contact: a function of the seed, the state and the action, so that a step is one too. */
function contactNoise(seed: number, state: Float32Array, action: ArrayLike<number>): ContactNoise {
  return () => {
    floats.set([state[0]!, state[1]!, action[0]!, action[1]!]);
    normal(fold(key(seed), 'contact', bits[0]!, bits[1]!, bits[2]!, bits[3]!), draws);
    return [draws[0]!, draws[1]!];
  };
}

/** Refuses places inside the wall. */
function checkPlace(what: 'state' | 'goal', vector: Float32Array, state: Float32Array): void {
  const [x, y] = [vector[0]!, vector[1]!];
  const wall = wallOf(state);
  if (!inWall(wall, x, y)) return;
  throw new JepaError(
    'usage',
    `dot-wall: the ${what} must lie in a room or in the door, got (${x}, ${y}) inside the wall at x = ${wall.x} with its door at y = ${wall.door}, where the dot cannot be`,
    { what, x, y, wall },
  );
}

/**
 * The DotWall world. State [4]: dot x, y, middle of the wall x, middle of the door y, so that a recorded state holds the
 * rooms it was recorded in. Goal [2]: x, y. Actions [2] in [-2.45, 2.45] are moves in pixels of the 65-pixel picture. The
 * goal is reached nearer than 4.5 pixels. A reset puts start and goal into different rooms.
 *
 * The reference draws fresh noise at walls; here the noise follows from `contact.seed` (drawn by a reset), the state and
 * the action, with the same distribution, so that equal states and actions have equal outcomes within an episode.
 *
 * @example
 * const env = dotWall({ imageSize: 65 });
 * env.reset(key(0));
 * const { terminated, distance } = env.step([1, 0]);
 */
export function dotWall({ imageSize = PICTURE, walls = 'random', contact = 'bounce' }: DotWallOptions = {}): Env {
  if (walls !== 'random' && walls !== 'fixed') {
    throw new JepaError('usage', `dot-wall: walls must be 'random' or 'fixed', got '${String(walls)}'`, { walls });
  }
  if (contact !== 'bounce' && contact !== 'stay') {
    throw new JepaError('usage', `dot-wall: contact must be 'bounce' or 'stay', got '${String(contact)}'`, { contact });
  }
  const floor = [LOW, HIGH] as const;
  const factors = dotWallFactors(DOOR);
  const { 'wall.position': wallX, 'door.position': doorY } = factors;
  return defineEnv<Scene>(
    {
      id: walls === 'random' ? 'dot-wall' : 'dot-wall-fixed',
      actionDim: 2,
      actionLow: -ACTION,
      actionHigh: ACTION,
      stateNames: ['agent.x', 'agent.y', 'wall.x', 'door.y'],
      goalDim: 2,
      maxSteps: 200,
      factors,
      varied: dotWallVaried[walls],
      stateRange: [floor, floor, [wallX!.low, wallX!.high], [doorY!.low, doorY!.high]],
      goalRange: [floor, floor],
      solvedWithin: GOAL_RADIUS,
      accept: acceptDotWall,
      check: checkPlace,
      prepare: (values, size) => ({ seed: values['contact.seed'] as number, look: lookFrom(values, size) }),
      move(state, action, { seed }) {
        if (contact === 'stay') stay(wallOf(state), state, action);
        else bounce(wallOf(state), state, action, contactNoise(seed, state, action));
      },
      distance: (state, goal) => Math.hypot(state[0]! - goal[0]!, state[1]! - goal[1]!),
      behindWall: throughDotWall,
      group: (start, goal) => sideGroup(start[0]! < start[2]! !== goal[0]! < start[2]!),
      declares: {
        ground: { at: [0, 1], extent: [-0.5, -0.5, PICTURE - 0.5, PICTURE - 0.5] },
        oracle: { search: SEARCH },
      },
      draw: (target, state, _goal, { look }) => drawDotWall(target, state, look),
    },
    { imageSize },
  );
}

/** DotWall with the wall at x = 32 and the door at y = 18. */
export function dotWallFixed(options: Omit<DotWallOptions, 'walls'> = {}): Env {
  return dotWall({ ...options, walls: 'fixed' });
}

/** The wall of a DotWall world as it stands. Throws for any other world. */
export function wallIn(env: Env): Wall {
  needWorld(env, 'dot-wall', 'dot-wall-fixed');
  return wallOf(env.state());
}
