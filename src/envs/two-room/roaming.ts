// Data for learning how the dot moves: it roams. Now it heads for a drawn place, as often as not in the other room, now it keeps a
// drawn action for a while, into a wall if there is one. The expert alone goes down the middle of the ways and stops at its goal,
// so what its recordings say of walls, and of the wall beside the door above all, is little.

import type { Stream } from '../../core/index.ts';
import type { Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { direction } from './expert.ts';
import { type Layout, WALL_CENTER } from './layout.ts';
import { layoutOf } from './two-room.ts';

/** Options of the roaming dot. */
export interface TwoRoomRoamingOptions {
  /** Share of aims that are a place; the others are actions. @default 0.4 */
  readonly places?: number;
  /** Share of places that lie in the other room. @default 0.5 */
  readonly across?: number;
  /** Deviation of the noise on each component of an action while heading for a place: drawn up to this for each. @default 1.5 */
  readonly noise?: number;
}

/** Steps that a place may take, the longest time an action is kept, and how near a place is reached, in pixels. */
const PATIENCE = 60;
const KEPT = 20;
const ARRIVED = 8;

interface Aim {
  readonly place?: Float32Array;
  readonly action: readonly [number, number];
  readonly noise: number;
  left: number;
}

/** A place on the floor, in the other room or in this one. */
function drawPlace(
  { axis, low, high, min, max }: Layout,
  agent: Float32Array,
  other: boolean,
  random: Stream,
): Float32Array {
  const beyond = agent[axis]! > WALL_CENTER !== other;
  const [from, to] = beyond ? [high, max] : [min, low];
  const place = new Float32Array(2);
  place[axis] = from + (to - from) * random.uniform();
  place[1 - axis] = min + (max - min) * random.uniform();
  return place;
}

/**
 * Roams both rooms whatever the goal of the world is. It remembers what it is after; `reset` forgets it.
 *
 * @example
 * collect({ env: twoRoom({ imageSize: 64 }), policy: twoRoomRoaming(), ... });
 */
export function twoRoomRoaming(options: TwoRoomRoamingOptions = {}): Policy {
  const { places = 0.4, across = 0.5, noise = 1.5 } = options;
  let aim: Aim | undefined;
  const draw = (layout: Layout, agent: Float32Array, random: Stream): Aim => {
    const action = [2 * random.uniform() - 1, 2 * random.uniform() - 1] as const;
    const own = noise * random.uniform();
    if (random.uniform() >= places) return { action, noise: 0, left: 1 + Math.floor(KEPT * random.uniform()) };
    const place = drawPlace(layout, agent, random.uniform() < across, random);
    return { place, action, noise: own, left: PATIENCE };
  };
  return {
    name: 'roaming',
    reset() {
      aim = undefined;
    },
    act(env, random) {
      const agent = env.state();
      const arrived = ({ place }: Aim): boolean =>
        place !== undefined && Math.hypot(place[0]! - agent[0]!, place[1]! - agent[1]!) < ARRIVED;
      if (aim === undefined || aim.left === 0 || arrived(aim)) aim = draw(layoutOf(env), agent, random);
      aim.left--;
      return noisyAction(aim.place === undefined ? aim.action : direction(env, aim.place), aim.noise, random);
    },
  };
}
