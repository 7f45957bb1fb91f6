// Parity case `dino_wm`: DINO-WM on stored patch features, its training pass with all gradients, a rollout, both objectives,
// and one whole cross-entropy solve with the costs of our model.
// Legend: E tasks, S samples, H blocks, P patches, Dv, Ep and Ea widths of patch feature, proprioception and action.

import { grad } from '../../src/autodiff/index.ts';
import { compile, type Program } from '../../src/compile/index.ts';
import { JepaError } from '../../src/core/index.ts';
import { traceJepa } from '../../src/jepa/index.ts';
import { bind, blankValues, loadWeights, type ModelValues } from '../../src/nn/index.ts';
import type { PlanProblem } from '../../src/plan/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { at, broadcastTo, expandDims, type HostArray, input, reduceMean, reshape, slice, square, sub, type Tensor } from '../../src/tensor/index.ts';
import { type DinoWm, type DinoWmConfig, dinoWm, dinoWmMethod, type FrameEncoder, type FrameGoalCost, type FrameState, frameCausal, frameGoalCost, storedFeatures } from '../../src/world/index.ts';
import type { ParityCase } from '../runner/case.ts';
import type { ParityClaim, ParityResult, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { stored, trainPass } from './pass.ts';
import { dinoWmPlanner, dinoWmPlanSizes } from './stored-planners.ts';

/** Takes the case `dino_wm`. */
export const dinoWmClaim: ParityClaim = {
  case: 'dino_wm',
  async run(c) {
    const trained = await training(c);
    const imagined = await imagination(c);
    return {
      tensors: { ...trained.tensors, ...imagined.tensors },
      scalars: { ...trained.scalars, ...imagined.scalars },
    };
  },
};

function configOf({ config }: ParityCase): { readonly config: DinoWmConfig; readonly encoder: FrameEncoder } {
  const n = (path: string): number => numberOf(config, path);
  if (n('num_pred') !== 1) {
    throw new JepaError(
      'unsupported',
      `dino_wm: predicts the next frame, as the reference's configurations all do, got num_pred ${n('num_pred')}`,
    );
  }
  return {
    config: {
      predictor: {
        depth: n('depth'),
        heads: n('heads'),
        headDim: n('dim_head'),
        mlpDim: n('mlp_dim'),
        dropout: 0,
      },
      history: n('num_hist'),
      action: { dim: n('action_dim'), embedDim: n('action_emb') },
      proprio: { dim: n('proprio_dim'), embedDim: n('proprio_emb') },
    },
    encoder: storedFeatures(n('patches'), n('visual_dim')),
  };
}

async function training(c: ParityCase): Promise<ParityResult> {
  const { config, encoder } = configOf(c);
  const [batch, frames] = c.tensor('input.visual').shape as [number, number];
  const spec = dinoWmMethod(config, { encoder, batch, frames });
  const inputs = {
    frames: stored(c, 'input.visual'),
    actions: stored(c, 'input.act'),
    proprio: stored(c, 'input.proprio'),
  };
  const { tensors, loss, terms, program } = await trainPass(c, spec.module, (model) => {
    const traced = traceJepa({ ...spec, inputs: {}, pairs: () => spec.pairs(inputs) }, model);
    const [pair] = traced.step.pairs;
    const z = model.act(pair!.context.embedding, model.encodeActions(inputs.actions));
    const error = square(sub(pair!.prediction, pair!.target));
    const [dVisual] = grad(traced.loss, [inputs.frames]);
    return {
      loss: traced.loss,
      terms: {
        z_loss: traced.terms.prediction!,
        z_visual_loss: reduceMean(slice(error, -1, 0, encoder.dim)),
        z_proprio_loss: reduceMean(slice(error, -1, encoder.dim)),
      },
      observe: {
        'output.z': z,
        'output.z_pred': model.predictRaw(slice(z, 1, 0, frames - 1)),
        'output.d_visual': dVisual!,
      },
    };
  });
  await program.program.dispose();
  const n = config.history * encoder.patches;
  const mask: ProducedTensor = { shape: [n, n], data: frameCausal(config.history, encoder.patches) };
  return { tensors: { ...tensors, 'output.attn_mask': mask }, scalars: { loss, ...terms } };
}

/** The initial frames and the goal. */
interface Task {
  /** Rolls out blocks [E, S, T, A], of which the first ones stand between the initial frames (case notes). */
  imagine(blocks: Tensor): FrameState;
  readonly goal: { readonly visual: Tensor; readonly proprio: Tensor };
}

function taskOf(c: ParityCase, model: DinoWm): Task {
  const context = {
    visual: model.encodeFrames(stored(c, 'input.roll_visual0')),
    proprio: model.encodeProprio(stored(c, 'input.roll_proprio0')),
  };
  return {
    imagine: (blocks) => imagine(model, context, blocks),
    goal: {
      visual: at(model.encodeFrames(stored(c, 'input.goal_visual')), 1, 0),
      proprio: at(model.encodeProprio(stored(c, 'input.goal_proprio')), 1, 0),
    },
  };
}

/** The model's rollout with other executed blocks for each sample: every sample as a task of its own. */
function imagine(model: DinoWm, { visual, proprio }: FrameState, blocks: Tensor): FrameState {
  const [E, S, T, A] = blocks.shape as [number, number, number, number];
  const between = visual.shape[1]! - 1;
  if (between === 0) return model.rollout({ visual, proprio }, undefined, blocks);
  const perSample = (x: Tensor): Tensor => {
    const [, ...rest] = x.shape;
    return reshape(broadcastTo(expandDims(x, 1), [E, S, ...rest]), [E * S, ...rest]);
  };
  const rows = reshape(blocks, [E * S, T, A]);
  const rolled = model.rollout(
    { visual: perSample(visual), proprio: perSample(proprio!) },
    slice(rows, 1, 0, between),
    expandDims(slice(rows, 1, between), 1),
  );
  const perTask = (x: Tensor): Tensor => reshape(x, [E, S, ...x.shape.slice(2)]);
  return { visual: perTask(rolled.visual), proprio: perTask(rolled.proprio!) };
}

/** Evaluation-mode outputs. */
async function imagination(c: ParityCase): Promise<ParityResult> {
  const { config, encoder } = configOf(c);
  const module = dinoWm(config, encoder);
  const values = blankValues(module);
  loadWeights(values, c.weights(), (t) => Float32Array.from(t.data), c.dir);
  const task = taskOf(c, bind(module, 'eval').model);
  const { visual, proprio } = task.imagine(expandDims(stored(c, 'input.roll_act'), 1));
  const cost = (options: FrameGoalCost): Tensor => at(frameGoalCost({ visual, proprio }, task.goal, options), 1, 0);
  const outputs = {
    'output.roll_visual': at(visual, 1, 0),
    'output.roll_proprio': at(proprio!, 1, 0),
    'output.goal_proprio_emb': expandDims(task.goal.proprio, 1),
    // case.json: the last frame alone with alpha 1, whatever the configuration's; the planner's cost has that.
    'output.obj_last': cost({ frames: 'last', alpha: 1 }),
    'output.obj_all': cost({ frames: 'all', alpha: numberOf(c.config, 'alpha'), base: numberOf(c.config, 'base') }),
  };
  const program = await compile(outputs, { runtime: nodeRuntime({ threads: 1 }), name: 'dino-wm' });
  const results = await run(c, program, values);
  await program.dispose();
  const planned = await solve(c, task, values);
  const tensors: Record<string, ProducedTensor> = { ...planned.tensors };
  for (const [name, { shape }] of Object.entries(outputs))
    tensors[name] = { shape, data: results[name] as Float32Array };
  return { tensors, scalars: planned.scalars ?? {} };
}

/** One run on the stored inputs and `plans`. */
async function run(
  c: ParityCase,
  program: Program,
  values: ModelValues,
  given: Readonly<Record<string, HostArray>> = {},
): Promise<Readonly<Record<string, HostArray>>> {
  const names = program.sources.filter((s) => s.role === 'input').map((s) => s.name);
  const inputs = Object.fromEntries(
    names.map((name) => [name, given[name] ?? (c.tensor(name).data as Float32Array)] as const),
  );
  return program.run({ inputs, parameters: values.parameters, state: values.buffers });
}

/** The cross-entropy solve with the stored noise, on the costs of our model. */
async function solve(c: ParityCase, task: Task, values: ModelValues): Promise<ParityResult> {
  const sizes = dinoWmPlanSizes(c);
  const { tasks: E, horizon: H, actionDim: A } = sizes;
  const S = numberOf(c.config, 'plan.samples');
  const plans = input('plans', [E, S, H, A]);
  const cost = frameGoalCost(task.imagine(plans), task.goal, { alpha: numberOf(c.config, 'alpha') });
  const scorer = await compile({ cost }, { runtime: nodeRuntime({ threads: 1 }), name: 'dino-wm' });
  const problem: PlanProblem = {
    name: 'dino-wm',
    ...sizes,
    cost: async (candidates) => (await run(c, scorer, values, { plans: candidates })).cost as Float32Array,
  };
  const result = await dinoWmPlanner(c, problem);
  await scorer.dispose();
  return result;
}
