// The ball of the point maze: a sphere on two sliding joints with damping, driven by two motors, in steps of 0.01 s with
// implicit damping (MuJoCo's Euler): v' = (m v + h f) / (m + h d), x' = x + h v'. Walls are hard: the ball is put back to
// the surface and loses its speed into the wall. MuJoCo's contacts are soft, so that the two agree away from walls and
// come close at them.
// Source: DINO-WM `env/pointmaze/maze_model.py`.

import type { Maze } from './maze.ts';

/** Radius of the ball. */
export const RADIUS = 0.1;
/** Mass of a sphere of that radius and density 1000. */
export const MASS: number = (1000 * 4 * Math.PI * RADIUS ** 3) / 3;
/** Speeds are cut to this before a step of control. */
const MAX_SPEED = 5;
const DAMPING = 1;
const DT = 0.01;
const SUBSTEPS = 5;

/** Seconds of one step of control. */
export const PERIOD: number = SUBSTEPS * DT;

/** One step of control: changes `state` [4] (x, y, vx, vy) in place; `force` is that of an action of 1. */
export function moveBall(maze: Maze, force: number, state: Float32Array, action: ArrayLike<number>): void {
  let x = state[0]!;
  let y = state[1]!;
  let vx = Math.min(Math.max(state[2]!, -MAX_SPEED), MAX_SPEED);
  let vy = Math.min(Math.max(state[3]!, -MAX_SPEED), MAX_SPEED);
  const scale = 1 / (MASS + DT * DAMPING);
  for (let i = 0; i < SUBSTEPS; i++) {
    vx = (MASS * vx + DT * force * action[0]!) * scale;
    vy = (MASS * vy + DT * force * action[1]!) * scale;
    x += DT * vx;
    y += DT * vy;
    for (const [wx, wy] of maze.walls) {
      const dx = x - wx;
      const dy = y - wy;
      if (Math.abs(dx) >= 0.5 + RADIUS || Math.abs(dy) >= 0.5 + RADIUS) continue;
      // The nearest point of the cell; inside it, the nearest side.
      let nx = dx - Math.min(Math.max(dx, -0.5), 0.5);
      let ny = dy - Math.min(Math.max(dy, -0.5), 0.5);
      let depth = RADIUS - Math.hypot(nx, ny);
      if (depth <= 0) continue;
      if (nx === 0 && ny === 0) {
        if (Math.abs(dx) > Math.abs(dy)) nx = Math.sign(dx);
        else ny = Math.sign(dy) || 1;
        depth = RADIUS + 0.5 - Math.max(Math.abs(dx), Math.abs(dy));
      } else {
        const length = Math.hypot(nx, ny);
        nx /= length;
        ny /= length;
      }
      x += depth * nx;
      y += depth * ny;
      const into = Math.min(0, vx * nx + vy * ny);
      vx -= into * nx;
      vy -= into * ny;
    }
  }
  state[0] = x;
  state[1] = y;
  state[2] = vx;
  state[3] = vy;
}
