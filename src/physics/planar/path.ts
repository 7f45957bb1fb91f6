// Ways of a disc around convex parts: the shortest path through the corners of the parts grown by the disc's radius.

import type { Convex } from './convex.ts';

/** A point, [x, y]. */
export type Point = readonly [number, number];

/** How far a point lies outside a part, along the part's normals; negative inside. */
export function outside({ count, corners, normals }: Convex, [x, y]: Point): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let p = 0; p < count; p++) {
    const d = (x - corners[2 * p]!) * normals[2 * p]! + (y - corners[2 * p + 1]!) * normals[2 * p + 1]!;
    if (d > most) most = d;
  }
  return most;
}

/** Whether the straight line between two points keeps `gap` away from a part. */
function passes({ count, corners, normals }: Convex, [ax, ay]: Point, [bx, by]: Point, gap: number): boolean {
  let from = 0;
  let to = 1;
  for (let p = 0; p < count; p++) {
    const nx = normals[2 * p]!;
    const ny = normals[2 * p + 1]!;
    const offset = corners[2 * p]! * nx + corners[2 * p + 1]! * ny + gap;
    const a = ax * nx + ay * ny - offset;
    const slope = (bx - ax) * nx + (by - ay) * ny;
    // The part of the line with a + t slope < 0 is inside this side.
    if (slope === 0) {
      if (a >= 0) return true;
    } else if (slope > 0) to = Math.min(to, -a / slope);
    else from = Math.max(from, -a / slope);
    if (from >= to) return true;
  }
  return false;
}

/** The corners of a part grown on all sides by `gap`; its sides meet at right angles. */
function grownCorners({ count, corners, normals }: Convex, gap: number): Point[] {
  return Array.from({ length: count }, (_, p): Point => {
    const before = (p + count - 1) % count;
    return [
      corners[2 * p]! + gap * (normals[2 * p]! + normals[2 * before]!),
      corners[2 * p + 1]! + gap * (normals[2 * p + 1]! + normals[2 * before + 1]!),
    ];
  });
}

/** A little more than the gap, so that a corner is not on the rim of what it leads around. */
const SLACK = 2;

/**
 * The points to pass on the shortest way from `from` to `to` that keeps `gap` away from all parts, `to` included, with its
 * length; undefined when there is none.
 */
export function pathAround(
  parts: readonly Convex[],
  from: Point,
  to: Point,
  gap: number,
): { readonly points: readonly Point[]; readonly length: number } | undefined {
  const free = (a: Point, b: Point): boolean => parts.every((part) => passes(part, a, b, gap));
  if (free(from, to)) return { points: [to], length: Math.hypot(to[0] - from[0], to[1] - from[1]) };
  const corners = parts.flatMap((part) => grownCorners(part, gap + SLACK));
  const nodes: Point[] = [to, ...corners.filter((c) => parts.every((part) => outside(part, c) > gap)), from];
  // Dijkstra from the end, so that the next point is known when the start is reached.
  const cost = nodes.map((_, i) => (i === 0 ? 0 : Number.POSITIVE_INFINITY));
  const next = nodes.map(() => 0);
  const open = new Set(nodes.keys());
  const start = nodes.length - 1;
  while (open.size > 0) {
    let at = -1;
    for (const i of open) if (at < 0 || cost[i]! < cost[at]!) at = i;
    if (cost[at] === Number.POSITIVE_INFINITY) return undefined;
    if (at === start) break;
    open.delete(at);
    const [x, y] = nodes[at]!;
    for (const i of open) {
      const reached = cost[at]! + Math.hypot(nodes[i]![0] - x, nodes[i]![1] - y);
      if (reached < cost[i]! && free(nodes[i]!, nodes[at]!)) {
        cost[i] = reached;
        next[i] = at;
      }
    }
  }
  const points: Point[] = [];
  for (let at = next[start]!; ; at = next[at]!) {
    points.push(nodes[at]!);
    if (at === 0) return { points, length: cost[start]! };
  }
}
