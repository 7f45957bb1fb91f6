// Pictures of solid shapes: MuJoCo's primitives under one directional light, seen by a perspective or orthographic camera,
// with hidden surfaces removed by a depth buffer and, where asked for, shadows on the ground. Plain arithmetic in float64:
// the same bytes in every engine. Curved shapes are shaded smoothly, from light at the corners of their mesh.

import { JepaError } from '../core/index.ts';
import { type Camera, unit, type View, viewOf } from './camera.ts';
import type { Canvas, Color } from './canvas.ts';
import { meshes } from './mesh.ts';
import { type Corners, type Lit, placeSolid, project } from './place.ts';
import type { Light, Solid } from './solid.ts';
import {
  clearBuffer,
  fillTriangle,
  meansOf,
  type Paint,
  resolveBuffer,
  VERTEX,
  type ZBuffer,
  zBuffer,
} from './zbuffer.ts';

/** Everything that stays the same from picture to picture. */
export interface Stage {
  readonly camera: Camera;
  readonly light: Light;
  readonly background: Color;
  /** Solids that never move: painted once. */
  readonly still?: readonly Solid[];
  /**
   * Level planes among the still solids, at height z, show the shadows of all other solids, darkened to `shade` of their
   * light. Absent: no shadows.
   */
  readonly shadow?: { readonly height: number; readonly shade: number };
}

/** Draws scenes of one stage. */
export interface SceneRenderer {
  /** Paints the whole canvas. */
  draw(target: Canvas, solids: readonly Solid[]): void;
}

/** Draws the part of a triangle in front of the near plane. The cut corners stand from vertex `free` on. */
function cutTriangle(
  buffer: ZBuffer,
  view: View,
  corners: Corners,
  triangle: readonly [number, number, number],
  free: number,
  paint: Paint,
): void {
  const { seen, screen } = corners;
  const { near } = view;
  let count = 0;
  const keep = (x: number, y: number, z: number, light: number): void => {
    seen.set([x, y, z, light], (free + count) * VERTEX);
    project(corners, free + count++, view);
  };
  for (let i = 0; i < 3; i++) {
    const p = triangle[i]! * VERTEX;
    const q = triangle[(i + 1) % 3]! * VERTEX;
    const pz = seen[p + 2]!;
    const qz = seen[q + 2]!;
    if (pz >= near) keep(seen[p]!, seen[p + 1]!, pz, seen[p + 3]!);
    if (pz >= near === qz >= near) continue;
    const t = (near - pz) / (qz - pz);
    const between = (k: number): number => seen[p + k]! + t * (seen[q + k]! - seen[p + k]!);
    keep(between(0), between(1), near, between(3));
  }
  if (count >= 3) fillTriangle(buffer, screen, free, free + 1, free + 2, paint);
  if (count === 4) fillTriangle(buffer, screen, free, free + 2, free + 3, paint);
}

/**
 * A renderer of `width` by `height` pixels, each the mean of `samples` by `samples` points. It keeps its buffers: drawing
 * allocates next to nothing.
 *
 * @example
 * const renderer = sceneRenderer(64, 64, {
 *   camera: { position: [1, 0, 0.5], target: [0, 0, 0], fovy: 45 },
 *   light: { direction: [-1, 0.5, -2], ambient: 0.4, diffuse: 0.6 },
 *   background: [200, 220, 255],
 * });
 * renderer.draw(canvas(bytes, 64, 64), [
 *   { type: 'sphere', position: [0, 0, 0], rotation: [1, 0, 0, 0, 1, 0, 0, 0, 1], size: [0.1], color: [255, 0, 0] },
 * ]);
 */
export function sceneRenderer(width: number, height: number, stage: Stage, samples = 2): SceneRenderer {
  if (!Number.isInteger(samples) || samples < 1 || samples > 8) {
    throw new JepaError('usage', `sceneRenderer: samples must be whole, 1 to 8, got ${samples}`, { samples });
  }
  const { shadow } = stage;
  const away = unit(stage.light.direction, 'light: direction');
  if (shadow !== undefined && !(away[2]! < 0)) {
    throw new JepaError('usage', 'sceneRenderer: light must come from above to cast shadows on the ground', {});
  }
  const buffer = zBuffer(width * samples, height * samples);
  const view = viewOf(stage.camera, buffer.width, buffer.height);
  const lit: Lit = { ...stage.light, away, ground: shadow?.height ?? 0 };
  const most = Math.max(...Object.values(meshes).map((mesh) => mesh.vertexCount));
  const room = (most + 4) * VERTEX;
  const corners: Corners = { seen: new Float64Array(room), screen: new Float64Array(room) };
  const means = meansOf(samples);
  const paint: Paint = { shadow: false, r: 0, g: 0, b: 0 };

  function drawSolid(solid: Solid, asShadow: boolean, shade = 1): void {
    const mesh = meshes[solid.type];
    paint.shadow = asShadow;
    paint.r = solid.color[0]! * shade;
    paint.g = solid.color[1]! * shade;
    paint.b = solid.color[2]! * shade;
    const front = placeSolid(solid, mesh, view, lit, asShadow, corners);
    if (front === 'none') return;
    const { triangles } = mesh;
    const { screen } = corners;
    for (let t = 0; t < triangles.length; t += 3) {
      const a = triangles[t]!;
      const b = triangles[t + 1]!;
      const c = triangles[t + 2]!;
      if (front === 'all') fillTriangle(buffer, screen, a, b, c, paint);
      else cutTriangle(buffer, view, corners, [a, b, c], most, paint);
    }
  }

  /** Sides that face the light cast the whole shadow of a solid. */
  function drawShadows(solids: readonly Solid[]): void {
    if (shadow === undefined) return;
    for (const solid of solids) if (solid.type !== 'plane') drawSolid(solid, true);
  }

  // The still solids once with their planes all in shadow, and once in the light, with shadows where they fall.
  const { still = [] } = stage;
  clearBuffer(buffer, stage.background);
  for (const solid of still) drawSolid(solid, false, solid.type === 'plane' ? shadow?.shade : 1);
  buffer.dark.set(buffer.colors);
  clearBuffer(buffer, stage.background);
  for (const solid of still) drawSolid(solid, false);
  drawShadows(still);
  const backdrop = { colors: buffer.colors.slice(), keys: buffer.keys.slice() };

  return {
    draw(target, solids) {
      if (target.width !== width || target.height !== height) {
        throw new JepaError(
          'shape',
          `this renderer paints ${width} x ${height} pixels, got a canvas of ${target.width} x ${target.height}`,
          {},
        );
      }
      buffer.colors.set(backdrop.colors);
      buffer.keys.set(backdrop.keys);
      drawShadows(solids);
      for (const solid of solids) drawSolid(solid, false);
      resolveBuffer(buffer, target, samples, means);
    },
  };
}
