// The bouncing ball as a world to act in: the action chooses the direction of the next step. Coordinates are those of the
// 64-pixel picture whatever the picture size.

import { type Canvas, fill } from '../../raster/index.ts';
import type { Env, Policy } from '../env.ts';
import { realFactor } from '../factors.ts';
import { defineEnv, type EnvOptions } from '../world.ts';
import { type BallWorld, ballWorlds, bounce, checkBallWorld, drawBall } from './physics.ts';

const { size, radius, speed } = ballWorlds.full;
/** Goals are drawn this near to a position that the ball can be at. */
const ON_COURSE = 0.5;

/** Options of the bouncing ball. */
export interface BouncingBallOptions extends EnvOptions {
  /** Radius of the ball in pixels of the 64-pixel picture. Default 8. */
  readonly radius?: number;
}

function paint(target: Canvas, x: number, world: BallWorld): void {
  const scale = target.width / size;
  const picture = new Float32Array(target.width * target.height);
  drawBall({ ...world, size: target.width, radius: world.radius * scale }, x * scale, picture);
  fill(target, [0, 0, 0]);
  picture.forEach((lit, i) => {
    if (lit === 1) target.pixels.fill(255, target.offset + 3 * i, target.offset + 3 * i + 3);
  });
}

/**
 * The bouncing ball. State [1] is the ball's column and goal [1] the column to be at, in pixels of the 64-pixel picture;
 * the action [1] in [-1, 1] is a direction: negative moves the ball 6 pixels to the left, otherwise to the right, and the
 * other way at a wall. The goal is reached nearer than half a step. Goals are drawn where the ball can get: it stays on
 * x + 6 Z.
 *
 * Errors: `usage` when the ball does not fit.
 *
 * @example
 * const env = bouncingBall({ imageSize: 64 });
 * env.reset(key(0));
 * env.step([1]);
 */
export function bouncingBall({ imageSize = size, radius: r = radius }: BouncingBallOptions = {}): Env {
  const ball = (pace: number): BallWorld => ({ size, radius: r, speed: pace, dots: 0 });
  checkBallWorld(ball(speed));
  const [low, high] = [r + 1, size - r - 1];
  const fastest = Math.min(2 * speed, (size - 2 * r) / 2);
  return defineEnv<BallWorld>(
    {
      id: 'bouncing-ball',
      actionDim: 1,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['ball.x'],
      goalDim: 1,
      maxSteps: 24,
      factors: {
        'ball.speed': realFactor(speed / 2, fastest, speed, 'Pixels moved by a step.'),
        'ball.x': realFactor(low, high, size / 2, 'Column of the ball.', { vector: 'state', at: 0 }),
        'goal.x': realFactor(low, high, size / 2, 'Column of the goal.', { vector: 'goal', at: 0 }),
      },
      varied: ['ball.x', 'goal.x'],
      stateRange: [0, size],
      goalRange: [0, size],
      solvedWithin: speed / 2,
      accept(name, value, values) {
        if (name !== 'goal.x') return true;
        const steps = ((value as number) - (values['ball.x'] as number)) / (values['ball.speed'] as number);
        return Math.abs(steps - Math.round(steps)) * (values['ball.speed'] as number) < ON_COURSE;
      },
      prepare: (values) => ball(values['ball.speed'] as number),
      move(state, action, world) {
        state[0] = bounce(world, state[0]!, action[0]! < 0 ? -1 : 1).x;
      },
      distance: (state, goal) => Math.abs(state[0]! - goal[0]!),
      draw: (target, state, _goal, world) => paint(target, state[0]!, world),
    },
    { imageSize },
  );
}

/** Moves towards the goal, to the right when it is there. */
export function ballExpert(): Policy {
  return {
    name: 'expert',
    act: (env) => Float32Array.of(env.goal()[0]! < env.state()[0]! ? -1 : 1),
  };
}
