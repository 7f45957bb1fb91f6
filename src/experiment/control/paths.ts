// What a plan leads through, decoded from imagined embeddings by a probe of position and drawn over the film; only in worlds
// that are seen from above.

import type { WorldModel } from '../../agent/index.ts';
import { type Normaliser, normalise } from '../../data/index.ts';
import type { Ground } from '../../envs/index.ts';
import type { ControlTrace, TargetProbes } from '../../evals/index.ts';
import { matrix } from '../../measure/index.ts';
import type { RolloutFile } from '../../run/index.ts';
import type { ControlExperiment } from './config.ts';

/** Where a state is on the ground. */
export function placeOn({ at: [x, y] }: Ground, state: ArrayLike<number>): readonly [number, number] {
  return [state[x]!, state[y]!];
}

/** The places that the plans of an episode lead through, read off the embeddings by the probe of what moves on the ground. */
export async function imaginedPaths(
  config: ControlExperiment,
  given: {
    readonly model: WorldModel;
    readonly actions: Normaliser;
    readonly probes: readonly TargetProbes[];
    readonly ground: Ground;
  },
  trace: ControlTrace,
): Promise<NonNullable<RolloutFile['imagined']>> {
  const { model, actions, probes, ground } = given;
  const probe = probes.find(({ target }) => ground.at.every((i) => target.components.includes(i)));
  if (probe === undefined) return [];
  const columns = { ...ground, at: ground.at.map((i) => probe.target.components.indexOf(i)) as [number, number] };
  const paths = [];
  for (const { step, plan } of trace.decisions) {
    const horizon = plan.length / (actions.mean.length * config.data.frameSkip);
    const context = await model.encode(trace.film!.frames[step]!, 1);
    const all = await model.imagine({
      context,
      executed: new Float32Array(0),
      plans: normalise(actions, plan),
      tasks: 1,
      contextLength: 1,
      samples: 1,
      horizon,
    });
    const places = probe.linear.predict(matrix(all, model.dynamics.dim));
    const place = (t: number): readonly [number, number] =>
      placeOn(columns, places.data.subarray(t * places.cols, (t + 1) * places.cols));
    paths.push({ at: step, path: Array.from({ length: horizon + 1 }, (_, t) => place(t)) });
  }
  return paths;
}
