// A puck that glides on ice, the world of several examples. Its state is position and velocity, so one frame does not tell where
// it will go; its goal is a place to be. The rules are forty lines; `defineEnv` makes the rest of the world out of them.

import { defineEnv, type Env, type EnvOptions, type Policy, realFactor } from 'jepa/envs';
import { fill, fillDisc, fillRect } from 'jepa/raster';

/** The puck's state is [x, y, vx, vy] in units of the rink's side; an action pushes it. */
export function ice(options?: EnvOptions): Env {
  return defineEnv<{ readonly push: number; readonly glide: number }>(
    {
      id: 'ice',
      actionDim: 2,
      actionLow: -1,
      actionHigh: 1,
      stateNames: ['x', 'y', 'vx', 'vy'],
      goalDim: 2,
      maxSteps: 100,
      factors: {
        'puck.position': realFactor(0.1, 0.9, [0.5, 0.5], 'Where the puck starts.', { vector: 'state', at: 0 }),
        'goal.position': realFactor(0.1, 0.9, [0.5, 0.5], 'Where it should be.', { vector: 'goal', at: 0 }),
        'puck.push': realFactor(0.002, 0.01, 0.005, 'Change of velocity by an action of 1.'),
        'ice.glide': realFactor(0.9, 1, 0.95, 'Share of the velocity kept in a step.'),
      },
      varied: ['puck.position', 'goal.position'],
      solvedWithin: 0.05,
      prepare: (values) => ({ push: values['puck.push'] as number, glide: values['ice.glide'] as number }),
      move(state, action, { push, glide }) {
        for (const c of [0, 1]) {
          const velocity = glide * state[2 + c]! + push * action[c]!;
          const place = state[c]! + velocity;
          const bounced = place < 0.05 || place > 0.95;
          state[c] = Math.min(Math.max(place, 0.05), 0.95);
          state[2 + c] = bounced ? -velocity : velocity;
        }
      },
      distance: (state, goal) => Math.hypot(state[0]! - goal[0]!, state[1]! - goal[1]!),
      // Seen from above: plans can be drawn over the pictures. The policy below reaches every goal.
      declares: { ground: { at: [0, 1], extent: [0, 0, 1, 1] }, oracle: { policy: 'expert' } },
      draw(target, state) {
        const side = target.width;
        fill(target, [40, 40, 60]);
        fillRect(target, 0.02 * side, 0.02 * side, 0.98 * side, 0.98 * side, [225, 240, 250]);
        fillDisc(target, state[0]! * side, state[1]! * side, 0.05 * side, [20, 20, 20]);
      },
    },
    options,
  );
}

/** Pushes toward the goal and brakes: a spring and a damper. */
export const springAndDamper = (): Policy => ({
  name: 'expert',
  act(env) {
    const [x, y, vx, vy] = env.state() as unknown as [number, number, number, number];
    const [gx, gy] = env.goal() as unknown as [number, number];
    const pull = (from: number, to: number, v: number): number => Math.min(Math.max(4 * (to - from) - 30 * v, -1), 1);
    return Float32Array.of(pull(x, gx, vx), pull(y, gy, vy));
  },
});
