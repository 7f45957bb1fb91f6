// A solid's mesh put before the camera: corners on the screen with depth keys and light, ready for `fillTriangle`.

import type { View } from './camera.ts';
import type { Mesh } from './mesh.ts';
import type { Light, Solid } from './solid.ts';
import { VERTEX } from './zbuffer.ts';

/** Half length of an endless plane. */
const ENDLESS = 100;

/** Corners [V, 4] in the camera's axes (x, y, z, light) and on the screen (x, y, key, light). Kept between solids. */
export interface Corners {
  readonly seen: Float64Array;
  readonly screen: Float64Array;
}

/** Where the light comes from and, for shadows, the height of the ground. */
export interface Lit extends Light {
  /** `direction` at length 1. */
  readonly away: readonly number[];
  readonly ground: number;
}

/** Stretch of each mesh coordinate, and the length along z that caps are moved by. */
function stretch({ type, size }: Solid, to: Float64Array): void {
  const s = size[0]!;
  const round = type === 'sphere' || type === 'capsule' || type === 'cylinder';
  to[0] = type === 'plane' ? s || ENDLESS : s;
  to[1] = round ? s : type === 'plane' ? size[1]! || ENDLESS : size[1]!;
  to[2] =
    type === 'sphere' || type === 'capsule' ? s : type === 'cylinder' ? size[1]! : type === 'plane' ? 0 : size[2]!;
  to[3] = type === 'capsule' ? size[1]! : 0;
}

/** Puts the point of `seen` at vertex v on the screen. Behind the camera the result is of no use. */
export function project({ seen, screen }: Corners, v: number, view: View): void {
  const at = v * VERTEX;
  const z = seen[at + 2]!;
  const scale = view.perspective ? view.scale / z : view.scale;
  screen[at] = view.centerX + scale * seen[at]!;
  screen[at + 1] = view.centerY + scale * seen[at + 1]!;
  screen[at + 2] = view.perspective ? 1 / z : -z;
  screen[at + 3] = seen[at + 3]!;
}

/** Fills the light of each corner. */
function light(solid: Solid, { normals, vertexCount }: Mesh, lit: Lit, seen: Float64Array): void {
  const { rotation: m, type, size } = solid;
  const { away, ambient, diffuse } = lit;
  // Towards the light, in the solid's axes.
  const lx = -(m[0]! * away[0]! + m[3]! * away[1]! + m[6]! * away[2]!);
  const ly = -(m[1]! * away[0]! + m[4]! * away[1]! + m[7]! * away[2]!);
  const lz = -(m[2]! * away[0]! + m[5]! * away[1]! + m[8]! * away[2]!);
  const oval = type === 'ellipsoid';
  for (let v = 0; v < vertexCount; v++) {
    let nx = normals[3 * v]!;
    let ny = normals[3 * v + 1]!;
    let nz = normals[3 * v + 2]!;
    if (oval) {
      nx /= size[0]!;
      ny /= size[1]!;
      nz /= size[2]!;
      const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
      nx /= length;
      ny /= length;
      nz /= length;
    }
    seen[v * VERTEX + 3] = ambient + diffuse * Math.max(0, nx * lx + ny * ly + nz * lz);
  }
}

const sizes = new Float64Array(4);
const axes = new Float64Array(9);

/**
 * Puts the corners of a solid before the camera, or, with `flat`, their shadows on the ground. Returns whether `none`,
 * `some` or `all` of them lie in front of the near plane; with `none` there is nothing to draw.
 */
export function placeSolid(
  solid: Solid,
  mesh: Mesh,
  view: View,
  lit: Lit,
  flat: boolean,
  corners: Corners,
): 'none' | 'some' | 'all' {
  const { position: p, rotation: m } = solid;
  const { units, caps, vertexCount } = mesh;
  const { seen } = corners;
  const { axes: r, position: eye } = view;
  stretch(solid, sizes);
  // The solid's axes in the world, made flat along the light for a shadow, and then in the camera's axes.
  const slopeX = flat ? lit.away[0]! / lit.away[2]! : 0;
  const slopeY = flat ? lit.away[1]! / lit.away[2]! : 0;
  const keep = flat ? 0 : 1;
  for (let column = 0; column < 3; column++) {
    const up = m[6 + column]!;
    const x = m[column]! - slopeX * up;
    const y = m[3 + column]! - slopeY * up;
    const z = keep * up;
    const s = sizes[column]!;
    axes[column] = (r[0]! * x + r[1]! * y + r[2]! * z) * s;
    axes[3 + column] = (r[3]! * x + r[4]! * y + r[5]! * z) * s;
    axes[6 + column] = (r[6]! * x + r[7]! * y + r[8]! * z) * s;
  }
  const up = p[2]! - lit.ground;
  const dx = p[0]! - slopeX * up - eye[0]!;
  const dy = p[1]! - slopeY * up - eye[1]!;
  const dz = (flat ? lit.ground : p[2]!) - eye[2]!;
  const tx = r[0]! * dx + r[1]! * dy + r[2]! * dz;
  const ty = r[3]! * dx + r[4]! * dy + r[5]! * dz;
  const tz = r[6]! * dx + r[7]! * dy + r[8]! * dz;
  const a0 = axes[0]!;
  const a1 = axes[1]!;
  const a2 = axes[2]!;
  const a3 = axes[3]!;
  const a4 = axes[4]!;
  const a5 = axes[5]!;
  const a6 = axes[6]!;
  const a7 = axes[7]!;
  const a8 = axes[8]!;
  // A cap is moved along z by half the capsule's length, in units of the radius that z is stretched by.
  const cap = sizes[3]! === 0 ? 0 : sizes[3]! / sizes[2]!;
  let front = 0;
  for (let v = 0; v < vertexCount; v++) {
    const x = units[3 * v]!;
    const y = units[3 * v + 1]!;
    const z = units[3 * v + 2]! + caps[v]! * cap;
    const at = v * VERTEX;
    const depth = tz + a6 * x + a7 * y + a8 * z;
    seen[at] = tx + a0 * x + a1 * y + a2 * z;
    seen[at + 1] = ty + a3 * x + a4 * y + a5 * z;
    seen[at + 2] = depth;
    if (depth >= view.near) front++;
  }
  if (front === 0) return 'none';
  if (!flat) light(solid, mesh, lit, seen);
  for (let v = 0; v < vertexCount; v++) project(corners, v, view);
  return front === vertexCount ? 'all' : 'some';
}
