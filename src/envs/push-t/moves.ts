// How the scripted pushers of Push-T move the agent: straight to a point, or around the block to it.

import { outside, type Point, pathAround } from '../../physics/index.ts';
import type { Scene } from './contacts.ts';

/** From rest, an action of 1 moves the agent by MOVED pixels in a step; a speed of 1 pixel a second adds COASTED. */
const MOVED = 29.567179;
const COASTED = 0.029932;
/** Gap kept while walking around the block, in pixels. */
const WALK_GAP = 4;

/** The action that puts the agent to a point in one step, or as far that way as an action reaches. */
export function toward(
  { agent, velocity }: Scene,
  [x, y]: Point,
  reach: number = Number.POSITIVE_INFINITY,
): Float32Array {
  let dx = x - agent[0];
  let dy = y - agent[1];
  const distance = Math.hypot(dx, dy);
  if (distance > reach) {
    dx *= reach / distance;
    dy *= reach / distance;
  }
  const ax = (dx - COASTED * velocity[0]) / MOVED;
  const ay = (dy - COASTED * velocity[1]) / MOVED;
  const largest = Math.max(Math.abs(ax), Math.abs(ay), 1);
  return Float32Array.of(ax / largest, ay / largest);
}

/** The next action on the way around the block to a point, at most `reach` pixels long. */
export function walk(scene: Scene, to: Point, reach: number = Number.POSITIVE_INFINITY): Float32Array {
  const { parts, agent, radius } = scene;
  // Too near to the block to walk along it: away from it first.
  const near = parts.map((part) => ({ part, d: outside(part, agent) })).sort((a, b) => a.d - b.d)[0]!;
  const gap = radius + WALK_GAP;
  if (near.d < gap - 1 && Math.hypot(to[0] - agent[0], to[1] - agent[1]) > gap) {
    const { count, corners, normals } = near.part;
    for (let p = 0; p < count; p++) {
      const [nx, ny] = [normals[2 * p]!, normals[2 * p + 1]!];
      const d = (agent[0] - corners[2 * p]!) * nx + (agent[1] - corners[2 * p + 1]!) * ny;
      if (d === near.d) return toward(scene, [agent[0] + nx * (gap + 1 - d), agent[1] + ny * (gap + 1 - d)], reach);
    }
  }
  const path = pathAround(parts, agent, to, gap) ?? pathAround(parts, agent, to, radius);
  return toward(scene, path === undefined ? to : path.points[0]!, reach);
}
