// Where shapes touch (the narrow phase): a disc or a thick segment, a, against a convex part, b. A contact is a point on
// each shape and the unit normal n from a to b; its depth is dot(point b - point a, n), negative when they overlap.
//
// The axis is the one of least overlap (separating axis theorem); the points of a segment come from projecting the two
// nearest edges onto each other.

import type { Convex } from './convex.ts';

/** Up to two contacts of one pair of shapes. Reused from call to call. */
export interface Touch {
  count: number;
  nx: number;
  ny: number;
  /** [4]: x, y of the points on a, in world coordinates. */
  readonly onA: Float64Array;
  /** [4]: the same on b. */
  readonly onB: Float64Array;
  /** [2]: which corners met, so that a contact is recognised in the next step. */
  readonly feature: Int32Array;
}

/** A straight wall with round ends. */
export interface Segment {
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
  readonly radius: number;
  /** Unit normal (dy, -dx) / length. */
  readonly nx: number;
  readonly ny: number;
}

/** A wall from (ax, ay) to (bx, by). */
export function segment(ax: number, ay: number, bx: number, by: number, radius: number): Segment {
  const length = Math.hypot(bx - ax, by - ay);
  return { ax, ay, bx, by, radius, nx: (by - ay) / length, ny: -(bx - ax) / length };
}

/** An empty `Touch`. */
export function newTouch(): Touch {
  return { count: 0, nx: 0, ny: 0, onA: new Float64Array(4), onB: new Float64Array(4), feature: new Int32Array(2) };
}

/** Nearer to a face than this, a disc's centre counts as inside: the direction to the face is then the face's own. */
const ON_FACE = 1e-9;

/** The contact of a disc with a part, one or none. */
export function touchDisc(
  cx: number,
  cy: number,
  radius: number,
  { count, corners, normals }: Convex,
  out: Touch,
): void {
  out.count = 0;
  let face = 0;
  let out1 = Number.NEGATIVE_INFINITY;
  for (let p = 0; p < count; p++) {
    const d = (cx - corners[2 * p]!) * normals[2 * p]! + (cy - corners[2 * p + 1]!) * normals[2 * p + 1]!;
    if (d > out1) {
      out1 = d;
      face = p;
    }
  }
  if (out1 > radius) return;
  let qx: number;
  let qy: number;
  let nx = -normals[2 * face]!;
  let ny = -normals[2 * face + 1]!;
  if (out1 < ON_FACE) {
    qx = cx + nx * out1;
    qy = cy + ny * out1;
  } else {
    // Outside: the nearest point of the outline.
    let least = Number.POSITIVE_INFINITY;
    qx = 0;
    qy = 0;
    for (let p = 0; p < count; p++) {
      const q = p + 1 === count ? 0 : p + 1;
      const x = corners[2 * p]!;
      const y = corners[2 * p + 1]!;
      const ex = corners[2 * q]! - x;
      const ey = corners[2 * q + 1]! - y;
      const t = Math.min(Math.max(((cx - x) * ex + (cy - y) * ey) / (ex * ex + ey * ey), 0), 1);
      const px = x + t * ex;
      const py = y + t * ey;
      const d2 = (px - cx) * (px - cx) + (py - cy) * (py - cy);
      if (d2 < least) {
        least = d2;
        qx = px;
        qy = py;
      }
    }
    const distance = Math.sqrt(least);
    if (distance > radius) return;
    nx = (qx - cx) / distance;
    ny = (qy - cy) / distance;
  }
  out.count = 1;
  out.nx = nx;
  out.ny = ny;
  out.onA[0] = cx + radius * nx;
  out.onA[1] = cy + radius * ny;
  out.onB[0] = qx;
  out.onB[1] = qy;
  out.feature[0] = 0;
}

/** How far the part lies beyond the segment's line along (nx, ny): negative when they overlap there. */
function separation(s: Segment, part: Convex, nx: number, ny: number): number {
  const { count, corners } = part;
  let low = Number.POSITIVE_INFINITY;
  for (let p = 0; p < count; p++) low = Math.min(low, corners[2 * p]! * nx + corners[2 * p + 1]! * ny);
  return low - Math.max(s.ax * nx + s.ay * ny, s.bx * nx + s.by * ny);
}

/** The contacts of a wall with a part, none, one or two. */
export function touchSegment(s: Segment, part: Convex, out: Touch): void {
  out.count = 0;
  const { count, corners, normals } = part;
  let most = separation(s, part, s.nx, s.ny);
  let nx = s.nx;
  let ny = s.ny;
  const behind = separation(s, part, -s.nx, -s.ny);
  if (behind > most) {
    most = behind;
    nx = -s.nx;
    ny = -s.ny;
  }
  for (let p = 0; p < count; p++) {
    const apart = separation(s, part, -normals[2 * p]!, -normals[2 * p + 1]!);
    if (apart > most) {
      most = apart;
      nx = -normals[2 * p]!;
      ny = -normals[2 * p + 1]!;
    }
  }
  if (most > s.radius) return;

  // The edge of each shape that faces the other.
  const along = s.nx * nx + s.ny * ny > 0;
  const a1x = along ? s.ax : s.bx;
  const a1y = along ? s.ay : s.by;
  const b1x = along ? s.bx : s.ax;
  const b1y = along ? s.by : s.ay;
  let corner = 0;
  let low = Number.POSITIVE_INFINITY;
  for (let p = 0; p < count; p++) {
    const d = corners[2 * p]! * nx + corners[2 * p + 1]! * ny;
    if (d < low) {
      low = d;
      corner = p;
    }
  }
  const before = (corner + count - 1) % count;
  const facing = (p: number): number => normals[2 * p]! * nx + normals[2 * p + 1]! * ny;
  const first = facing(before) < facing(corner) ? before : corner;
  const second = (first + 1) % count;
  const a2x = corners[2 * first]!;
  const a2y = corners[2 * first + 1]!;
  const b2x = corners[2 * second]!;
  const b2y = corners[2 * second + 1]!;

  // Positions across the normal; each end of one edge is projected onto the other edge and kept on it.
  const a1 = a1x * ny - a1y * nx;
  const b1 = b1x * ny - b1y * nx;
  const a2 = a2x * ny - a2y * nx;
  const b2 = b2x * ny - b2y * nx;
  const scale1 = 1 / (b1 - a1 + Number.MIN_VALUE);
  const scale2 = 1 / (b2 - a2 + Number.MIN_VALUE);
  out.nx = nx;
  out.ny = ny;
  for (let end = 0; end < 2; end++) {
    const t1 = Math.min(Math.max(((end === 0 ? b2 : a2) - a1) * scale1, 0), 1);
    const t2 = Math.min(Math.max(((end === 0 ? a1 : b1) - a2) * scale2, 0), 1);
    const p1x = a1x + t1 * (b1x - a1x) + nx * s.radius;
    const p1y = a1y + t1 * (b1y - a1y) + ny * s.radius;
    const p2x = a2x + t2 * (b2x - a2x);
    const p2y = a2y + t2 * (b2y - a2y);
    if ((p2x - p1x) * nx + (p2y - p1y) * ny > 0) continue;
    const i = out.count++;
    out.onA[2 * i] = p1x;
    out.onA[2 * i + 1] = p1y;
    out.onB[2 * i] = p2x;
    out.onB[2 * i + 1] = p2y;
    const wallEnd = (end === 0) === along ? 0 : 1;
    out.feature[i] = wallEnd * 256 + (end === 0 ? second : first);
  }
}
