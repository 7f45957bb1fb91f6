// The laws of worlds for everybody: `checkWorld` runs them on a world and says which one is broken.

import { JepaError, type Key, key as keyOf, unknownName } from '../core/index.ts';
import type { Env, Policy } from './env.ts';
import { type Examined, type Law, laws, SIZE } from './laws/index.ts';

/** What is checked besides the world itself. */
export interface WorldCheckOptions {
  /** All that the check draws follows from it. @default key(0) */
  readonly key?: Key;
  /** Policies by name, as `registerWorld` takes them. */
  readonly policies?: Readonly<Record<string, () => Policy>>;
  /** Factors whose values can be drawn together in any combination. @default all */
  readonly together?: readonly string[];
  /** Laws that the world does not keep, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** The outcome for a world that breaks no law. */
export interface WorldCheck {
  /** Names of the laws that held. */
  readonly held: readonly string[];
  /** Laws that were not checked: those in `skip`, and those that need a member which the world says it has not. */
  readonly skipped: readonly { readonly law: string; readonly why: string }[];
}

/** A world as the laws look at it. */
export function examined(
  make: (options: { readonly imageSize: number }) => Env,
  { key = keyOf(0), policies = {}, together }: WorldCheckOptions = {},
): Examined {
  const open = (imageSize = SIZE): Env => make({ imageSize });
  return {
    open,
    key,
    policies,
    get together() {
      return together ?? Object.keys(open().spec.factors);
    },
  };
}

/** Why a law was not checked; undefined when it held. `id` names the world. */
function tried(law: Law, world: Examined, id: string): string | undefined {
  try {
    law.check(world);
    return undefined;
  } catch (error) {
    // What an honest world says that it cannot do.
    if (error instanceof JepaError && error.code === 'unsupported') return error.message;
    const said = error instanceof Error ? error.message : String(error);
    throw new JepaError(
      'usage',
      `checkWorld: the world '${id}' breaks the law '${law.name}' (${law.holds}): ${said}`,
      { id, law: law.name, holds: law.holds },
      { cause: error },
    );
  }
}

/**
 * Runs the laws of worlds on fresh worlds of 32 pixels: sizes and bounds, determinism, states that are set and read, refusals,
 * pictures, goals, factors, and the policies given. A world that passes can be collected from, planned in and evaluated.
 *
 * @throws JepaError `usage` for the first law that is broken, named in `details.law`, with what was got and what
 * to do; what `make` throws
 *
 * @example
 * checkWorld(ice, { policies: { expert: springAndDamper } });
 */
export function checkWorld(
  make: (options: { readonly imageSize: number }) => Env,
  options: WorldCheckOptions = {},
): WorldCheck {
  const { skip = {} } = options;
  const known = laws.map(({ name }) => name);
  for (const name of Object.keys(skip)) if (!known.includes(name)) throw unknownName('law', name, known);
  const world = examined(make, options);
  // A world that cannot be made says why itself.
  const { id } = world.open().spec;
  const held: string[] = [];
  const skipped: { law: string; why: string }[] = [];
  for (const law of laws) {
    const why = Object.hasOwn(skip, law.name) ? skip[law.name] : tried(law, world, id);
    if (why === undefined) held.push(law.name);
    else skipped.push({ law: law.name, why });
  }
  return { held, skipped };
}
