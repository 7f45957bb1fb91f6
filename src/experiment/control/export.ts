// The export stage: the newest checkpoint as ONNX graphs and one self-contained safetensors file.

import { exportModel, type ModelOrigin } from '../../agent/index.ts';
import { JepaError } from '../../core/index.ts';
import type { Checkpoint } from '../../run/node.ts';
import type { RunContext, RunSummary } from '../recipe.ts';
import type { ControlExperiment } from './config.ts';
import { trainedData } from './data.ts';
import { actionBounds, experimentWorld, trainedRun } from './stages.ts';

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
  return { env, frameSkip, actions, actionBounds: actionBounds(config), split, step, seed };
}

/** Writes the graphs and the model file into `context.out`: one task, one image at a time, plans as the planner makes them. */
export async function exportStage(config: ControlExperiment, context: RunContext): Promise<RunSummary> {
  const { values, checkpoint } = trainedRun(config, context);
  const { history, planner, horizon } = config.plan;
  const data = trainedData(config, context, checkpoint);
  const world = experimentWorld(config, data);
  data.store.close();
  const files = await exportModel({
    dir: context.out,
    config: world.config,
    values,
    origin: originOf(config, checkpoint),
    sizes: {
      batch: 1,
      tasks: 1,
      context: Math.min(history, world.dynamics().history),
      samples: planner.samples,
      horizon,
    },
  });
  for (const { path, bytes } of files) context.log(`${path} (${(bytes / 2 ** 20).toFixed(1)} MiB)`);
  return { metrics: { 'export.files': files.length, 'export.bytes': files.reduce((n, f) => n + f.bytes, 0) } };
}
