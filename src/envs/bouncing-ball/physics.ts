// The bouncing ball: a white disc on black that moves sideways at constant speed and turns at the walls. Positions are in
// pixels of the picture, pixel centres are whole numbers, and the disc is every pixel within the radius.
// Source: danieljohnmorris/tiny-bouncing-jepa @02e7ca6, shared/data.py.

import { JepaError } from '../../core/index.ts';

/** Sizes of one bouncing-ball world, in pixels and pixels per frame. */
export interface BallWorld {
  /** Height and width of a picture. */
  readonly size: number;
  readonly radius: number;
  readonly speed: number;
  /** Distractors per noisy picture: pixels set to 1, drawn with replacement, over the ball too. */
  readonly dots: number;
}

/** The published world, and the half-size one that trains in a thirteenth of the time. */
export const ballWorlds: Readonly<Record<'full' | 'lite', BallWorld>> = {
  full: { size: 64, radius: 8, speed: 6, dots: 200 },
  lite: { size: 32, radius: 4, speed: 3, dots: 50 },
};

/** Throws `usage` unless the ball fits the picture and can bounce at both walls. */
export function checkBallWorld({ size, radius, speed, dots }: BallWorld): void {
  const whole = Number.isInteger(size) && size >= 1 && Number.isInteger(dots) && dots >= 0;
  if (!whole || !(radius > 0) || !(speed > 0)) {
    throw new JepaError(
      'usage',
      `bouncing ball: size and dots must be whole numbers, radius and speed positive, got size ${size}, dots ${dots}, radius ${radius}, speed ${speed}`,
      { size, radius, speed, dots },
    );
  }
  if (2 * (radius + 1) >= size || 2 * speed > size - 2 * radius) {
    throw new JepaError(
      'usage',
      `bouncing ball: the ball must fit, 2 (radius + 1) < size and 2 speed <= size - 2 radius, got size ${size}, radius ${radius}, speed ${speed}; make the ball smaller or slower`,
      { size, radius, speed },
    );
  }
}

/** Whether a ball at `x` lies within the walls. */
export function inside({ size, radius }: BallWorld, x: number): boolean {
  return x - radius >= 0 && x + radius < size;
}

/**
 * One step in `direction` (-1 or 1): x + speed direction, or the other way where that would leave the picture. Positions
 * therefore stay on x + speed Z for ever.
 */
export function bounce(
  world: BallWorld,
  x: number,
  direction: number,
): { readonly x: number; readonly direction: number } {
  const ahead = x + world.speed * direction;
  return inside(world, ahead) ? { x: ahead, direction } : { x: x - world.speed * direction, direction: -direction };
}

/** Draws the ball at column `x` on the middle row: `out` [size, size] from `offset` on becomes 0 or 1. */
export function drawBall({ size, radius }: BallWorld, x: number, out: Float32Array, offset = 0): void {
  out.fill(0, offset, offset + size * size);
  const y = Math.floor(size / 2);
  for (let row = Math.max(0, Math.ceil(y - radius)); row <= Math.min(size - 1, y + radius); row++) {
    const half = radius * radius - (row - y) ** 2;
    for (let column = Math.max(0, Math.floor(x - radius)); column <= Math.min(size - 1, x + radius + 1); column++) {
      if ((column - x) ** 2 <= half) out[offset + row * size + column] = 1;
    }
  }
}
