// The high level of a hierarchical world model (HWM), trained on the embeddings of the run's model, in a run folder of its own
// within the run: `hierarchy/`.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Aim,
  type EmbeddedEpisodes,
  embedEpisodes,
  type HierarchicalModel,
  type HighLevel,
  hierarchicalModel,
  type WaypointBatch,
  type WorldModel,
  waypointBatches,
} from '../../agent/index.ts';
import { type ActionConstraint, percentileBox } from '../../plan/index.ts';
import { trainedValues } from '../../run/node.ts';
import { jepaProgram } from '../../train/index.ts';
import { type HierarchyConfig, hierarchy, hierarchyMethod, type MacroCost } from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import { onRuntime, type RunContext } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import type { ExperimentData } from './data.ts';
import { drawn, trainPart } from './part.ts';

/** The folder of the high level within the run. */
const FOLDER = 'hierarchy';

/** How plans of macro-actions are scored. */
const COST: MacroCost = { kind: 'nearest' };

/** What the level below aims at. */
export const AIM: Aim = 'goal-when-direct';

/** Macro-actions of a plan to a goal some blocks away: one jump more leaves room for plans that are not straight. */
export function macroHorizonFor({ hierarchy: { maxBlocks } }: ControlExperiment, blocks: number): number {
  return Math.max(2, Math.ceil(blocks / maxBlocks) + 1);
}

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

/** Batches of waypoints, by the step. */
function waypointsOf(
  config: ControlExperiment,
  context: RunContext,
  embedded: EmbeddedEpisodes,
): (step: number) => WaypointBatch {
  const { batchSize: batch, waypoints, minBlocks, maxBlocks } = config.hierarchy;
  return waypointBatches(embedded, { batch, waypoints, minBlocks, maxBlocks, key: keyFor(context, 'waypoints') });
}

/** The box that the macro-actions of one batch more fill. */
async function macroBox(
  { hierarchy: { steps, batchSize, waypoints, macroDim } }: ControlExperiment,
  high: HierarchicalModel,
  batches: (step: number) => WaypointBatch,
): Promise<ActionConstraint> {
  const { chunks } = batches(steps);
  return percentileBox(await high.encodeChunks(chunks, batchSize * (waypoints - 1)), macroDim);
}

/** Trains the high level on top of `model`, or continues to. */
export async function trainHighLevel(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<HighLevelPlanner> {
  const { steps, batchSize, waypoints, learningRate } = config.hierarchy;
  const embedded = await embedTraining(config, model, data);
  const sizes = { batch: batchSize, waypoints };
  const batches = waypointsOf(config, context, embedded);
  const spec = hierarchyMethod(highLevelConfig(config, model), sizes);
  const program = await jepaProgram({
    spec,
    key: keyFor(context, 'hierarchy'),
    inputs: ({ z, chunks }: WaypointBatch) => ({ z, chunks }),
    ...onRuntime(context),
  });
  const values = await trainPart(context, FOLDER, program, drawn(batches), { steps, batchSize, learningRate });
  const high = hierarchicalModel({
    low: model,
    config: highLevelConfig(config, model),
    values,
    cost: COST,
    ...onRuntime(context),
  });
  return { model: high, box: await macroBox(config, high, batches) };
}

/** The high level that the run trained, with how it plans to the furthest goal; undefined where it trained none. */
export async function trainedHighLevel(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
): Promise<HighLevel | undefined> {
  const dir = join(context.model ?? context.out, FOLDER);
  if (!existsSync(join(dir, 'checkpoints'))) return undefined;
  const own = highLevelConfig(config, model);
  const { values, checkpoint } = trainedValues(hierarchy(own), dir, context.log);
  const high = hierarchicalModel({ low: model, config: own, values, cost: COST, ...onRuntime(context) });
  const box = await macroBox(config, high, waypointsOf(config, context, await embedTraining(config, model, data)));
  const { minBlocks: min, maxBlocks: max, samples, elites, iterations, goalOffsets } = config.hierarchy;
  const furthest = Math.ceil(Math.max(...goalOffsets) / config.data.frameSkip);
  const planner = {
    samples,
    elites,
    iterations,
    macroHorizon: macroHorizonFor(config, furthest),
    aim: AIM,
    cost: COST,
  };
  const { step, seed } = checkpoint;
  return { config: own, values, box, blocks: { min, max }, step, seed, planner };
}
