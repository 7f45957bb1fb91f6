// A depth buffer and the triangles drawn into it. A vertex is x, y in pixels, a depth key that grows towards the camera and
// is linear on the screen, and the light on it. A pixel is covered when its centre is; edges count as inside, so that
// triangles that share an edge leave no gap.

import type { Canvas, Color } from './canvas.ts';

/** Numbers of a vertex: x, y, key, light. */
export const VERTEX = 4;

/** Colours packed as 0xBBGGRR, and depth keys, of a picture in rows from the top. */
export interface ZBuffer {
  readonly width: number;
  readonly height: number;
  readonly colors: Uint32Array;
  readonly keys: Float32Array;
  /** What each pixel becomes where a shadow falls. */
  readonly dark: Uint32Array;
}

/** An empty buffer of a picture. */
export function zBuffer(width: number, height: number): ZBuffer {
  const pixels = width * height;
  return {
    width,
    height,
    colors: new Uint32Array(pixels),
    keys: new Float32Array(pixels),
    dark: new Uint32Array(pixels),
  };
}

/** A colour under `light`, at most 255, packed. */
function packed(r: number, g: number, b: number, light: number): number {
  const red = Math.min(255, r * light + 0.5) | 0;
  const green = Math.min(255, g * light + 0.5) | 0;
  const blue = Math.min(255, b * light + 0.5) | 0;
  return red | (green << 8) | (blue << 16);
}

/** Fills the picture with a colour, infinitely far away. */
export function clearBuffer({ colors, keys }: ZBuffer, color: Color): void {
  colors.fill(packed(color[0]!, color[1]!, color[2]!, 1));
  keys.fill(Number.NEGATIVE_INFINITY);
}

/** What triangles do: paint a colour, or let a shadow fall on all that is painted. Changed from solid to solid. */
export interface Paint {
  shadow: boolean;
  r: number;
  g: number;
  b: number;
}

/** Steps along an edge that are taken for zero, and the slack of a pixel centre on an edge, in pixels. */
const FLAT = 1e-9;

/**
 * Draws the triangle of vertices a, b, c (indices into `vertices` [V, 4]) that turns counter-clockwise as one sees it; others
 * are seen from behind and left out. Nothing outside the buffer is written.
 */
export function fillTriangle(
  target: ZBuffer,
  vertices: Float64Array,
  a: number,
  b: number,
  c: number,
  paint: Paint,
): void {
  const p = a * VERTEX;
  // With y down a counter-clockwise turn has a negative area: taken the other way around it is positive.
  const q = c * VERTEX;
  const r = b * VERTEX;
  const ax = vertices[p]!;
  const ay = vertices[p + 1]!;
  const bx = vertices[q]!;
  const by = vertices[q + 1]!;
  const cx = vertices[r]!;
  const cy = vertices[r + 1]!;
  const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  if (!(area > 0)) return;
  const { width, height, colors, keys, dark } = target;
  const top = Math.ceil(Math.max(0, Math.min(ay, by, cy)) - 0.5 - FLAT) | 0;
  const bottom = Math.floor(Math.min(height, Math.max(ay, by, cy)) - 0.5 + FLAT) | 0;
  const left = Math.max(0, Math.min(ax, bx, cx));
  const right = Math.min(width, Math.max(ax, bx, cx));
  if (top > bottom || left > right) return;

  // Key and light as planes over the screen: value at vertex a, and steps along x and y.
  const ak = vertices[p + 2]!;
  const al = vertices[p + 3]!;
  const bk = vertices[q + 2]! - ak;
  const ck = vertices[r + 2]! - ak;
  const bl = vertices[q + 3]! - al;
  const cl = vertices[r + 3]! - al;
  const keyX = (bk * (cy - ay) - ck * (by - ay)) / area;
  const keyY = (ck * (bx - ax) - bk * (cx - ax)) / area;
  const lightX = (bl * (cy - ay) - cl * (by - ay)) / area;
  const lightY = (cl * (bx - ax) - bl * (cx - ax)) / area;
  const { shadow, r: red, g: green, b: blue } = paint;
  const even = bl === 0 && cl === 0;
  const whole = even ? packed(red, green, blue, al) : 0;

  // Rows: an edge from u to v has its inside where (vx - ux) (y - uy) >= (vy - uy) (x - ux).
  const abY = by - ay;
  const bcY = cy - by;
  const caY = ay - cy;
  for (let y = top; y <= bottom; y++) {
    const py = y + 0.5;
    let low = left;
    let high = right;
    const ab = (bx - ax) * (py - ay) + abY * ax;
    if (abY > FLAT) high = Math.min(high, ab / abY);
    else if (abY < -FLAT) low = Math.max(low, ab / abY);
    const bc = (cx - bx) * (py - by) + bcY * bx;
    if (bcY > FLAT) high = Math.min(high, bc / bcY);
    else if (bcY < -FLAT) low = Math.max(low, bc / bcY);
    const ca = (ax - cx) * (py - cy) + caY * cx;
    if (caY > FLAT) high = Math.min(high, ca / caY);
    else if (caY < -FLAT) low = Math.max(low, ca / caY);
    const first = Math.ceil(Math.min(low, width) - 0.5 - FLAT) | 0;
    const last = Math.floor(Math.max(high, 0) - 0.5 + FLAT) | 0;
    let at = y * width + first;
    const end = y * width + last;
    if (shadow) {
      for (; at <= end; at++) colors[at] = dark[at]!;
      continue;
    }
    let key = ak + keyX * (first + 0.5 - ax) + keyY * (py - ay);
    if (even) {
      for (; at <= end; at++, key += keyX) {
        if (key <= keys[at]!) continue;
        keys[at] = key;
        colors[at] = whole;
      }
      continue;
    }
    // Light stays within that of the corners, up to rounding.
    let light = al + lightX * (first + 0.5 - ax) + lightY * (py - ay);
    for (; at <= end; at++, key += keyX, light += lightX) {
      if (key <= keys[at]!) continue;
      keys[at] = key;
      colors[at] = packed(red, green, blue, light);
    }
  }
}

