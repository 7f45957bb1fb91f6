// The episodes of one residue class of positions, counted: how often a transition leaves each position to the right and
// to the left.

import { type BallWorld, bounce, inside } from '../../../src/envs/index.ts';
import { EPISODE_FRAMES } from './transitions.ts';

/** Transitions that leave `x`, by where they go; counts over all starts and both directions. */
export interface Successors {
  readonly x: number;
  readonly right: number;
  readonly left: number;
}

/** The positions radius + residue + speed k, in order, with the counts of one episode from every start. */
export function successors(world: BallWorld, residue: number): readonly Successors[] {
  const { size, radius, speed } = world;
  const positions: { x: number; right: number; left: number }[] = [];
  for (let x = radius + residue; inside(world, x); x += speed) positions.push({ x, right: 0, left: 0 });
  for (const [start, { x }] of positions.entries()) {
    if (x <= radius + 1 || x >= size - radius - 1) continue;
    for (const first of [-1, 1]) {
      let [at, direction] = [start, first];
      for (let t = 1; t < EPISODE_FRAMES; t++) {
        const here = positions[at]!;
        const moved = bounce(world, here.x, direction);
        if (moved.x > here.x) here.right++;
        else here.left++;
        at += moved.x > here.x ? 1 : -1;
        direction = moved.direction;
      }
    }
  }
  return positions;
}

/** Probability that a distractor covers a given pixel: 1 - (1 - 1 / pixels)^dots. */
export function dotProbability({ size, dots }: BallWorld): number {
  return 1 - (1 - 1 / (size * size)) ** dots;
}
