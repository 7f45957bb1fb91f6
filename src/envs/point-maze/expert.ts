// The expert of the point maze: from cell to cell along the shortest way, steering the ball's velocity.

import type { Policy } from '../env.ts';
import { MASS, PERIOD } from './dynamics.ts';
import { cellAt, centerOf, SIDES, stepsTo } from './maze.ts';
import { mazeOf } from './point-maze.ts';

/** Speed wanted per cell of distance, and at most, in cells a second. */
const GAIN = 4;
const FASTEST = 4;

/** Heads for the next cell's centre, in the goal's cell for the goal, with N(0, noise^2) on each component, clipped. */
export function mazeExpert({ noise = 0 }: { readonly noise?: number } = {}): Policy {
  return {
    name: noise === 0 ? 'expert' : 'noisy-expert',
    act(env, random) {
      const maze = mazeOf(env);
      const state = env.state();
      const goal = env.goal();
      const steps = stepsTo(maze, cellAt(goal[0]!, goal[1]!));
      const [row, column] = cellAt(state[0]!, state[1]!);
      const here = steps.get(row * maze.width + column);
      let target: readonly [number, number] = [goal[0]!, goal[1]!];
      if (here !== 0) {
        for (const [dr, dc] of SIDES) {
          const there = steps.get((row + dr) * maze.width + column + dc);
          if (there !== undefined && (here === undefined || there < here)) {
            target = [centerOf(row + dr), centerOf(column + dc)];
          }
        }
      }
      const force = env.factor('agent.force') as number;
      return Float32Array.from(target, (to, axis) => {
        const wanted = Math.min(Math.max(GAIN * (to - state[axis]!), -FASTEST), FASTEST);
        const a = (MASS * (wanted - state[2 + axis]!)) / (PERIOD * force) + (noise === 0 ? 0 : noise * random.normal());
        return Math.min(Math.max(a, -1), 1);
      });
    },
  };
}
