// Where and how to push the block of Push-T: contacts on its outline and what a push at each of them is worth.
//
// A frictionless push by a depth d at a point q with inward normal n moves the centre of gravity by d n / k and turns
// the block by d l / (I k), with l the lever of n at q, I the moment and k = 1 + l^2 / I (mass 1). In the metric
// |move|^2 + I turn^2 that is a step along a direction of length 1 / sqrt(k), so that the best depth is e.n + phi l for an
// error (e, phi), and it lowers the squared error by (e.n + phi l)^2 / k.

import { type Convex, outside, type Point, placeConvex } from '../../physics/index.ts';
import type { Env } from '../env.ts';
import { AGENT, AGENT_VELOCITY, WORLD } from './dynamics.ts';
import { type BlockPose, blockPose, pushTBodies } from './push-t.ts';

/** Gap between agent and block at the start of a push, in pixels. */
export const READY_GAP = 8;
/** Contact points tried along a side, this far apart, and at least this far from its ends. */
const SPACING = 6;
const EDGE = 4;

/** A contact: a point on the outline and the inward normal, both in the block's own coordinates. */
export interface Contact {
  readonly q: Point;
  readonly n: Point;
}

/** Where the block is and where it should be. */
export interface Scene {
  readonly parts: readonly Convex[];
  readonly agent: Point;
  readonly velocity: Point;
  readonly radius: number;
  readonly pose: BlockPose;
  readonly center: Point;
  /** Move of the centre of gravity and turn still wanted. */
  readonly error: Point;
  readonly turn: number;
  readonly moment: number;
}

const rotate = ([x, y]: Point, angle: number): Point => {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return [x * cos - y * sin, x * sin + y * cos];
};

/** The scene of a Push-T world and a wanted pose of its block. */
export function sceneOf(env: Env, wanted: BlockPose): Scene {
  const { block, radius } = pushTBodies(env);
  const state = env.state();
  const pose = blockPose(state);
  const [gx, gy, goalAngle] = wanted;
  const { symmetry, moment } = block;
  let turn = (goalAngle - pose[2]) % symmetry;
  if (turn > symmetry / 2) turn -= symmetry;
  if (turn < -symmetry / 2) turn += symmetry;
  const place = (x: number, y: number, angle: number): Point => {
    const [cx, cy] = rotate(block.center, angle);
    return [x + cx, y + cy];
  };
  const center = place(...pose);
  // The goal pose nearest in angle, which differs from the goal by a symmetry of the shape.
  const target = place(gx, gy, pose[2] + turn);
  const parts = block.outline.map((part) => {
    const at = { count: part.count, corners: part.corners.slice(), normals: part.normals.slice() };
    placeConvex(part, pose[0], pose[1], Math.cos(pose[2]), Math.sin(pose[2]), at);
    return at;
  });
  return {
    parts,
    agent: [state[AGENT]!, state[AGENT + 1]!],
    velocity: [state[AGENT_VELOCITY]!, state[AGENT_VELOCITY + 1]!],
    radius,
    pose,
    center,
    error: [target[0] - center[0], target[1] - center[1]],
    turn,
    moment,
  };
}

/** What a push at a contact is worth: its best depth, and by how much it lowers the squared error. */
export function worth(scene: Scene, contact: Contact): { readonly depth: number; readonly gain: number } {
  const { pose, center, error, turn, moment } = scene;
  const [x, y] = rotate(contact.q, pose[2]);
  const [nx, ny] = rotate(contact.n, pose[2]);
  const lever = (pose[0] + x - center[0]) * ny - (pose[1] + y - center[1]) * nx;
  const depth = error[0] * nx + error[1] * ny + turn * lever;
  return { depth, gain: depth <= 0 ? 0 : (depth * depth) / (1 + (lever * lever) / moment) };
}

/** Where the agent's centre is when it touches a contact with a gap. */
export function standAt({ pose, radius }: Scene, { q, n }: Contact, gap: number): Point {
  const [x, y] = rotate(q, pose[2]);
  const [nx, ny] = rotate(n, pose[2]);
  return [pose[0] + x - nx * (radius + gap), pose[1] + y - ny * (radius + gap)];
}

/** Every contact that the agent can stand at. */
export function contactsOf(env: Env, scene: Scene): Contact[] {
  const { block, radius } = pushTBodies(env);
  const found: Contact[] = [];
  for (const part of block.outline) {
    for (let p = 0; p < part.count; p++) {
      const q = (p + 1) % part.count;
      const [ax, ay] = [part.corners[2 * p]!, part.corners[2 * p + 1]!];
      const [ex, ey] = [part.corners[2 * q]! - ax, part.corners[2 * q + 1]! - ay];
      const length = Math.hypot(ex, ey);
      const count = Math.max(1, Math.floor((length - 2 * EDGE) / SPACING));
      for (let i = 0; i <= count; i++) {
        const t = (EDGE + (i * (length - 2 * EDGE)) / count) / length;
        const contact: Contact = {
          q: [ax + t * ex, ay + t * ey],
          n: [-part.normals[2 * p]!, -part.normals[2 * p + 1]!],
        };
        const stand = standAt(scene, contact, READY_GAP);
        const inside = stand.every((v) => v > 0 && v < WORLD);
        if (inside && scene.parts.every((other) => outside(other, stand) > radius + 1)) found.push(contact);
      }
    }
  }
  return found;
}

/** Remaining error of the block in pixels. */
export function errorOf({ error, turn, moment }: Scene): number {
  return Math.sqrt(error[0] ** 2 + error[1] ** 2 + moment * turn ** 2);
}
