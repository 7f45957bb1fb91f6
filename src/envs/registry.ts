// Worlds and their policies by name, for recipes, the command line and data sets, which write names down.

import { unknownName } from '../core/index.ts';
import { openMujoco } from '../physics/index.ts';
import { ballExpert, bouncingBall } from './bouncing-ball/index.ts';
import { cube, cubeExpert, noisyCubeExpert } from './cube/index.ts';
import { dotWall, dotWallExpert, dotWallFixed, dotWallWanderer } from './dot-wall/index.ts';
import type { Env, Policy } from './env.ts';
import { mazeExpert, mazeRoaming, pointMaze } from './point-maze/index.ts';
import { randomPolicy } from './policies.ts';
import { noisyPusher, pusher, pushing, pushT, weakPusher } from './push-t/index.ts';
import { reacher, reacherExpert } from './reacher/index.ts';
import { expert, noisyExpert, oracle, twoRoom } from './two-room/index.ts';
import type { EnvOptions } from './world.ts';

interface Entry {
  /** What must be awaited before `make` works; absent in worlds that need nothing. */
  readonly prepare?: () => Promise<void>;
  readonly make: (options?: EnvOptions) => Env;
  readonly policies: Readonly<Record<string, () => Policy>>;
}

const dotWallPolicies: Entry['policies'] = {
  random: randomPolicy,
  expert: () => dotWallExpert(),
  'noisy-expert': () => dotWallExpert({ noise: 1 }),
  wanderer: () => dotWallWanderer(),
  'crossing-wanderer': () => dotWallWanderer({ crossings: 0.35 }),
};

const entries: Readonly<Record<string, Entry>> = {
  'bouncing-ball': { make: bouncingBall, policies: { random: randomPolicy, expert: ballExpert } },
  cube: {
    prepare: openMujoco,
    make: cube,
    policies: { random: randomPolicy, expert: cubeExpert, 'noisy-expert': () => noisyCubeExpert() },
  },
  'dot-wall': { make: dotWall, policies: dotWallPolicies },
  'dot-wall-fixed': { make: dotWallFixed, policies: dotWallPolicies },
  'point-maze': {
    make: pointMaze,
    policies: {
      random: randomPolicy,
      expert: () => mazeExpert(),
      'noisy-expert': () => mazeExpert({ noise: 0.5 }),
      roaming: () => mazeRoaming(),
    },
  },
  'push-t': {
    make: pushT,
    policies: {
      random: randomPolicy,
      expert: pusher,
      'noisy-expert': () => noisyPusher(),
      pushing: () => pushing(),
      weak: weakPusher,
    },
  },
  reacher: {
    prepare: openMujoco,
    make: reacher,
    policies: {
      random: randomPolicy,
      expert: () => reacherExpert(),
      'noisy-expert': () => reacherExpert({ noise: 0.2 }),
    },
  },
  'two-room': {
    make: twoRoom,
    policies: { random: randomPolicy, expert, 'noisy-expert': () => noisyExpert(), oracle },
  },
};

/** Names that `makeEnv` knows. */
export const envIds: readonly string[] = Object.keys(entries);

function entryOf(id: string): Entry {
  if (!Object.hasOwn(entries, id)) throw unknownName('environment', id, envIds);
  return entries[id]!;
}

/**
 * Loads what the world `id` needs: MuJoCo for some, which is done once a thread; nothing for the others. Throws
 * `unsupported` when it is not installed.
 *
 * @example
 * await prepareEnv('reacher');
 * const env = makeEnv('reacher', { imageSize: 64 });
 */
export async function prepareEnv(id: string): Promise<void> {
  await entryOf(id).prepare?.();
}

/**
 * The world called `id`; an unknown name throws with the nearest known one, and a world that `prepareEnv` must make ready
 * first says so.
 */
export function makeEnv(id: string, options?: EnvOptions): Env {
  return entryOf(id).make(options);
}

/** Names of the policies that come with the world `id`. */
export function policyNames(id: string): readonly string[] {
  return Object.keys(entryOf(id).policies);
}

/** The policy `name` for the world `id`: `random`, and whatever the world brings (`expert`, `noisy-expert`, `oracle`). */
export function makePolicy(id: string, name: string): Policy {
  const { policies } = entryOf(id);
  if (!Object.hasOwn(policies, name)) throw unknownName(`policy for ${id}`, name, Object.keys(policies));
  return policies[name]!();
}
