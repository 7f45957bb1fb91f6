// Worlds and their policies by name, for recipes, the command line and data sets, which write names down. The registry is
// open: the worlds here enter it by `registerWorld`, as anybody's do. It belongs to its thread.

import { JepaError, unknownName } from '../core/index.ts';
import { bouncingBallWorld } from './bouncing-ball/world.ts';
import { checkId } from './check.ts';
import { cubeWorld } from './cube/world.ts';
import { dotWallWorlds } from './dot-wall/world.ts';
import type { Env, Policy } from './env.ts';
import { pointMazeWorld } from './point-maze/world.ts';
import { randomPolicy } from './policies.ts';
import { pushTWorld } from './push-t/world.ts';
import { reacherWorld } from './reacher/world.ts';
import type { WorldRegistration } from './registration.ts';
import { twoRoomWorld } from './two-room/world.ts';
import type { EnvOptions } from './world.ts';

export type { WorldRegistration } from './registration.ts';

type Known = WorldRegistration & Required<Pick<WorldRegistration, 'policies'>>;

const worlds = new Map<string, Known>();

/**
 * Makes a world known by its name, so that recipes, the command line and data sets can name it.
 *
 * @throws JepaError `usage` for a name that is taken or has odd characters
 *
 * @example
 * registerWorld({ id: 'ice', summary: 'a puck that glides', make: ice, policies: { expert: springAndDamper } });
 * // A class in the manner of Gymnasium:
 * registerWorld({ id: 'car', summary: 'steers', make: (o) => fromGymnasium(new Car(), { ...settings, ...o }) });
 */
export function registerWorld(world: WorldRegistration): void {
  const { id, policies = {} } = world;
  checkId('registerWorld', id);
  if (worlds.has(id)) {
    throw new JepaError(
      'usage',
      `registerWorld: every world must have an id of its own, got '${id}', which is registered already; choose another id, and register each world once`,
      { id },
    );
  }
  worlds.set(id, { ...world, policies: { random: randomPolicy, ...policies } });
}

for (const world of [
  bouncingBallWorld,
  cubeWorld,
  ...dotWallWorlds,
  pointMazeWorld,
  pushTWorld,
  reacherWorld,
  twoRoomWorld,
]) {
  registerWorld(world);
}
const builtIn: ReadonlySet<string> = new Set(worlds.keys());

/** How the laws are to be checked of the world `id`. */
export function checkOptionsOf(id: string): NonNullable<WorldRegistration['check']> {
  return worldOf(id).check ?? {};
}

/** Whether the world `id` is one of ours, whose laws our own tests check. */
export function isBuiltIn(id: string): boolean {
  return builtIn.has(id);
}

function worldOf(id: string): Known {
  const world = worlds.get(id);
  if (world === undefined) throw unknownName('environment', id, [...worlds.keys()]);
  return world;
}

/** The registered worlds, in the order in which they were registered. */
export function listEnvs(): readonly { readonly id: string; readonly summary: string }[] {
  return Array.from(worlds.values(), ({ id, summary }) => ({ id, summary }));
}

/**
 * Loads what the world `id` needs: MuJoCo for some, which is done once a thread; nothing for most.
 *
 * @throws JepaError `usage` for an unknown name, `unsupported` when what it needs is not installed
 *
 * @example
 * await prepareEnv('reacher');
 * const env = makeEnv('reacher', { imageSize: 64 });
 */
export async function prepareEnv(id: string): Promise<void> {
  await worldOf(id).prepare?.();
}

/**
 * The world called `id`. A world that `prepareEnv` must make ready first says so.
 *
 * @throws JepaError `usage` for an unknown name, with the nearest known one, and for a world that calls itself otherwise
 */
export function makeEnv(id: string, options?: EnvOptions): Env {
  const env = worldOf(id).make(options);
  if (env.spec.id === id) return env;
  throw new JepaError(
    'usage',
    `makeEnv: the world registered as '${id}' must have that spec.id, got '${env.spec.id}'; give both the same id`,
    { id, got: env.spec.id },
  );
}

/** Names of the policies that come with the world `id`. */
export function policyNames(id: string): readonly string[] {
  return Object.keys(worldOf(id).policies);
}

/** The policy `name` for the world `id`: `random`, and whatever the world brings (`expert`, `noisy-expert`, `oracle`). */
export function makePolicy(id: string, name: string): Policy {
  const { policies } = worldOf(id);
  if (!Object.hasOwn(policies, name)) throw unknownName(`policy for ${id}`, name, Object.keys(policies));
  return policies[name]!();
}
