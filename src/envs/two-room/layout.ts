// The geometry of Two-Room and its one-step dynamics, in the coordinates of the 224-pixel picture (x right, y down, pixel
// centres at whole numbers). Arithmetic follows the reference's mix of float32 positions and float64 limits.
// Source: stable-worldmodel `envs/two_room/env.py`, `step` and `_apply_collisions`.

import type { FactorValue } from '../env.ts';

/** Side of the reference picture. */
export const PICTURE = 224;
/** Outer edge of the reachable floor. */
export const BORDER = 14;
/** Centre line of the dividing wall. */
export const WALL_CENTER = 112;
/** The goal is reached nearer than this, in pixels. */
export const GOAL_RADIUS = 16;
/** A door fits when its half-extent is at least this many agent radii. */
export const DOOR_FIT = 1.1;
/** Slack of a door on both sides. */
const DOOR_MARGIN = 1.75;

/** One door: its centre along the wall and its half-extent. */
export interface Door {
  readonly center: number;
  readonly half: number;
}

/** Everything the dynamics depend on. `low` and `high` bound the wall zone for the agent's centre, across the wall. */
export interface Layout {
  /** Index of the coordinate across the wall: 0 (x) for a vertical wall, 1 (y) for a horizontal one. */
  readonly axis: 0 | 1;
  /** Half the wall's thickness, rounded down. */
  readonly half: number;
  readonly low: number;
  readonly high: number;
  /** Range of the agent's centre, both coordinates. */
  readonly min: number;
  readonly max: number;
  readonly radius: number;
  readonly speed: number;
  readonly doors: readonly Door[];
}

/** The layout described by factor values. */
export function layoutFrom(values: Readonly<Record<string, FactorValue>>): Layout {
  const radius = values['agent.radius'] as number;
  const half = Math.floor((values['wall.thickness'] as number) / 2);
  const centers = values['door.position'] as readonly number[];
  const sizes = values['door.size'] as readonly number[];
  const doors = Array.from({ length: values['door.number'] as number }, (_, i) => ({
    center: centers[i]!,
    half: sizes[i]!,
  }));
  return {
    axis: values['wall.axis'] === 1 ? 0 : 1,
    half,
    low: WALL_CENTER - half - radius,
    high: WALL_CENTER + half + radius,
    min: BORDER + radius,
    max: PICTURE - BORDER - radius,
    radius,
    speed: values['agent.speed'] as number,
    doors,
  };
}

/** The stretch along the wall in which a door lets the agent's centre through. */
export function doorBand({ center, half }: Door): readonly [number, number] {
  return [center - half - DOOR_MARGIN, center + half + DOOR_MARGIN];
}

/** Whether some door lets the agent's centre through at `along`. */
export function inDoor(layout: Layout, along: number): boolean {
  for (const { center, half } of layout.doors) {
    if (center - half - DOOR_MARGIN <= along && along <= center + half + DOOR_MARGIN) return true;
  }
  return false;
}

/** Whether a move across the wall from `from` to `to` meets the wall zone, where only a door lets it through. */
export function meetsWall(layout: Layout, from: number, to: number): boolean {
  return from < WALL_CENTER ? to > layout.low : to < layout.high;
}

/**
 * One step: moves `position` [x, y] in place by a clipped action. The position is clamped to the frame; then, if it lies
 * in or beyond the wall zone and its new coordinate along the wall is in no door, it is put back half a pixel before the
 * zone, on the side of the centre line it started from (also from inside a doorway).
 */
export function moveTwoRoom(layout: Layout, position: Float32Array, action: ArrayLike<number>): void {
  const { axis, min, max, low, high, speed } = layout;
  const from = position[axis]!;
  for (let c = 0; c < 2; c++) {
    const next = Math.fround(position[c]! + Math.fround(action[c]! * speed));
    position[c] = Math.min(Math.max(next, min), max);
  }
  if (meetsWall(layout, from, position[axis]!) && !inDoor(layout, position[1 - axis]!)) {
    position[axis] = from < WALL_CENTER ? low - 0.5 : high + 0.5;
  }
}

/** Distance of two points in pixels, in float32 as the reference computes it. */
export function goalDistance(position: ArrayLike<number>, goal: ArrayLike<number>): number {
  const dx = Math.fround(position[0]! - goal[0]!);
  const dy = Math.fround(position[1]! - goal[1]!);
  return Math.fround(Math.sqrt(dx * dx + dy * dy));
}

/** How far a point is from the nearest place that the agent's centre can be at: in a room or in a doorway. */
export function offFloor({ axis, min, max, low, high, doors }: Layout, point: ArrayLike<number>): number {
  const [across, along] = [point[axis]!, point[1 - axis]!];
  const beyond = (v: number, from: number, to: number): number => Math.max(from - v, v - to, 0);
  const rooms = [
    [min, low],
    [high, max],
  ].map(([from, to]) => Math.hypot(beyond(across, from!, to!), beyond(along, min, max)));
  const ways = doors.map((door) => {
    const [from, to] = doorBand(door);
    return Math.hypot(beyond(across, low, high), beyond(along, Math.max(from, min), Math.min(to, max)));
  });
  return Math.min(...rooms, ...ways);
}
