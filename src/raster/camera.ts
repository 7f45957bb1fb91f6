// Cameras: from the world to the camera's own axes (x right, y down, z forward) and from there to pixels.

import { JepaError } from '../core/index.ts';

/** Where a picture is taken from. Lengths in the world's unit. */
export interface Camera {
  readonly position: readonly number[];
  /** The point in the middle of the picture. */
  readonly target: readonly number[];
  /** The direction that is upward in the picture. @default [0, 0, 1] */
  readonly up?: readonly number[];
  /** Angle of view from the bottom to the top of the picture, in degrees; or `viewHeight`. */
  readonly fovy?: number;
  /** Height of the picture in the world: then the projection is orthographic. */
  readonly viewHeight?: number;
  /** Nothing nearer than this is seen. @default 0.01 */
  readonly near?: number;
}

/** A camera made ready for a picture. */
export interface View {
  readonly position: readonly number[];
  /** Rows: the directions right, down and forward. */
  readonly axes: Float64Array;
  /** Pixels per unit: at depth 1 for a perspective view, everywhere for an orthographic one. */
  readonly scale: number;
  readonly perspective: boolean;
  readonly near: number;
  readonly centerX: number;
  readonly centerY: number;
}

function cross(a: readonly number[], b: readonly number[]): number[] {
  return [a[1]! * b[2]! - a[2]! * b[1]!, a[2]! * b[0]! - a[0]! * b[2]!, a[0]! * b[1]! - a[1]! * b[0]!];
}

/** `v` at length 1. Throws when it has none. */
export function unit(v: readonly number[], what: string): number[] {
  const length = Math.sqrt(v[0]! * v[0]! + v[1]! * v[1]! + v[2]! * v[2]!);
  if (!(length > 0 && length < Number.POSITIVE_INFINITY)) {
    throw new JepaError('usage', `${what} must be a direction, got [${v.join(', ')}]`, { v });
  }
  return v.map((x) => x / length);
}

/** The view of a camera in a picture of `width` by `height` pixels. */
export function viewOf(camera: Camera, width: number, height: number): View {
  const { position, target, up = [0, 0, 1], fovy, viewHeight, near = 0.01 } = camera;
  const extent = fovy === undefined ? viewHeight : 2 * Math.tan((fovy * Math.PI) / 360);
  if (extent === undefined || (fovy !== undefined && (viewHeight !== undefined || fovy >= 180)) || !(extent > 0)) {
    throw new JepaError('usage', 'camera: give either fovy, in (0, 180) degrees, or viewHeight, above 0', {});
  }
  const forward = unit(
    target.map((t, i) => t - position[i]!),
    'camera: the way from position to target',
  );
  const right = unit(cross(forward, up), 'camera: what is square to up and to the way forward');
  const down = cross(forward, right);
  return {
    position,
    axes: Float64Array.from([...right, ...down, ...forward]),
    scale: height / extent,
    perspective: fovy !== undefined,
    near,
    centerX: width / 2,
    centerY: height / 2,
  };
}
