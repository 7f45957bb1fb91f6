// The expert of the point maze: from cell to cell along the shortest way, steering the ball's velocity.

import type { Env, Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { MASS, PERIOD } from './dynamics.ts';
import { cellAt, centerOf, SIDES, stepsTo } from './maze.ts';
import { mazeOf } from './point-maze.ts';

/** Speed wanted per cell of distance. */
const GAIN = 4;
/** Speed wanted at most, in cells a second. */
const FASTEST = 4;

/**
 * The action [2], not clipped, that heads for the next cell's centre on the way to a place, in its own cell for the place,
 * with at most `fastest` cells a second along each axis.
 */
export function steer(env: Env, place: ArrayLike<number>, fastest: number = FASTEST): readonly [number, number] {
  const maze = mazeOf(env);
  const state = env.state();
  const steps = stepsTo(maze, cellAt(place[0]!, place[1]!));
  const [row, column] = cellAt(state[0]!, state[1]!);
  const here = steps.get(row * maze.width + column);
  let target: readonly [number, number] = [place[0]!, place[1]!];
  if (here !== 0) {
    for (const [dr, dc] of SIDES) {
      const there = steps.get((row + dr) * maze.width + column + dc);
      if (there !== undefined && (here === undefined || there < here)) {
        target = [centerOf(row + dr), centerOf(column + dc)];
      }
    }
  }
  const force = env.factor('agent.force') as number;
  const action = (axis: 0 | 1): number => {
    const wanted = Math.min(Math.max(GAIN * (target[axis] - state[axis]!), -fastest), fastest);
    return (MASS * (wanted - state[2 + axis]!)) / (PERIOD * force);
  };
  return [action(0), action(1)];
}

/** Heads for the next cell's centre, in the goal's cell for the goal, with N(0, noise^2) on each component, clipped. */
export function mazeExpert({ noise = 0 }: { readonly noise?: number } = {}): Policy {
  return {
    name: noise === 0 ? 'expert' : 'noisy-expert',
    act: (env, random) => noisyAction(steer(env, env.goal()), noise, random),
  };
}
