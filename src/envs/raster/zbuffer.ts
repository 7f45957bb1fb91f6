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
  /** 1 where something casts a shadow on the ground. */
  readonly shadow: Uint8Array;
}

/** An empty buffer of a picture. */
export function zBuffer(width: number, height: number): ZBuffer {
  const pixels = width * height;
  return {
    width,
    height,
    colors: new Uint32Array(pixels),
    keys: new Float32Array(pixels),
    shadow: new Uint8Array(pixels),
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
export function clearBuffer({ colors, keys, shadow }: ZBuffer, color: Color): void {
  colors.fill(packed(color[0]!, color[1]!, color[2]!, 1));
  keys.fill(Number.NEGATIVE_INFINITY);
  shadow.fill(0);
}

/**
 * What triangles do: paint a colour, paint it `shade` times darker where shadow lies (flat surfaces only), or cast shadow.
 * One object is changed from solid to solid.
 */
export interface Paint {
  kind: 'color' | 'ground' | 'shadow';
  r: number;
  g: number;
  b: number;
  shade: number;
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
  const { width, height, colors, keys, shadow } = target;
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5 - FLAT));
  const bottom = Math.min(height - 1, Math.floor(Math.max(ay, by, cy) - 0.5 + FLAT));
  const left = Math.min(ax, bx, cx);
  const right = Math.max(ax, bx, cx);
  if (top > bottom || right < 0 || left > width) return;

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
  const { kind, r: red, g: green, b: blue } = paint;
  const casts = kind === 'shadow';
  const even = bl === 0 && cl === 0;
  const whole = even ? packed(red, green, blue, al) : 0;
  const dark = kind === 'ground' ? packed(red, green, blue, al * paint.shade) : whole;

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
    const first = Math.max(0, Math.ceil(low - 0.5 - FLAT));
    const last = Math.min(width - 1, Math.floor(high - 0.5 + FLAT));
    let at = y * width + first;
    const end = y * width + last;
    if (casts) {
      for (; at <= end; at++) shadow[at] = 1;
      continue;
    }
    let key = ak + keyX * (first + 0.5 - ax) + keyY * (py - ay);
    if (even) {
      for (; at <= end; at++, key += keyX) {
        if (key <= keys[at]!) continue;
        keys[at] = key;
        colors[at] = shadow[at] === 1 ? dark : whole;
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
export function resolveBuffer({ colors, width }: ZBuffer, target: Canvas, samples: number, means: Uint8Array): void {
  const { data, offset } = target;
  let to = offset;
  for (let y = 0; y < target.height; y++) {
    let column = y * samples * width;
    for (let x = 0; x < target.width; x++, column += samples) {
      // Red and blue share a sum: with at most 8 x 8 samples neither reaches the other's bits.
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
