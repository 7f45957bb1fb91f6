// The collection stage.

import { collect } from '../../agent/node.ts';
import { describeStore, openStore } from '../../data/node.ts';
import { makePolicy } from '../../envs/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { experimentEnv } from './stages.ts';

/** Collects the experiment's episodes into `dir`; continues what an interrupted collection left. */
export async function collectStage(config: ControlExperiment, context: RunContext, dir: string): Promise<RunSummary> {
  const { policy, mix = {}, pictures = true, episodes, maxSteps, minSteps, untilGoal } = config.collect;
  // A collection that was killed at once left a store without episodes.
  const before = describeStore(dir)?.rows ?? 0;
  const began = performance.now();
  const rows = await collect({
    dir,
    env: experimentEnv(config),
    policy: makePolicy(config.env.id, policy),
    mix: Object.entries(mix).map(([name, share]) => ({ policy: makePolicy(config.env.id, name), share })),
    pictures,
    episodes,
    maxSteps,
    minSteps,
    untilGoal,
    key: keyFor(context, 'collect'),
    resume: true,
    metadata: { seed: context.seed, imageSize: config.env.imageSize },
    signal: context.signal,
    onEpisode: (done) => context.progress({ stage: 'collect', step: done, total: episodes }),
  });
  const seconds = (performance.now() - began) / 1000;
  const store = openStore(dir);
  // Frames of earlier sittings took no time in this one.
  const rate = (rows - before) / seconds;
  const pace = rows > before ? ` (${Math.round(rate)} frames/s)` : ', collected before';
  context.log(`${store.episodes.length} episodes, ${rows} frames in ${dir}${pace}`);
  store.close();
  return {
    metrics: {
      'collect.episodes': episodes,
      'collect.frames': rows,
      ...(rows > before ? { 'collect.framesPerSecond': rate } : {}),
    },
  };
}
