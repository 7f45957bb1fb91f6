// Learned costs of plans: a head on the frozen embeddings of the run's model, trained in `cost/<name>/` of the run when a planner asks
// for it.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CostFile,
  type EmbeddedEpisodes,
  graphPairs,
  imaginedRows,
  OWN_COST,
  type PairBatch,
  pairBatches,
  recordRoutes,
  routeGraph,
  type TrainedCost,
  type WorldModel,
} from '../../agent/index.ts';
import { JepaError, unknownName } from '../../core/index.ts';
import { initialise, type ModelValues } from '../../nn/index.ts';
import { trainedValues } from '../../run/node.ts';
import { jepaProgram } from '../../train/index.ts';
import {
  type CostConfig,
  costOf,
  costValues,
  type DistanceConfig,
  distanceHeadMethod,
  headOf,
  isDistance,
  putStatistics,
} from '../../world/index.ts';
import { keyFor } from '../keys.ts';
import { onRuntime, type RunContext } from '../recipe.ts';
import type { ControlExperiment, CostTraining } from './config.ts';
import type { ExperimentData } from './data.ts';
import { embedTraining } from './high-level.ts';
import { drawn, trainPart } from './part.ts';

const folderOf = (name: string): string => `cost/${name}`;

/** A cost's configuration by its name. Throws `usage` for a name that `costs` does not have. */
function trainingOf({ costs }: ControlExperiment, name: string): CostTraining {
  const found = Object.hasOwn(costs, name) ? costs[name] : undefined;
  if (found === undefined) throw unknownName('cost', name, [OWN_COST, ...Object.keys(costs)]);
  return found;
}

/** The one distance head in a cost, and the name of its place; undefined for a cost without one. */
function headIn(cost: CostConfig, place = ''): { readonly config: DistanceConfig; readonly place: string } | undefined {
  if (isDistance(cost)) return { config: cost, place: `${place}head` };
  if (cost.kind !== 'sum') return undefined;
  const found = cost.parts.flatMap((part, i) => headIn(part.cost, `${place}parts.${i}.`) ?? []);
  return found.length === 1 ? found[0] : undefined;
}

/** Throws `usage` for a planner's cost that `costs` does not have. */
export function checkCostName(config: ControlExperiment, name: string | undefined): void {
  if (name !== undefined && name !== OWN_COST) trainingOf(config, name);
}

/** Throws `usage` for a cost of `costs` that this experiment cannot train. */
export function checkCosts({ costs }: ControlExperiment, dim: number): void {
  for (const [name, { cost }] of Object.entries(costs)) {
    if (name === OWN_COST)
      throw new JepaError(
        'usage',
        `costs.${OWN_COST} must have another name: '${OWN_COST}' is the cost of the model itself`,
      );
    costOf(cost, dim);
    if (headIn(cost) === undefined)
      throw new JepaError(
        'usage',
        `costs.${name} must hold one head that counts blocks (time, quasi, iqe or classes), got the kind '${cost.kind}'; for a fixed cost leave the training out`,
        { name },
      );
  }
}

/** Pairs of embeddings with how far apart they are, by the step. */
async function pairsFor(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  embedded: EmbeddedEpisodes,
  { labels, batchSize: batch, shuffle }: CostTraining,
  name: string,
): Promise<(step: number) => PairBatch> {
  const key = keyFor(context, `${folderOf(name)} pairs`);
  if (labels.kind === 'routes') {
    const graph = routeGraph(recordRoutes(embedded, { neighbours: labels.neighbours }));
    return graphPairs(graph, { batch, goals: labels.goals, shuffle, key });
  }
  const { maxGap, imagined, cross } = labels;
  const rows =
    imagined === 0
      ? {}
      : {
          imagined: {
            share: imagined,
            rows: await imaginedRows(model, embedded, { horizon: config.plan.horizon, key }),
          },
        };
  return pairBatches(embedded, {
    ...({ batch, maxGap, gaps: 'balanced', order: 'forward', shuffle, key } as const),
    cross: { share: cross },
    ...rows,
  });
}

/** The inputs of the head's training; the gap of a pair of two recordings is not read. */
function inputsOf({ from, to, gap }: PairBatch): Record<string, Float32Array> {
  return {
    from,
    to,
    gap: gap.map((blocks) => (Number.isFinite(blocks) ? blocks : 0)),
    cross: gap.map((blocks) => (Number.isFinite(blocks) ? 0 : 1)),
  };
}

async function trainHead(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
  name: string,
): Promise<ModelValues> {
  const training = trainingOf(config, name);
  const head = headIn(training.cost)!.config;
  const { dim } = model.dynamics;
  const embedded = await embedTraining(config, model, data);
  const pairs = await pairsFor(config, context, model, embedded, training, name);
  const key = keyFor(context, folderOf(name));
  const values = initialise(headOf(head, dim).module, key);
  putStatistics(values, embedded.z, dim);
  const maxGap = training.labels.kind === 'time' ? training.labels.maxGap : 1;
  const program = await jepaProgram({
    spec: distanceHeadMethod({ ...head, dim }, { batch: training.batchSize, maxGap }),
    key,
    values,
    inputs: inputsOf,
    ...onRuntime(context),
  });
  return trainPart(context, folderOf(name), program, drawn(pairs), training);
}

/** The learned cost of that name, trained on the run's model or, where the run did so before, read back. */
export async function trainedCost(
  config: ControlExperiment,
  context: RunContext,
  model: WorldModel,
  data: ExperimentData,
  name: string,
): Promise<TrainedCost> {
  const { cost } = trainingOf(config, name);
  const made = costOf(cost, model.dynamics.dim);
  const values = await trainHead(config, context, model, data, name);
  return { cost: { ...made, name }, values: costValues(made, { [headIn(cost)!.place]: values }) };
}

/** A learned cost as a file holds it; undefined where the run trained none of that name. */
export function recordedCost(
  config: ControlExperiment,
  context: RunContext,
  { dynamics }: WorldModel,
  name: string,
): CostFile | undefined {
  const dir = join(context.model ?? context.out, folderOf(name));
  if (!existsSync(join(dir, 'checkpoints'))) return undefined;
  const { cost } = trainingOf(config, name);
  const head = headIn(cost)!;
  const { values, checkpoint } = trainedValues(headOf(head.config, dynamics.dim).module, dir, context.log);
  const all = costValues(costOf(cost, dynamics.dim), { [head.place]: values });
  return { name, config: cost, values: all, step: checkpoint.step, seed: checkpoint.seed };
}
