// One straight plan from each of many starts: what a model believes comes of it, and what does.
// Legend: n starts, G numbers of a state, H blocks, A numbers of a block, D width.

import { observationBytes, observe, type WorldModel } from '../../agent/index.ts';
import type { Env } from '../../envs/index.ts';
import type { ActionStats } from '../../plan/index.ts';
import { executePlans } from '../control/execute-plans.ts';
import { imaginePlans } from './audit.ts';

/** How straight plans are made. */
export interface StraightOptions {
  readonly model: WorldModel;
  /** A world as the model knows it; it is moved. */
  readonly env: Env;
  readonly actions: ActionStats;
  /** Steps of a block. */
  readonly frameSkip: number;
  /** H */
  readonly horizon: number;
}

/** A start and the action, in the world's units, that is taken again and again. */
export interface StraightPlan {
  readonly start: Float32Array;
  readonly action: readonly number[];
}

/** What came of straight plans: embeddings [n, D] before and after, as imagined, and the true states after, [n, G]. */
export interface StraightOutcome {
  readonly before: Float32Array;
  readonly imagined: Float32Array;
  readonly states: Float32Array;
}

/** Imagines straight plans, and carries them out. */
export async function straightPlans(
  { model, env, actions, frameSkip, horizon }: StraightOptions,
  plans: readonly StraightPlan[],
): Promise<StraightOutcome> {
  const { dim, senses, actionDim: A } = model.dynamics;
  const n = plans.length;
  const { all } = observationBytes(senses);
  const seen = new Uint8Array(n * all);
  const normalised = new Float32Array(n * horizon * A);
  const states = new Float32Array(n * env.spec.stateDim);
  const a = env.spec.actionDim;
  for (const [i, { start, action }] of plans.entries()) {
    env.setState(start);
    observe(env, senses, seen, i * all);
    const own = normalised.subarray(i * horizon * A, (i + 1) * horizon * A);
    for (let k = 0; k < own.length; k++) own[k] = (action[k % a]! - actions.mean[k % a]!) / actions.std[k % a]!;
    const done = await executePlans(model, { worlds: [env], actions, frameSkip, horizon }, own, 1, 'none');
    states.set(done.states, i * env.spec.stateDim);
  }
  const before = await model.encode(seen, n);
  const all_NLD = await imaginePlans(model, before, normalised, 1, horizon);
  const imagined = new Float32Array(n * dim);
  for (let i = 0; i < n; i++) {
    const last = (i * (horizon + 1) + horizon) * dim;
    imagined.set(all_NLD.subarray(last, last + dim), i * dim);
  }
  return { before, imagined, states };
}
