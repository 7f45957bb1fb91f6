// The violations that a world admits: things jump, change colour, vanish, pass through walls, stop without cause. After the
// violation-of-expectation test of LeWorldModel (arXiv 2603.19312: teleport and colour change); the other three are the
// classics of intuitive physics (continuity, permanence, inertia).

import type { Stream } from '../../core/index.ts';
import { behindWall, type Env, type EnvSpec, hasWalls } from '../../envs/index.ts';
import { elsewhere, speedsOf, type Thing, thingsOf } from './things.ts';
import type { Effect, Violation } from './violation.ts';

/** The least distance of a new colour from the old one, of 442 between black and white. */
const OTHER_COLOUR = 128;

function teleport(name: string, thing: Thing): Violation {
  return {
    name,
    about: `The ${thing.name} jumps to a place at least a quarter of its range away.`,
    apply(env, random) {
      env.setState(elsewhere(env, thing, random));
      return undefined;
    },
  };
}

function colour(name: string, thing: Thing, factor: string): Violation {
  return {
    name,
    about: `The ${thing.name} takes a colour far from the one it had.`,
    pictureOnly: true,
    apply(env, random) {
      const was = env.factor(factor) as readonly number[];
      for (;;) {
        const drawn = was.map(() => Math.floor(random.uniform() * 256));
        if (Math.hypot(...drawn.map((v, i) => v - was[i]!)) < OTHER_COLOUR) continue;
        env.setFactor(factor, drawn);
        return undefined;
      }
    },
  };
}

/**
 * Paints a world without one of its things. Each byte is the median of three frames that show the thing at three places far
 * from each other: where it covers a pixel in one frame, the other two agree on what is behind.
 */
function paintWithout(env: Env, thing: Thing, random: Stream): NonNullable<Effect['paint']> {
  const bytes = env.spec.imageSize ** 2 * 3;
  return (out, offset) => {
    const here = env.state();
    const second = elsewhere(env, thing, random);
    const third = elsewhere(env, thing, random, [second]);
    const [a, b] = [second, third].map((state) => {
      const frame = new Uint8Array(bytes);
      env.setState(state);
      env.render(frame);
      return frame;
    }) as [Uint8Array, Uint8Array];
    env.setState(here);
    env.render(out, offset);
    for (let i = 0; i < bytes; i++) {
      const c = out[offset + i]!;
      out[offset + i] = Math.max(Math.min(a[i]!, b[i]!), Math.min(Math.max(a[i]!, b[i]!), c));
    }
  };
}

function vanish(name: string, thing: Thing): Violation {
  return {
    name,
    about: `The ${thing.name} is no longer seen; the world behind it is, and goes on as if the ${thing.name} were there.`,
    pictureOnly: true,
    apply: (env, random) => ({ paint: paintWithout(env, thing, random) }),
  };
}

const throughWall: Violation = {
  name: 'through-wall',
  about: 'The agent is behind the wall one step later, where there is no door.',
  apply(env) {
    env.setState(behindWall(env));
    return undefined;
  },
};

const stop: Violation = {
  name: 'stop',
  about: 'Everything stands still from here on, whatever the actions say; first seen one step later.',
  apply(env) {
    const still = env.state();
    for (const i of speedsOf(env.spec)) still[i] = 0;
    return { step: () => env.setState(still) };
  },
};

/** Why a world admits no violation of a kind. */
export interface ViolationGap {
  readonly name: string;
  readonly why: string;
}

function sorted(spec: EnvSpec): { readonly violations: Violation[]; readonly gaps: ViolationGap[] } {
  const things = thingsOf(spec);
  const named = (kind: string, { name }: Thing): string => (things.length === 1 ? kind : `${kind}-${name}`);
  const violations: Violation[] = [];
  const gaps: ViolationGap[] = [];
  if (things.length === 0) {
    for (const name of ['teleport', 'colour', 'vanish']) {
      gaps.push({ name, why: 'no factor of the world is the place or the colour of a thing' });
    }
  }
  for (const thing of things) {
    const name = named('teleport', thing);
    if (thing.place.length > 0) violations.push(teleport(name, thing));
    else gaps.push({ name, why: `no factor bound to the state says where the ${thing.name} is` });
  }
  for (const thing of things) {
    const name = named('colour', thing);
    if (thing.color !== undefined) violations.push(colour(name, thing, thing.color));
    else gaps.push({ name, why: `the ${thing.name} has no factor of its colour` });
  }
  for (const thing of things) {
    const name = named('vanish', thing);
    if (thing.loose) violations.push(vanish(name, thing));
    else
      gaps.push({ name, why: `the ${thing.name} is fixed to other things, so there is no picture without it alone` });
  }
  if (hasWalls(spec)) violations.push(throughWall);
  else gaps.push({ name: throughWall.name, why: 'the world has no wall that divides it' });
  violations.push(stop);
  return { violations, gaps };
}

/**
 * The violations that a world admits, read from its factors. A world with one thing has `teleport`, `colour` and `vanish`;
 * with several, each name ends in the thing: `teleport-block`.
 *
 * @example
 * const file = await violationSurprise({ ..., violations: violationsOf(env.spec) });
 */
export function violationsOf(spec: EnvSpec): readonly Violation[] {
  return sorted(spec).violations;
}

/** The kinds of violation that a world does not admit, and why. */
export function violationGaps(spec: EnvSpec): readonly ViolationGap[] {
  return sorted(spec).gaps;
}
