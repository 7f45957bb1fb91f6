// Convex polygons as the parts of a rigid body: outward normals, centroid, moment of inertia, and their place in the world.
// Corners are x, y pairs, turning so that the outward normal of the edge p -> q is (dy, -dx) / length.

import { JepaError } from '../../core/index.ts';

/** One convex part in body coordinates. */
export interface Convex {
  readonly count: number;
  /** [2 count] */
  readonly corners: Float64Array;
  /** [2 count]: unit outward normal of the edge from corner i to corner i + 1. */
  readonly normals: Float64Array;
}

/** Twice the signed area of a polygon given as x, y pairs. */
function doubleArea(corners: ArrayLike<number>): number {
  const count = corners.length / 2;
  let sum = 0;
  for (let p = 0, q = count - 1; p < count; q = p++) {
    sum += corners[2 * q]! * corners[2 * p + 1]! - corners[2 * p]! * corners[2 * q + 1]!;
  }
  return sum;
}

/** The convex polygon with these corners, in either direction of turning. Throws `shape` when it has no area. */
export function convex(points: readonly (readonly [number, number])[]): Convex {
  const flat = points.flat();
  const area = doubleArea(flat);
  if (points.length < 3 || area === 0) {
    throw new JepaError(
      'shape',
      `convex: a part needs 3 corners or more and an area, got ${points.length} corners`,
      {},
    );
  }
  const turned = area > 0 ? points : points.toReversed();
  const count = turned.length;
  const corners = Float64Array.from(turned.flat());
  const normals = new Float64Array(2 * count);
  for (let p = 0; p < count; p++) {
    const q = (p + 1) % count;
    const dx = corners[2 * q]! - corners[2 * p]!;
    const dy = corners[2 * q + 1]! - corners[2 * p + 1]!;
    const length = Math.sqrt(dx * dx + dy * dy);
    normals[2 * p] = dy / length;
    normals[2 * p + 1] = -dx / length;
  }
  return { count, corners, normals };
}

/** Centre of the area, [x, y]. */
export function centroid({ corners, count }: Convex): readonly [number, number] {
  let x = 0;
  let y = 0;
  for (let p = 0, q = count - 1; p < count; q = p++) {
    const cross = corners[2 * q]! * corners[2 * p + 1]! - corners[2 * p]! * corners[2 * q + 1]!;
    x += (corners[2 * q]! + corners[2 * p]!) * cross;
    y += (corners[2 * q + 1]! + corners[2 * p + 1]!) * cross;
  }
  const scale = 1 / (3 * doubleArea(corners));
  return [x * scale, y * scale];
}

/** Moment of inertia of a mass of 1 spread evenly over the part, about the origin of its coordinates. */
export function unitMoment({ corners, count }: Convex): number {
  let sum = 0;
  for (let p = 0, q = count - 1; p < count; q = p++) {
    const [ax, ay, bx, by] = [corners[2 * q]!, corners[2 * q + 1]!, corners[2 * p]!, corners[2 * p + 1]!];
    sum += (ax * by - bx * ay) * (ax * ax + ax * bx + bx * bx + ay * ay + ay * by + by * by);
  }
  return sum / (6 * doubleArea(corners));
}

/** Writes the part, turned by the angle with this cosine and sine about its origin and then moved to (x, y), to `out`. */
export function placeConvex(part: Convex, x: number, y: number, cos: number, sin: number, out: Convex): void {
  const { corners, normals } = part;
  for (let i = 0; i < corners.length; i += 2) {
    const cx = corners[i]!;
    const cy = corners[i + 1]!;
    out.corners[i] = x + cx * cos - cy * sin;
    out.corners[i + 1] = y + cx * sin + cy * cos;
    const nx = normals[i]!;
    const ny = normals[i + 1]!;
    out.normals[i] = nx * cos - ny * sin;
    out.normals[i + 1] = nx * sin + ny * cos;
  }
}
