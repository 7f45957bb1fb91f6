// The expert of Reacher: computed torque. Each joint is given the acceleration of a critically damped spring to its goal,
// and the equations of motion say which torques that takes; what the motors cannot give is cut.

import type { Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { equationsOf } from './arm.ts';
import { armFrom } from './factors.ts';
import { checkReacher } from './reacher.ts';

/** Frequency of the spring in radians a second; the control period is 0.04 seconds. */
const FREQUENCY = 8;
const STIFFNESS: number = FREQUENCY ** 2;
const BRAKE: number = 2 * FREQUENCY;

const ARM = ['arm.density', 'arm.thickness', 'arm.damping', 'arm.gear'];

/** Turns the joints to the goal, with N(0, noise^2) on each component of the action, clipped. */
export function reacherExpert({ noise = 0 }: { readonly noise?: number } = {}): Policy {
  return {
    name: noise === 0 ? 'expert' : 'noisy-expert',
    act(env, random) {
      checkReacher(env);
      const arm = armFrom(Object.fromEntries(ARM.map((name) => [name, env.factor(name)])));
      const [q1, q2, w1, w2] = env.state() as unknown as readonly [number, number, number, number];
      const [g1, g2] = env.goal() as unknown as readonly [number, number];
      const equations = equationsOf(arm);
      const a1 = STIFFNESS * (g1 - q1) - BRAKE * w1;
      const a2 = STIFFNESS * (g2 - q2) - BRAKE * w2;
      const [m11, m12, m22] = equations.mass(q2);
      const [c1, c2] = equations.bias(q2, w1, w2);
      const torques = [m11 * a1 + m12 * a2 + c1 + arm.damping * w1, m12 * a1 + m22 * a2 + c2 + arm.damping * w2];
      return noisyAction(
        torques.map((torque) => torque / arm.gear),
        noise,
        random,
      );
    },
  };
}
