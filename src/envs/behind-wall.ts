// Where the agent would be had it gone straight through a wall: the place behind the wall, away from every door. No sequence
// of steps as short leads there, so a model that knows walls is surprised (violation of expectation). Each world with walls
// has its own rule `behindWall`; here is how it is asked, and what the rules share.

import { JepaError } from '../core/index.ts';
import type { Env, EnvSpec } from './env.ts';

/** The nearest coordinate to `at` in [low, high], in steps of 1, that is at no door. */
export function besideDoors(at: number, low: number, high: number, door: (at: number) => boolean): number {
  for (let d = 0; d <= high - low; d++) {
    for (const there of [at + d, at - d]) if (there >= low && there <= high && !door(there)) return there;
  }
  throw new JepaError('usage', 'behindWall: the wall must have a stretch without a door, got doors all along');
}

/** Whether a world has walls that the agent cannot pass, and so can say what is behind them. */
export function hasWalls({ declares }: EnvSpec): boolean {
  return declares?.walls === true;
}

/**
 * The state of a world as it stands with the agent behind the nearest wall: mirrored at the wall of Two-Room and DotWall
 * (beside the door where it stands before one), in the nearest open cell behind a wall of a maze. Speeds stay. The world is
 * not moved.
 *
 * @throws JepaError `usage` for a world without walls, see `hasWalls`
 */
export function behindWall(env: Env): Float32Array {
  if (env.behindWall !== undefined) return env.behindWall();
  throw new JepaError(
    'usage',
    `behindWall: needs a world with walls (one whose rules have behindWall), got '${env.spec.id}'`,
    { id: env.spec.id },
  );
}
