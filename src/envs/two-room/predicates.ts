// What CLEAR-LeWM asks of Two-Room: the whole disc of the agent passes through a door, not its centre alone. The world's own
// moves look at the end of a step only and let the disc overlap the door's edge, so a way can be one that no disc could go.
// Source: CLEAR-LeWM v0.5 (DavidSunok/CLEAR-LeWM @df02618, EVALUATION_SPEC.md). It moves the agent by a swept disc; here the
// dynamics stay the world's own, and `clear-strict` counts a way as legal only where a swept disc could have gone it.

import { lastOf, type PredicateRule } from '../predicate.ts';
import type { Scene } from './draw.ts';
import { GOAL_RADIUS, goalDistance, type Layout, PICTURE, WALL_CENTER } from './layout.ts';

/** `clear-strict` counts goals nearer than this, in pixels. */
const STRICT_RADIUS = 8;
/** A disc that touches a wall does not overlap it: float32 places are off by less. */
const TOUCH = 1e-3;

type Point = ArrayLike<number>;

/** A box of wall, across the wall and along it. */
interface Box {
  readonly across: readonly [number, number];
  readonly along: readonly [number, number];
}

/** The dividing wall without its doors. */
function solids({ half, doors }: Layout): readonly Box[] {
  const across = [WALL_CENTER - half, WALL_CENTER + half] as const;
  const holes = doors.map((door) => [door.center - door.half, door.center + door.half] as const);
  const boxes: Box[] = [];
  // The wall goes on beyond the picture: no disc passes at its ends.
  let from = -PICTURE;
  for (const [low, high] of [...holes].sort((a, b) => a[0] - b[0])) {
    if (low > from) boxes.push({ across, along: [from, low] });
    from = Math.max(from, high);
  }
  return [...boxes, { across, along: [from, 2 * PICTURE] }];
}

/** The distance of a point from a box, both as [across, along]. */
function pointToBox([u, v]: readonly [number, number], { across, along }: Box): number {
  const off = (at: number, [low, high]: readonly [number, number]): number => Math.max(low - at, at - high, 0);
  return Math.hypot(off(u, across), off(v, along));
}

/** The distance of a point from the segment a b. */
function pointToSegment(
  p: readonly [number, number],
  a: readonly [number, number],
  b: readonly [number, number],
): number {
  const [du, dv] = [b[0] - a[0], b[1] - a[1]];
  const length = du * du + dv * dv;
  const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((p[0] - a[0]) * du + (p[1] - a[1]) * dv) / length));
  return Math.hypot(p[0] - a[0] - t * du, p[1] - a[1] - t * dv);
}

/** Whether a segment enters a box (Liang and Barsky's clipping). */
function enters(a: readonly [number, number], b: readonly [number, number], { across, along }: Box): boolean {
  let [from, to] = [0, 1];
  for (const [i, [low, high]] of [across, along].entries()) {
    const [start, way] = [a[i]!, b[i]! - a[i]!];
    if (way === 0) {
      if (start < low || start > high) return false;
      continue;
    }
    const [first, second] = [(low - start) / way, (high - start) / way];
    from = Math.max(from, Math.min(first, second));
    to = Math.min(to, Math.max(first, second));
  }
  return from <= to;
}

/** Whether the agent's disc, swept from one place to another, stays out of the wall. */
export function sweptClear(layout: Layout, from: Point, to: Point): boolean {
  const { axis, radius } = layout;
  const [a, b] = [from, to].map((p) => [p[axis]!, p[1 - axis]!] as const);
  return solids(layout).every((box) => {
    if (enters(a!, b!, box)) return false;
    const corners = box.across.flatMap((u) => box.along.map((v) => [u, v] as const));
    const near = Math.min(pointToBox(a!, box), pointToBox(b!, box), ...corners.map((c) => pointToSegment(c, a!, b!)));
    return near >= radius - TOUCH;
  });
}

/** Whether every step of a way is one that a swept disc could have gone. */
function legal(way: readonly Point[], layout: Layout): boolean {
  return way.every((place, t) => sweptClear(layout, way[Math.max(0, t - 1)]!, place));
}

const side = ({ axis }: Layout, place: Point): boolean => place[axis]! < WALL_CENTER;

/** Whether two places are in different rooms. */
export function acrossRooms(layout: Layout, from: Point, to: Point): boolean {
  return side(layout, from) !== side(layout, to);
}

/** Recorded pairs from room to room whose recorded way is legal, its ends included. */
const admits = (window: readonly Float32Array[], { layout }: Scene): boolean =>
  acrossRooms(layout, window[0]!, lastOf(window)) && legal(window, layout);

/** `clear-moderate` and `clear-strict` of Two-Room. */
export const twoRoomPredicates: Readonly<Record<string, PredicateRule<Scene>>> = {
  'clear-moderate': {
    about: `within ${GOAL_RADIUS} pixels; start and goal in different rooms, the recorded way legal for the whole disc`,
    admits,
    satisfied: (way, goal) => goalDistance(lastOf(way), goal) < GOAL_RADIUS,
  },
  'clear-strict': {
    about: `within ${STRICT_RADIUS} pixels, in the goal's room, by a way that is legal for the whole disc; pairs as for clear-moderate`,
    admits,
    satisfied: (way, goal, { layout }) =>
      goalDistance(lastOf(way), goal) < STRICT_RADIUS &&
      !acrossRooms(layout, lastOf(way), goal) &&
      acrossRooms(layout, way[0]!, goal) &&
      legal(way, layout),
  },
};