/** For sums of `samples * samples` levels, their mean, rounded. */
export function meansOf(samples: number): Uint8Array {
  const count = samples * samples;
  return Uint8Array.from({ length: 255 * count + 1 }, (_, sum) => Math.floor((sum + (count >> 1)) / count));
}

/** Writes the buffer to a canvas whose pixels are `samples` by `samples` of its own, each the mean of them. */
export function resolveBuffer(buffer: ZBuffer, target: Canvas, samples: number, means: Uint8Array): void {
  if (samples === 2) {
    resolveFour(buffer, target);
    return;
  }
  const { colors, width } = buffer;
  const { pixels: data, offset } = target;
  let to = offset;
  for (let y = 0; y < target.height; y++) {
    let column = y * samples * width;
    for (let x = 0; x < target.width; x++, column += samples) {
      // Red and blue share a sum: with at most 8 x 8 samples red does not reach blue's bits.
      let both = 0;
      let green = 0;
      for (let j = 0; j < samples; j++) {
        const end = column + j * width + samples;
        for (let at = column + j * width; at < end; at++) {
          const color = colors[at]!;
          both += color & 0xff00ff;
          green += color & 0xff00;
        }
      }
      data[to] = means[both & 0xffff]!;
      data[to + 1] = means[green >> 8]!;
      data[to + 2] = means[both >> 16]!;
      to += 3;
    }
  }
}

/** The same for two by two samples, the usual case. */
function resolveFour({ colors, width }: ZBuffer, target: Canvas): void {
  const { pixels: data, offset } = target;
  let to = offset;
  for (let y = 0; y < target.height; y++) {
    let at = 2 * y * width;
    for (let x = 0; x < target.width; x++, at += 2) {
      const a = colors[at]!;
      const b = colors[at + 1]!;
      const c = colors[at + width]!;
      const d = colors[at + width + 1]!;
      const both = (a & 0xff00ff) + (b & 0xff00ff) + (c & 0xff00ff) + (d & 0xff00ff) + 0x20002;
      const green = (a & 0xff00) + (b & 0xff00) + (c & 0xff00) + (d & 0xff00) + 0x200;
      data[to] = (both >> 2) & 255;
      data[to + 1] = green >> 10;
      data[to + 2] = both >> 18;
      to += 3;
    }
  }
}
