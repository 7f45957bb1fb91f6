// The data policy of Two-Room: head for the nearest fitting door's centre while the goal is in the other room, then for
// the goal; plus noise. Source: stable-worldmodel `envs/two_room/expert_policy.py`; its `action_repeat_prob` is accepted
// there but never takes effect, and is left out here.

import type { Env, Policy } from '../env.ts';
import { noisyAction } from '../policies.ts';
import { DOOR_FIT, type Layout, WALL_CENTER } from './layout.ts';
import { layoutOf } from './two-room.ts';

/** Nearer than this to the door's centre, the expert turns to the goal. */
const DOOR_REACHED = 10.5;

/** The nearest fitting door's centre as [x, y]; without one, the point of the wall level with the goal. */
function doorFor(layout: Layout, agent: Float32Array, goal: Float32Array): readonly [number, number] | undefined {
  const { axis, doors, radius } = layout;
  const point = (along: number): readonly [number, number] =>
    axis === 0 ? [WALL_CENTER, along] : [along, WALL_CENTER];
  let nearest = Number.POSITIVE_INFINITY;
  let best: readonly [number, number] | undefined;
  for (const { center, half } of doors) {
    if (half < DOOR_FIT * radius) continue;
    const door = point(center);
    const distance = Math.hypot(door[0] - agent[0]!, door[1] - agent[1]!);
    if (distance < nearest) {
      nearest = distance;
      best = door;
    }
  }
  if (best === undefined) return point(goal[1 - axis]!);
  return nearest > DOOR_REACHED ? best : undefined;
}

/** The unit direction on the way to a place, through a door where it lies in the other room; [0, 0] when the agent is there. */
export function direction(env: Env, goal: Float32Array): [number, number] {
  const layout = layoutOf(env);
  const agent = env.state();
  const { axis } = layout;
  const otherRoom = agent[axis]! > WALL_CENTER !== goal[axis]! > WALL_CENTER;
  const toward = (otherRoom ? doorFor(layout, agent, goal) : undefined) ?? [goal[0]!, goal[1]!];
  const dx = toward[0] - agent[0]!;
  const dy = toward[1] - agent[1]!;
  const length = Math.hypot(dx, dy);
  return length > 1e-8 ? [dx / length, dy / length] : [0, 0];
}

/**
 * The noisy expert: unit direction plus N(0, noise^2) on each component, clipped to [-1, 1]. The default 2.0 is the noise
 * under which the reference's 10,000 episodes were collected (seed 3072, at most 100 steps, mean 92).
 */
export function noisyExpert({ noise = 2 }: { readonly noise?: number } = {}): Policy {
  return {
    name: noise === 0 ? 'expert' : 'noisy-expert',
    act: (env, random) => noisyAction(direction(env, env.goal()), noise, random),
  };
}

/** The expert without noise: (40, 180) to (190, 180) in 55 steps of the default world. */
export function expert(): Policy {
  return noisyExpert({ noise: 0 });
}
