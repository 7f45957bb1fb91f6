// The export stage: the newest checkpoint as ONNX graphs and one self-contained safetensors file; and a file of the same kind
// for everything else that the run taught to act, its high level and its policies.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ActionBounds,
  type CostFile,
  type ModelOrigin,
  OWN_COST,
  type PlannerSettings,
  type WorldModel,
  worldModel,
} from '../../agent/index.ts';
import { type ExportedFile, exportModel, writeHierarchy, writePolicy } from '../../agent/node.ts';
import { JepaError } from '../../core/index.ts';
import type { Checkpoint } from '../../run/node.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { recordedCost } from './costs.ts';
import { trainedData } from './data.ts';
import { stateDecoder } from './evaluate.ts';
import { trainedPolicies } from './goal-policies.ts';
import { trainedHighLevel } from './high-level.ts';
import { shapeOf } from './planners.ts';
import { actionBounds, experimentWorld, trainedRun } from './stages.ts';

/** The main planner of the experiment. */
function plannerOf(config: ControlExperiment): PlannerSettings {
  const { history, planner } = config.plan;
  const { prior: _, ...search } = planner;
  return { ...search, ...shapeOf(config, planner), history };
}

/** The bounds of each component of an action. */
function boundsOf(config: ControlExperiment, actionDim: number): ActionBounds {
  const { low, high } = actionBounds(config);
  const each = (bound: number): number[] => new Array<number>(actionDim).fill(bound);
  return { low: each(low), high: each(high) };
}

/** What the training stage wrote into the checkpoint's header. */
function originOf(config: ControlExperiment, { path, seed, step, metadata }: Checkpoint): ModelOrigin {
  const { env, frameSkip, actions, split } = metadata as Partial<ModelOrigin>;
  if (env === undefined || frameSkip === undefined || actions === undefined || split === undefined) {
    throw new JepaError(
      'checkpoint',
      `${path} must say env, frameSkip, actions and split in its header, got ${Object.keys(metadata).join(', ') || 'nothing'}; train with this recipe`,
      { path },
    );
  }
  const bounds = boundsOf(config, actions.mean.length);
  return { env, frameSkip, actions, actionBounds: bounds, split, step, seed, planner: plannerOf(config) };
}

/** The learned cost that the main planner asks for, if the run trained it. */
function costToExport(config: ControlExperiment, context: RunContext, model: WorldModel): CostFile | undefined {
  const { cost = OWN_COST } = config.plan.planner;
  if (cost === OWN_COST) return undefined;
  const found = recordedCost(config, context, model, cost);
  if (found === undefined)
    context.log(`the cost '${cost}' was not trained yet, so the file plans with the model's own; jepa plan trains it`);
  return found;
}

/** Writes the graphs and the model files into `context.out`: one task, one image at a time, plans as the planner makes them. */
export async function exportStage(config: ControlExperiment, context: RunContext): Promise<RunSummary> {
  const { values, checkpoint } = trainedRun(config, context);
  const { history, planner } = config.plan;
  const { horizon } = shapeOf(config, planner);
  const data = trainedData(config, context, checkpoint);
  try {
    const experiment = experimentWorld(config, data);
    const { config: world } = experiment;
    const trainedOrigin = originOf(config, checkpoint);
    const dynamics = experiment.dynamics();
    const model = worldModel(dynamics, values, context.runtime);
    const decoder = await stateDecoder(config, context, model, data);
    const cost = costToExport(config, context, model);
    const { planner: planned, ...told } = trainedOrigin;
    const { cost: _, ...plain } = planned!;
    const origin = cost === undefined ? { ...told, planner: plain } : trainedOrigin;
    const files: ExportedFile[] = [
      ...(await exportModel({
        dir: context.out,
        config: world,
        values,
        origin,
        ...(decoder && { decoder }),
        ...(cost && { cost }),
        sizes: {
          batch: 1,
          tasks: 1,
          context: Math.min(history, dynamics.history),
          samples: planner.samples,
          horizon,
        },
      })),
    ];
    const written = (path: string): number => files.push({ path, bytes: statSync(path).size });
    const high = await trainedHighLevel(config, context, model, data);
    if (high !== undefined) {
      const path = join(context.out, 'hierarchy.safetensors');
      writeHierarchy(
        path,
        { config: world, values, origin: { ...told, planner: plain }, ...(decoder && { decoder }) },
        high,
      );
      written(path);
    }
    for (const policy of trainedPolicies(config, context, model, world)) {
      const path = join(context.out, `${policy.name}.safetensors`);
      writePolicy(path, policy.config, policy.values, { ...told, step: policy.step, seed: policy.seed });
      written(path);
    }
    await model.dispose();
    for (const { path, bytes } of files) context.log(`${path} (${(bytes / 2 ** 20).toFixed(1)} MiB)`);
    return { metrics: { 'export.files': files.length, 'export.bytes': files.reduce((n, f) => n + f.bytes, 0) } };
  } finally {
    data.store.close();
  }
}
