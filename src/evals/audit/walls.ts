// Does a model believe that walls can be passed? From starts close to a wall, at all heights and on both sides, straight at it.
// The mean error of predictions does not show this: few recorded steps meet a wall beside its door.

import type { Divider, Env } from '../../envs/index.ts';
import type { NotTested, WallTest } from '../../run/index.ts';
import type { PositionReader } from './position.ts';
import { type StraightOptions, type StraightPlan, straightPlans } from './straight-plans.ts';

/** How the wall is tried. */
export interface WallOptions extends StraightOptions {
  /** Reads the components `across` and `along` of the world's wall, in this order, off embeddings; see `wallOf`. */
  readonly position: PositionReader;
  /** States whose other components (where the wall is, in some worlds) starts are made of. */
  readonly states: readonly Float32Array[];
  /** Starts along the wall on each side. @default 48 */
  readonly heights?: number;
  /** Share of the fastest action that goes straight across. @default 1 */
  readonly speed?: number;
}

/** Heights by their distance from the nearest door, in widths of that door. */
const BANDS: readonly (readonly [words: string, upTo: number])[] = [
  ['in the door', 0],
  ['up to half a door beside it', 0.5],
  ['up to one door', 1],
  ['up to two', 2],
  ['further', Number.POSITIVE_INFINITY],
];

/** The wall of a world as it stands, or why it has none to try. */
export function wallOf(env: Env): Divider | NotTested {
  return env.divider?.() ?? { why: 'no wall with doors divides the world' };
}

/** How far a height is from the nearest door, in widths of that door; 0 inside. */
function besideDoor({ doors }: Divider, along: number): number {
  const far = doors.map(([low, high]) => Math.max(low - along, along - high, 0) / (high - low));
  return Math.min(...far, Number.POSITIVE_INFINITY);
}

/**
 * Tries the wall. A start is a fortieth of the wall's length before it, and a plan counts as passed where the plan's end is beyond the wall's
 * middle: by the probe for what is imagined, by the state for what happens.
 */
export async function wallTest(options: WallOptions): Promise<WallTest | NotTested> {
  const { env, position, states, heights = 48, speed = 1 } = options;
  const tried: { readonly beside: number; readonly side: 1 | -1; readonly middle: number }[] = [];
  const plans: StraightPlan[] = [];
  let spacing = 0;
  for (const state of states) {
    env.setState(state);
    const wall = wallOf(env);
    if ('why' in wall) return wall;
    const [low, high] = wall.range;
    const gap = (high - low) / 40;
    spacing = (high - low) / heights;
    for (let i = 0; i < heights; i++) {
      const along = low + (i + 0.5) * spacing;
      for (const side of [-1, 1] as const) {
        const start = state.slice();
        start[wall.across] = side < 0 ? wall.low - gap : wall.high + gap;
        start[wall.along] = along;
        plans.push({ start, action: wall.toward.map((a) => -side * speed * a) });
        tried.push({ beside: besideDoor(wall, along), side, middle: (wall.low + wall.high) / 2 });
      }
    }
  }
  const { before, imagined, states: ends } = await straightPlans(options, plans);
  const [told, started] = [position.read(imagined), position.read(before)];
  const across = position.components[0]!;
  const { stateDim } = env.spec;
  const passed = tried.map(({ side, middle }, i) => {
    const beyond = (at: number): boolean => side * (at - middle) < 0;
    return {
      read: !beyond(started[2 * i]!),
      believed: beyond(told[2 * i]!),
      truly: beyond(ends[i * stateDim + across]!),
    };
  });
  const count = (rows: readonly number[], what: 'believed' | 'truly'): number =>
    rows.filter((i) => passed[i]![what]).length;
  const every = [...tried.keys()];
  const bands = BANDS.map(([where, upTo], b) => {
    const from = b === 0 ? Number.NEGATIVE_INFINITY : BANDS[b - 1]![1];
    const rows = every.filter((i) => tried[i]!.beside > from && tried[i]!.beside <= upTo);
    const of = Math.max(1, rows.length);
    return { where, plans: rows.length, believed: count(rows, 'believed') / of, truly: count(rows, 'truly') / of };
  });
  const width = (what: 'believed' | 'truly'): number => (count(every, what) / (2 * states.length)) * spacing;
  return {
    blocks: options.horizon,
    speed,
    bands: bands.filter(({ plans: n }) => n > 0),
    believedWidth: width('believed'),
    trueWidth: width('truly'),
    startsRead: passed.filter(({ read }) => read).length / passed.length,
    probeError: position.error,
  };
}
