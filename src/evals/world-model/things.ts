// The things of a world that can be elsewhere or look otherwise, read from its factors of variation: `agent.position`
// bound to the state says where the agent is, `agent.color` what it looks like. So a world declares them by naming its
// factors `<thing>.<what>`, and nothing more.

import { JepaError, type Stream } from '../../core/index.ts';
import type { Env, EnvSpec, FactorValue } from '../../envs/index.ts';

/** A thing of a world. */
export interface Thing {
  readonly name: string;
  /** The factor of its colour, where it has one. */
  readonly color?: string;
  /** Factors bound to the state that say where it is; none for a thing that only looks. */
  readonly place: readonly string[];
  /** Whether its place is a position of two or more coordinates, not the angle of a joint. */
  readonly positioned: boolean;
  /** Whether it could be gone: it has a position, and nothing carries it. */
  readonly loose: boolean;
}

/** What factors before the dot stand for the surroundings. */
const SCENERY: ReadonlySet<string> = new Set([
  'background',
  'floor',
  'table',
  'wall',
  'door',
  'target',
  'goal',
  'light',
  'camera',
  'rendering',
  'task',
]);

/** Names of state components that are speeds. */
const SPEED = /(^|\.)(v[xyz]?|w[xyz]|spin|speed|velocity)(\.[xyz])?$/;

/** Whether a factor belongs to the surroundings and to no thing. */
export function isScenery({ declares }: EnvSpec, factor: string): boolean {
  const first = factor.split('.')[0]!;
  return SCENERY.has(first) || declares?.scenery?.includes(first) === true;
}

/** The components of the state that are speeds. */
export function speedsOf({ stateNames }: EnvSpec): readonly number[] {
  return stateNames.flatMap((name, i) => (SPEED.test(name) ? [i] : []));
}

/** The things of a world, in the order of its factors. */
export function thingsOf(spec: EnvSpec): readonly Thing[] {
  const { factors, stateNames, declares } = spec;
  const names = new Set(Object.keys(factors).flatMap((f) => (isScenery(spec, f) ? [] : [f.split('.')[0]!])));
  return [...names].flatMap((name): Thing[] => {
    const own = Object.keys(factors).filter((f) => f.startsWith(`${name}.`));
    const bound = own.filter((f) => {
      const { binding } = factors[f]!;
      return binding?.vector === 'state' && !SPEED.test(stateNames[binding.at] ?? '');
    });
    // A thing is moved, not turned, where the two can be told apart.
    const positions = bound.filter((f) => f.endsWith('position') && factors[f]!.size >= 2);
    const color = own.find((f) => f === `${name}.color` && factors[f]!.kind === 'color');
    if (bound.length === 0 && color === undefined) return [];
    const place = positions.length > 0 ? positions : bound;
    return [
      {
        name,
        ...(color === undefined ? {} : { color }),
        place,
        positioned: positions.length > 0,
        loose: positions.length > 0 && declares?.carried?.includes(name) !== true,
      },
    ];
  });
}

/** Least distance: root mean square over the coordinates of a place, each in units of the range it is drawn from. */
const FAR = 0.25;
const ATTEMPTS = 500;

interface Coordinate {
  readonly at: number;
  readonly range: number;
}

function coordinatesOf({ factors }: EnvSpec, { place }: Thing): readonly Coordinate[] {
  return place.flatMap((name) => {
    const { binding, size, low, high } = factors[name]!;
    return Array.from({ length: size }, (_, i) => ({ at: binding!.at + i, range: high - low }));
  });
}

/** The factors of a world as they stand, but for those in `drawn` and those bound to the goal. */
function standing(env: Env, drawn: readonly string[]): Readonly<Record<string, FactorValue>> {
  const values: Record<string, FactorValue> = {};
  for (const [name, { binding, low, high }] of Object.entries(env.spec.factors)) {
    if (drawn.includes(name) || binding?.vector === 'goal') continue;
    const value = env.factor(name);
    // A state may lie outside of the range that its factor is drawn from; a reset would refuse it.
    if (binding === undefined || [value].flat().every((v) => v >= low && v <= high)) values[name] = value;
  }
  return values;
}

/**
 * The state of a world as it stands with one thing elsewhere: at a place that a reset could draw for it, at least a quarter of
 * the range of places away from where it is (root mean square over the coordinates: 69 pixels in Two-Room), from where it
 * is in the states `away`, and from every other thing with a position. Everything else stays. The world is not moved.
 *
 * @throws JepaError `usage` when no such place is found
 */
export function elsewhere(env: Env, thing: Thing, random: Stream, away: readonly Float32Array[] = []): Float32Array {
  const { spec } = env;
  const coordinates = coordinatesOf(spec, thing);
  const before = env.state();
  const goal = env.goal();
  // What a task says of where things start (the side of a wall) does not hold in the middle of a clip.
  const rules = Object.keys(spec.factors).filter(
    (f) => f.startsWith('task.') && spec.factors[f]!.binding === undefined,
  );
  const ruled = rules.map((f) => [f, env.factor(f)] as const);
  const vary = [...rules, ...thing.place];
  const factors = standing(env, vary);
  const others = thing.positioned
    ? thingsOf(spec)
        .filter((other) => other.positioned && other.name !== thing.name)
        .map((other) => coordinatesOf(spec, other).map(({ at }) => before[at]!))
    : [];
  const occupied = [...[before, ...away].map((state) => coordinates.map(({ at }) => state[at]!)), ...others];
  const far = (state: Float32Array): boolean =>
    occupied.every((place) => {
      const square = coordinates.map(({ at, range }, i) =>
        place[i] === undefined ? 0 : ((state[at]! - place[i]!) / range) ** 2,
      );
      return Math.sqrt(square.reduce((a, b) => a + b, 0) / square.length) >= FAR;
    });
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      env.reset([Math.floor(random.uniform() * 2 ** 32), attempt], { goal, factors, vary });
      const drawn = env.state();
      if (!far(drawn)) continue;
      const state = before.slice();
      for (const { at } of coordinates) state[at] = drawn[at]!;
      return state;
    }
  } finally {
    for (const [name, value] of ruled) env.setFactor(name, value);
    env.setState(before);
  }
  throw new JepaError(
    'usage',
    `${spec.id}: ${thing.name} must have a free place a quarter of its range away from where it is, got none in ${ATTEMPTS} draws`,
    { thing: thing.name },
  );
}
