// A world of two numbers whose optimum is known: a pendulum that swings an eighth of a turn per block, pushed by at most PUSH
// along one axis. A push is small beside the goal, so it must be timed: four blocks are half a turn, after which the state
// has changed its sign, and what is pushed on in time adds up.
// Legend: D = 2 numbers of the state, A = 1 push per block, R the eighth of a turn: z' = R z + (0, push).

import { fold, key, uniform } from '../../core/index.ts';
import { blankValues, type ModelValues, module } from '../../nn/index.ts';
import { planCost } from '../../plan/index.ts';
import {
  add,
  affine,
  at,
  broadcastTo,
  concat,
  constant,
  mul,
  slice,
  split,
  stack,
  type Tensor,
} from '../../tensor/index.ts';
import { type Dynamics, defineDynamics, seenStates, sensesOf } from '../../world/index.ts';
import type { EmbeddedEpisodes } from './waypoints.ts';

/** The largest push. */
export const PUSH = 0.5;
const [C, S] = [Math.cos(Math.PI / 4), Math.sin(Math.PI / 4)];

/** One block of the real world. */
export function swing([x, y]: readonly [number, number], push: number): [number, number] {
  return [C * x - S * y, S * x + C * y + push];
}

/** The farthest that four pushes bring it from rest: their directions are an eighth of a turn apart. */
export const FOUR_PUSHES: number = 2 * PUSH * (Math.cos(Math.PI / 8) + Math.sin(Math.PI / 8));

const step = (z: Tensor, push: Tensor): Tensor => {
  const turn = constant(Float32Array.of(C, -S, S, C), [2, 2], 'f32');
  return add(affine(z, turn), concat([mul(push, 0), push], -1));
};

/** The world as a model of itself: its embedding is the state, its predictor exact. */
export const oscillator: Dynamics = defineDynamics<null>(
  { name: 'oscillator', senses: sensesOf({ stateDim: 2 }), dim: 2, actionDim: 1, history: 2 },
  module({}, () => null),
  {
    encode: (_, seen) => mul(seenStates(seen, 'oscillator'), 1),
    predict: (_, z, pushes) => step(z, pushes),
    rollout(_, context, executed, plans) {
      const [E, N, H] = plans.shape as [number, number, number, number];
      const seen = split(context, Array<number>(context.shape[1]!).fill(1), 1);
      if (executed !== undefined) {
        // A second frame is looked at too: the present is the mean of what is seen and what was to be expected.
        const expected = step(seen.at(-2)!, slice(executed, 1, -1));
        seen.push(mul(add(seen.pop()!, expected), 0.5));
      }
      const all = seen.map((z) => broadcastTo(z, [E, N, 2]));
      for (let t = 0; t < H; t++) all.push(step(all.at(-1)!, at(plans, 2, t)));
      return stack(all, 2);
    },
  },
  planCost('last', 2),
);

/** It has no parameters. */
export const oscillatorValues: ModelValues = blankValues(oscillator.module);

/** Episodes from random states within 5 of rest, pushed in time with a random strength and phase, and a little at random. */
export function swings(count: number, length: number): EmbeddedEpisodes {
  const z = new Float32Array(count * length * 2);
  const blocks = new Float32Array(count * length);
  for (let e = 0; e < count; e++) {
    const draw = uniform(fold(key(4), e), new Float32Array(4 + length), -1, 1);
    const [x0, y0, strength, phase] = draw as unknown as [number, number, number, number];
    let state: [number, number] = [5 * x0, 5 * y0];
    for (let t = 0; t < length; t++) {
      z.set(state, (e * length + t) * 2);
      const wanted = 1.2 * PUSH * strength * Math.sin((t * Math.PI) / 4 + Math.PI * phase) + 0.2 * PUSH * draw[4 + t]!;
      const push = Math.max(-PUSH, Math.min(PUSH, wanted));
      if (t < length - 1) blocks[e * length + t] = push;
      state = swing(state, push);
    }
  }
  return { z, blocks, episodes: Array.from({ length: count }, (_, e) => ({ row: e * length, length })) };
}
