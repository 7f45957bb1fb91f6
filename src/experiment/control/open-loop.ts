// How far the model's imagination strays on held-out episodes, in the numbers of the state: a stage of `evals.extra`.

import { mainEpisodes } from '../../agent/node.ts';
import { openLoopErrors } from '../../evals/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import { writeJson } from '../run-files.ts';
import type { ControlExperiment } from './config.ts';
import { unlessAborted } from './interruptible.ts';
import type { Trained } from './trained.ts';

/** Clips that are imagined. */
const CLIPS = 1000;

/** Imagines recorded plans of the planner's horizon and writes `evals/open-loop.json`. */
export async function openLoopStage(
  config: ControlExperiment,
  context: RunContext,
  { model, data, probes }: Trained,
): Promise<RunSummary> {
  const errors = await unlessAborted(context.signal, () =>
    openLoopErrors({
      model,
      source: data.store,
      episodes: mainEpisodes(data.store.spec, data.split.test),
      normaliser: data.actions,
      frameSkip: config.data.frameSkip,
      probes,
      blocks: config.plan.horizon,
      clips: CLIPS,
      key: keyFor(context, 'open-loop'),
    }),
  );
  writeJson(context, 'evals/open-loop.json', errors);
  const metrics: Record<string, number> = {};
  for (const { target, blocks, moved, ...means } of errors) {
    if (moved === 0) continue;
    const name = `open-loop.${target.replaceAll(' ', '-')}.${blocks}`;
    for (const [kind, mean] of Object.entries(means)) metrics[`${name}.${kind}`] = mean;
    metrics[`${name}.moved`] = moved;
  }
  return { metrics };
}
