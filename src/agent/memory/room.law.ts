// A room in the plane, cut by a wall along x = 0 with one door, in which a point walks one unit per block: the embedding is the
// place, so every distance is known. It is 12 wide and 8 high; the wall is 0.6 thick for what may be recorded, the door reaches
// from y = 5 to y = 7. Straight lines between the halves cross the wall unless they pass the door.
// Legend: D = 2 numbers of a place, A = 2 numbers of a step.

import { fold, type Key, uniform } from '../../core/index.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';

/** A place. */
export type Place = readonly [number, number];

const [LEFT, RIGHT, LOW, HIGH] = [-6, 6, 0, 8];
/** The door's lower and upper end. */
export const DOOR: Place = [5, 7];
/** Half the thickness of the wall. */
const HALF = 0.3;

/** Whether the point may stand there. */
function free([x, y]: Place): boolean {
  if (x < LEFT || x > RIGHT || y < LOW || y > HIGH) return false;
  return Math.abs(x) >= HALF || (y >= DOOR[0] && y <= DOOR[1]);
}

/** Where a step of at most one unit leads: in small parts, along a wall where it meets one. */
export function walk(from: Place, [dx, dy]: Place): Place {
  const part = 1 / Math.max(1, Math.hypot(dx, dy)) / 50;
  let [x, y] = from;
  for (let i = 0; i < 50; i++) {
    if (free([x + dx * part, y])) x += dx * part;
    if (free([x, y + dy * part])) y += dy * part;
  }
  return [x, y];
}

/** A free place below the height `top`, in the left half (`side` -1) or the right one (1). */
export function placeIn(side: -1 | 1, key: Key, top: number = HIGH): Place {
  const [x, y] = uniform(key, new Float32Array(2)) as unknown as [number, number];
  return [side * (0.5 + 5.4 * x), 0.1 + (top - 0.2) * y];
}

/** Length of the shortest way between the halves: through a point of the door's middle line, found by trying all heights. */
export function wayThroughDoor(from: Place, to: Place): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= 200; i++) {
    const y = DOOR[0] + ((DOOR[1] - DOOR[0]) * i) / 200;
    best = Math.min(best, Math.hypot(from[0], from[1] - y) + Math.hypot(to[0], to[1] - y));
  }
  return best;
}

/** Walks from random places of both halves, each step one unit in a direction that turns at random. */
export function walks(count: number, length: number, key: Key): EmbeddedEpisodes {
  const z = new Float32Array(count * length * 2);
  const blocks = new Float32Array(count * length * 2);
  for (let e = 0; e < count; e++) {
    let here = placeIn(e % 2 === 0 ? -1 : 1, fold(key, 'place', e));
    const turns = uniform(fold(key, 'turns', e), new Float32Array(length), -1, 1);
    let angle = Math.PI * turns[0]!;
    for (let t = 0; t < length; t++) {
      const row = e * length + t;
      z.set(here, row * 2);
      if (t === length - 1) break;
      angle += turns[t]!;
      const step: Place = [Math.cos(angle), Math.sin(angle)];
      const next = walk(here, step);
      blocks.set(step, row * 2);
      // At a wall it turns round.
      if (Math.hypot(next[0] - here[0], next[1] - here[1]) < 0.5) angle += Math.PI;
      here = next;
    }
  }
  return { z, blocks, episodes: Array.from({ length: count }, (_, e) => ({ row: e * length, length })) };
}
