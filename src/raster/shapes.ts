// Filled shapes in canvas coordinates (pixel (i, j) covers [i, i+1) x [j, j+1)): rectangle, disc, convex polygon, line.
// Rectangles and polygons cover pixels by exact area; discs by the distance of the pixel's centre to the rim.

import { JepaError } from '../core/index.ts';
import { blend, type Canvas, type Color } from './canvas.ts';

/** Length of the overlap of [low, high] with pixel i. */
function overlap(low: number, high: number, i: number): number {
  return Math.max(0, Math.min(high, i + 1) - Math.max(low, i));
}

/** Fills the rectangle [x0, x1] x [y0, y1]. */
export function fillRect(target: Canvas, x0: number, y0: number, x1: number, y1: number, color: Color): void {
  const { pixels: data, width, height, offset } = target;
  const left = Math.max(0, Math.floor(x0));
  const right = Math.min(width, Math.ceil(x1));
  const bottom = Math.min(height, Math.ceil(y1));
  for (let j = Math.max(0, Math.floor(y0)); j < bottom; j++) {
    const share = overlap(y0, y1, j);
    for (let i = left; i < right; i++) {
      blend(data, offset + (j * width + i) * 3, color, share * overlap(x0, x1, i));
    }
  }
}

/** Fills the disc of the given radius about (cx, cy). */
export function fillDisc(target: Canvas, cx: number, cy: number, radius: number, color: Color): void {
  const { pixels: data, width, height, offset } = target;
  const left = Math.max(0, Math.floor(cx - radius - 0.5));
  const right = Math.min(width, Math.ceil(cx + radius + 0.5));
  const bottom = Math.min(height, Math.ceil(cy + radius + 0.5));
  for (let j = Math.max(0, Math.floor(cy - radius - 0.5)); j < bottom; j++) {
    for (let i = left; i < right; i++) {
      const inside = radius - Math.hypot(i + 0.5 - cx, j + 0.5 - cy) + 0.5;
      if (inside > 0) blend(data, offset + (j * width + i) * 3, color, Math.min(1, inside));
    }
  }
}

/** Twice the signed area of a polygon given as x, y pairs. */
function doubleArea(points: ArrayLike<number>, count: number): number {
  let sum = 0;
  for (let p = 0; p < count; p++) {
    const q = (p + 1) % count;
    sum += points[2 * p]! * points[2 * q + 1]! - points[2 * q]! * points[2 * p + 1]!;
  }
  return sum;
}

/** Corners of a polygon on its way through the four clips of a pixel; each clip adds at most one. */
let clipped = [new Float64Array(64), new Float64Array(64)] as const;
/** Per edge of the polygon being filled: unit normal pointing in, and its offset. */
let edges = new Float64Array(3 * 32);

/**
 * Keeps the part of a polygon where `sign * (coordinate - limit) <= 0`; axis 0 is x. One step of Sutherland-Hodgman.
 * Reads `count` corners and returns how many it wrote.
 */
function clip(
  from: ArrayLike<number>,
  count: number,
  to: Float64Array,
  axis: 0 | 1,
  limit: number,
  sign: 1 | -1,
): number {
  let kept = 0;
  for (let p = 0; p < count; p++) {
    const q = p + 1 === count ? 0 : p + 1;
    const a = sign * (from[2 * p + axis]! - limit);
    const b = sign * (from[2 * q + axis]! - limit);
    if (a <= 0) {
      to[2 * kept] = from[2 * p]!;
      to[2 * kept++ + 1] = from[2 * p + 1]!;
    }
    if (a < 0 !== b < 0 && a !== b) {
      const t = a / (a - b);
      to[2 * kept] = from[2 * p]! + t * (from[2 * q]! - from[2 * p]!);
      to[2 * kept++ + 1] = from[2 * p + 1]! + t * (from[2 * q + 1]! - from[2 * p + 1]!);
    }
  }
  return kept;
}

/** The area that a polygon shares with pixel (i, j). */
function pixelArea(points: ArrayLike<number>, count: number, i: number, j: number): number {
  const [one, two] = clipped;
  let left = clip(points, count, one, 0, i, -1);
  left = clip(one, left, two, 0, i + 1, 1);
  left = clip(two, left, one, 1, j, -1);
  left = clip(one, left, two, 1, j + 1, 1);
  return Math.abs(doubleArea(two, left)) / 2;
}

/** Half the diagonal of a pixel: nearer than this to an edge, a pixel may be cut by it. */
const REACH = Math.SQRT1_2;

/** Fills a convex polygon, given as x, y pairs in either direction of turning. */
export function fillConvex(target: Canvas, points: ArrayLike<number>, color: Color): void {
  const { pixels: data, width, height, offset } = target;
  const count = points.length / 2;
  if (!Number.isInteger(count) || count < 3) {
    throw new JepaError(
      'shape',
      `fillConvex: points must be x, y pairs of 3 corners or more, got ${points.length}`,
      {},
    );
  }
  const turn = Math.sign(doubleArea(points, count));
  if (turn === 0) return;
  if (2 * (count + 4) > clipped[0].length) {
    clipped = [new Float64Array(4 * count), new Float64Array(4 * count)];
    edges = new Float64Array(3 * count);
  }
  let [left, right, top, bottom] = [width, 0, height, 0];
  let sides = 0;
  for (let p = 0; p < count; p++) {
    const q = p + 1 === count ? 0 : p + 1;
    const x = points[2 * p]!;
    const y = points[2 * p + 1]!;
    left = Math.min(left, Math.floor(x));
    right = Math.max(right, Math.ceil(x));
    top = Math.min(top, Math.floor(y));
    bottom = Math.max(bottom, Math.ceil(y));
    const ex = points[2 * q]! - x;
    const ey = points[2 * q + 1]! - y;
    const length = Math.sqrt(ex * ex + ey * ey);
    if (length === 0) continue;
    edges[3 * sides] = (-turn * ey) / length;
    edges[3 * sides + 1] = (turn * ex) / length;
    edges[3 * sides + 2] = (turn * (ey * x - ex * y)) / length;
    sides++;
  }
  left = Math.max(0, left);
  right = Math.min(width, right);
  bottom = Math.min(height, bottom);
  for (let j = Math.max(0, top); j < bottom; j++) {
    for (let i = left; i < right; i++) {
      let inside = Number.POSITIVE_INFINITY;
      for (let e = 0; e < 3 * sides; e += 3) {
        inside = Math.min(inside, edges[e]! * (i + 0.5) + edges[e + 1]! * (j + 0.5) + edges[e + 2]!);
      }
      if (inside <= -REACH) continue;
      const share = inside >= REACH ? 1 : pixelArea(points, count, i, j);
      if (share > 0) blend(data, offset + (j * width + i) * 3, color, Math.min(1, share));
    }
  }
}

/** Draws the straight line from (x0, y0) to (x1, y1) with square ends that stop at the end points. */
export function drawLine(
  target: Canvas,
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  thickness: number,
  color: Color,
): void {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length === 0) return;
  const nx = (-(y1 - y0) / length) * (thickness / 2);
  const ny = ((x1 - x0) / length) * (thickness / 2);
  fillConvex(target, [x0 + nx, y0 + ny, x1 + nx, y1 + ny, x1 - nx, y1 - ny, x0 - nx, y0 - ny], color);
}
