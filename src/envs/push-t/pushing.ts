// Data for learning how pushes move the block: a pusher that never arrives. It draws a pose, pushes the block there, draws
// the next, at a pace and with a noise that change from contact to contact, so that an episode of any length is full of
// pushes, fast and slow, good and bad. Now and then it walks to a place and leaves the block alone.
//
// It stands in for the published data, recordings of people replayed with noise, whose actions deviate by 0.20 from
// their mean: slower than the expert's, so that a goal some steps later is near.

import type { Stream } from '../../core/index.ts';
import type { Point } from '../../physics/index.ts';
import type { Env, Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { sceneOf } from './contacts.ts';
import { newPusher, type Pace } from './expert.ts';
import { walk } from './moves.ts';
import { type BlockPose, standsClear } from './push-t.ts';

/** What changes from one aim to the next: each is drawn uniformly between its two ends. */
export interface PushingOptions {
  /** Pixels that a step advances while pushing. @default [2, 10] */
  readonly push?: readonly [number, number];
  /** Pixels that a step walks. @default [10, 30] */
  readonly walk?: readonly [number, number];
  /** Deviation of the noise on each component of an action. @default [0, 0.2] */
  readonly noise?: readonly [number, number];
  /** Share of aims that are a place for the agent and not a pose of the block. @default 0.15 */
  readonly walks?: number;
  /** @default 'pushing' */
  readonly name?: string;
}

/** Steps after which an aim is given up. */
const PATIENCE = 60;
/** The agent has arrived when it is nearer than this, in pixels. */
const ARRIVED = 12;

/** What the policy is after. */
interface Aim {
  readonly pose?: BlockPose;
  readonly place?: Point;
  readonly pace: Pace;
  readonly noise: number;
  left: number;
}

/** A number between two ends. */
function between(random: Stream, [low, high]: readonly [number, number]): number {
  return low + (high - low) * random.uniform();
}

/** The next thing to do: a pose drawn like a reset's, between the walls, or a place. */
function drawAim(env: Env, random: Stream, options: Required<Omit<PushingOptions, 'name'>>): Aim {
  const common = {
    pace: { push: between(random, options.push), walk: between(random, options.walk) },
    noise: between(random, options.noise),
    left: PATIENCE,
  };
  if (random.uniform() < options.walks) {
    return { ...common, place: [between(random, [50, 450]), between(random, [50, 450])] };
  }
  for (;;) {
    const pose: BlockPose = [
      between(random, [100, 400]),
      between(random, [100, 400]),
      between(random, [0, 2 * Math.PI]),
    ];
    if (standsClear(env, pose)) return { ...common, pose };
  }
}

/**
 * Pushes the block from one drawn pose to the next for ever, whatever the goal of the world is. It remembers what it is
 * after; `reset` forgets it.
 *
 * @example
 * collect({ env: pushT({ imageSize: 64, places: 'free' }), policy: pushing(), ... });
 */
export function pushing(options: PushingOptions = {}): Policy {
  const { name = 'pushing', ...given } = options;
  const settings = { push: [2, 10], walk: [10, 30], noise: [0, 0.2], walks: 0.15, ...given } as const;
  const routine = newPusher();
  let aim: Aim | undefined;

  /** The next action of an aim; undefined when nothing is left to do. */
  function follow(env: Env, { pose, place, pace }: Aim): Float32Array | undefined {
    const scene = sceneOf(env, pose ?? [0, 0, 0]);
    if (pose !== undefined) return routine.next(env, scene, pace);
    const to = place ?? scene.agent;
    const far = Math.hypot(to[0] - scene.agent[0], to[1] - scene.agent[1]);
    return far < ARRIVED ? undefined : walk(scene, to, pace.walk);
  }

  return {
    name,
    reset() {
      routine.forget();
      aim = undefined;
    },
    act(env, random) {
      for (let tries = 0; ; tries++) {
        aim ??= drawAim(env, random, settings);
        const action = aim.left-- > 0 ? follow(env, aim) : undefined;
        // A block that cannot be reached, say in a corner, has no contact for any pose.
        if (action !== undefined || tries === 8) return noisyAction(action ?? new Float32Array(2), aim.noise, random);
        aim = undefined;
        routine.forget();
      }
    },
  };
}
