// The high level of a hierarchical world model (HWM), trained on the embeddings of the run's model, in a run folder of its own
// within the run: `hierarchy/`.

import {
  type EmbeddedEpisodes,
  embedEpisodes,
  type HierarchicalModel,
  hierarchicalModel,
  type WaypointBatch,
  type WorldModel,
  waypointBatches,
} from '../../agent/index.ts';
import { type ActionConstraint, percentileBox } from '../../plan/index.ts';
import { jepaProgram } from '../../train/index.ts';
import { type HierarchyConfig, hierarchyMethod } from '../../world/index.ts';
import type { RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import type { ExperimentData } from './data.ts';
import { drawn, trainPart } from './part.ts';
import { keyFor } from './stages.ts';

/** A trained high level with the box of macro-actions that recorded chunks fill. */
export interface HighLevelPlanner {
  readonly model: HierarchicalModel;
  readonly box: ActionConstraint;
}

/** Embeds the training episodes with the run's model. */
export function embedTraining(
  config: ControlExperiment,
  model: WorldModel,
  { store, split, actions }: ExperimentData,
): Promise<EmbeddedEpisodes> {
  return embedEpisodes(model, store, { episodes: split.train, frameSkip: config.data.frameSkip, actions });
}

/** The high level for a model of the run, as the configuration wants it. */
function highLevelConfig({ hierarchy }: ControlExperiment, { dynamics }: WorldModel): HierarchyConfig {
  const { macroDim, maxBlocks, width, depth } = hierarchy;
  return {
    dim: dynamics.dim,
    actionDim: dynamics.actionDim,
    macroDim,
    maxBlocks,
    encoderWidths: [width, width],
    predictor: { width, depth },
    noise: 0.05,
    energy: 'l2',
    rollout: 1,
    sigreg: { weight: 0.05, directions: 16 },
  };
}

/** Trains the high level on top of `model`, or continues to. */
export async function trainHighLevel(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<HighLevelPlanner> {
  const { steps, batchSize, waypoints, minBlocks, maxBlocks, learningRate } = config.hierarchy;
  const embedded = await embedTraining(config, model, data);
  const sizes = { batch: batchSize, waypoints };
  const batches = waypointBatches(embedded, { ...sizes, minBlocks, maxBlocks, key: keyFor(context, 'waypoints') });
  const spec = hierarchyMethod(highLevelConfig(config, model), sizes);
  const program = await jepaProgram({
    spec,
    key: keyFor(context, 'hierarchy'),
    inputs: ({ z, chunks }: WaypointBatch) => ({ z, chunks }),
  });
  const values = await trainPart(context, 'hierarchy', program, drawn(batches), { steps, batchSize, learningRate });
  const high = hierarchicalModel({
    low: model,
    config: highLevelConfig(config, model),
    values,
    cost: { kind: 'nearest' },
  });
  const { chunks } = batches(steps);
  const count = batchSize * (waypoints - 1);
  const box = percentileBox(await high.encodeChunks(chunks, count), config.hierarchy.macroDim);
  return { model: high, box };
}
