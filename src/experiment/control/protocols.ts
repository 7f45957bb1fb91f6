// The protocols of an experiment: what its configuration asks of those that `jepa/evals` knows by name.

import { mainEpisodes } from '../../agent/node.ts';
import { datasetFingerprint } from '../../data/node.ts';
import { type Protocol, protocolNamed, type TaskSet } from '../../evals/index.ts';
import { keyFor } from '../keys.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import type { ExperimentData } from './data.ts';
import { experimentEnv } from './stages.ts';

/** A protocol in the experiment's world, on its held-out episodes. */
export function experimentProtocol(
  config: ControlExperiment,
  context: RunContext,
  { store, split }: ExperimentData,
  name: string,
): Protocol {
  const { tasks, goalOffset, budget, resetBudget } = config.plan;
  return protocolNamed(name, {
    makeEnv: () => experimentEnv(config),
    source: store,
    heldOutEpisodes: mainEpisodes(store.spec, split.test),
    key: keyFor(context, 'tasks'),
    count: tasks,
    goalOffset,
    budget,
    resetCount: tasks,
    resetBudget,
  });
}

/** Tasks of one protocol; goals of recorded ones as far away as asked. */
export function experimentTasks(
  config: ControlExperiment,
  context: RunContext,
  data: ExperimentData,
  protocol: string,
  goalOffset: number = config.plan.goalOffset,
): TaskSet {
  const asked = { ...config, plan: { ...config.plan, goalOffset } };
  return experimentProtocol(asked, context, data, protocol).tasks();
}

/** The digest of the dataset as it was split: with episode and row it says which tasks were tried. */
export function datasetDigest({ store, split }: ExperimentData): string {
  return datasetFingerprint(store, split.train.length + split.val.length + split.test.length).digest;
}
