// Parity cases `lewm` and `lewm_default_init`: LeWorldModel's training pass with all gradients, its optimiser steps, and,
// where stored, evaluation, imagined rollouts and one whole cross-entropy solve.
// Legend: B clips, T frames, D width, A numbers per block, M slices, E tasks, S samples, H blocks, C context frames.

import { compile, type Program } from '../../src/compile/index.ts';
import { flatView, JepaError, key } from '../../src/core/index.ts';
import { sigreg, traceJepa } from '../../src/jepa/index.ts';
import { bind, blankValues, loadWeights, type ModelValues, type Vit } from '../../src/nn/index.ts';
import { adamW, clipByGlobalNorm } from '../../src/optim/index.ts';
import { cem, type PlanProblem } from '../../src/plan/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { type HostArray, input, reshape, slice, type Tensor, transpose } from '../../src/tensor/index.ts';
import { moduleProgram } from '../../src/train/index.ts';
import { bindCost, planCost } from '../../src/plan/index.ts';
import { type LeWm, type LeWmConfig, leWm, leWmMethod } from '../../src/world/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { eliteMargin } from './elite-margin.ts';

type Tensors = Record<string, ProducedTensor>;
type Scalars = Record<string, JsonValue>;

/** Takes the case `lewm`. */
export const leWmClaim: ParityClaim = claimOf('lewm');

/** Takes the case `lewm_default_init`: the same from the true initialisation, training only. */
export const leWmDefaultInit: ParityClaim = claimOf('lewm_default_init');

function claimOf(name: string): ParityClaim {
  return {
    case: name,
    async run(c) {
      const tensors: Tensors = {};
      const scalars: Scalars = {};
      await training(c, tensors, scalars);
      if (c.tensors().has('input.context_pixels')) await planning(c, tensors, scalars);
      return { tensors, scalars };
    },
  };
}

const runtime = (): ReturnType<typeof nodeRuntime> => nodeRuntime({ threads: 1 });

function configOf({ config }: ParityCase): LeWmConfig {
  const n = (path: string): number => numberOf(config, path);
  if (n('num_preds') !== 1 || n('clip_len') !== n('history') + 1) {
    throw new JepaError(
      'unsupported',
      `le-wm: clips must hold history + 1 frames for one-step predictions, got clip_len ${n('clip_len')}, history ${n('history')}, num_preds ${n('num_preds')}`,
    );
  }
  return {
    encoder: {
      imageSize: n('encoder.image_size'),
      patchSize: n('encoder.patch_size'),
      dim: n('encoder.hidden_size'),
      depth: n('encoder.depth'),
      heads: n('encoder.heads'),
      mlpDim: n('encoder.mlp'),
    },
    predictor: {
      depth: n('predictor.depth'),
      heads: n('predictor.heads'),
      headDim: n('predictor.dim_head'),
      mlpDim: n('predictor.mlp_dim'),
      dropout: 0,
    },
    embedDim: n('encoder.hidden_size'),
    projectorHidden: n('projector_hidden'),
    history: n('history'),
    actionDim: n('frameskip') * n('action_dim'),
    actionSmoothed: 10,
    sigreg: {
      weight: n('sigreg.weight'),
      directions: n('sigreg.num_proj'),
      knots: n('sigreg.knots'),
      tMax: n('sigreg.t_max'),
    },
  };
}

function modelOf(c: ParityCase): { readonly config: LeWmConfig; readonly values: ModelValues } {
  const base = configOf(c);
  const smoothed = c.weights().get('action_encoder.patch_embed.weight')?.shape[0];
  const config = { ...base, actionSmoothed: smoothed ?? base.actionSmoothed };
  const values = blankValues(leWm(config));
  loadWeights(values, c.weights(), (t) => Float32Array.from(t.data), c.dir);
  return { config, values };
}

/** The inputs of one optimisation step. */
interface ClipBatch {
  readonly pixels: Float32Array;
  readonly actions: Float32Array;
  readonly directions: Float32Array;
}

async function training(c: ParityCase, tensors: Tensors, scalars: Scalars): Promise<void> {
  const { config, values } = modelOf(c);
  const pixels = c.tensor('input.pixels');
  const [B, T, ...image] = pixels.shape as [number, number, ...number[]];
  const directions = c.tensor('input.sigreg_directions');
  const shapes: Record<string, readonly number[]> = {};
  const fed = input('directions', directions.shape.slice(1));
  const spec = leWmMethod(config, { batch: B, frames: T, pixels: 'f32', directions: fed });
  const program = await moduleProgram<LeWm, ClipBatch>({
    module: spec.module,
    key: key(0), // not drawn from: the weights are given
    values,
    runtime: runtime(),
    trace(model) {
      const { loss, terms, step } = traceJepa(spec, model);
      const z = step.latents.clip!.embedding;
      const act = model.encodeActions(step.inputs.actions!);
      const observe = {
        emb: z,
        act_emb: act,
        patch_tokens: (model.encoder as Vit).tokens(reshape(step.inputs.pixels!, [B * T, ...image])),
        predictor_raw: model.predictRaw(slice(z, 1, 0, T - 1), slice(act, 1, 0, T - 1)),
        pred_emb: step.pairs[0]!.prediction,
        sigreg_per_slice: sigreg(transpose(z, [1, 0, 2]), fed, config.sigreg).perSlice,
      };
      for (const [name, t] of Object.entries(observe)) shapes[name] = t.shape;
      return { loss, terms: { pred: terms.prediction!, sigreg: terms.sigreg! }, observe };
    },
    inputs: (batch) => ({ ...batch }),
  });

  const { layout, params, grads, bufferLayout, buffers } = program;
  const optimiser = adamW(layout, { weightDecay: numberOf(c.config, 'optim.weight_decay') });
  const steps = numberOf(c.config, 'optim.steps');
  const losses: { loss: number[]; pred: number[]; sigreg: number[]; norm: number[] } = {
    loss: [],
    pred: [],
    sigreg: [],
    norm: [],
  };
  const rows = (name: string, step: number): Float32Array => {
    const { data, shape } = c.tensor(name);
    const size = data.length / shape[0]!;
    return data.subarray(step * size, (step + 1) * size) as Float32Array;
  };
  for (let step = 0; step < steps; step++) {
    const batch: ClipBatch = {
      pixels: rows('input.train_pixels', step),
      actions: rows('input.train_action_blocks', step),
      directions: rows('input.sigreg_directions', step),
    };
    const { loss, terms } = await program.step(batch, key(0), step);
    if (step === 0) {
      for (const [name, shape] of Object.entries(shapes))
        tensors[`output.${name}`] = { shape, data: (program.observed[name] as Float32Array).slice() };
      for (const { name, shape } of bufferLayout.entries)
        tensors[`output.bn.${name}`] = { shape, data: flatView(bufferLayout, buffers, name).slice() };
      for (const { name, shape } of layout.entries)
        tensors[`grad.${name}`] = { shape, data: flatView(layout, grads, name).slice() };
    }
    losses.loss.push(loss);
    losses.pred.push(terms.pred!);
    losses.sigreg.push(terms.sigreg!);
    losses.norm.push(clipByGlobalNorm(grads, numberOf(c.config, 'optim.clip')));
    optimiser.step(params, grads, numberOf(c.config, 'optim.lr'));
  }
  for (const { name, shape } of layout.entries)
    tensors[`after.${name}`] = { shape, data: flatView(layout, params, name) };
  for (const { name, shape } of bufferLayout.entries)
    tensors[`after.${name}`] = { shape, data: flatView(bufferLayout, buffers, name) };
  // We count no batches: the momentum is fixed, so the count has no influence. It is what it must be.
  for (const [name, { shape, data }] of c.weights())
    if (name.endsWith('num_batches_tracked')) {
      tensors[`after.${name}`] = { shape, data: [data[0]! + steps] };
      tensors[`output.bn.${name}`] = { shape, data: [data[0]! + 1] };
    }
  Object.assign(scalars, {
    loss: losses.loss[0]!,
    pred_loss: losses.pred[0]!,
    sigreg_loss: losses.sigreg[0]!,
    train_losses: losses.loss,
    train_pred_losses: losses.pred,
    train_sigreg_losses: losses.sigreg,
    train_grad_norms_before_clip: losses.norm,
  });
  await program.program.dispose();
}

/** Evaluation-mode outputs, all with the initial weights. */
async function planning(c: ParityCase, tensors: Tensors, scalars: Scalars): Promise<void> {
  const { config, values } = modelOf(c);
  const dim = config.embedDim;
  const { model } = bind(leWm(config), 'eval');
  const compiled = (outputs: Readonly<Record<string, Tensor>>): Promise<Program> =>
    compile(outputs, { runtime: runtime(), name: 'le-wm' });
  const run = async (program: Program, inputs: Readonly<Record<string, HostArray>>) =>
    program.run({ inputs, parameters: values.parameters, state: values.buffers });
  const shapeOf = (name: string): readonly number[] => c.tensor(name).shape;
  const dataOf = (name: string): Float32Array => c.tensor(name).data as Float32Array;
  const store = (outputs: Readonly<Record<string, Tensor>>, results: Readonly<Record<string, HostArray>>): void => {
    for (const [name, { shape }] of Object.entries(outputs))
      tensors[`output.${name}`] = { shape, data: results[name] as Float32Array };
  };

  const stored = (name: string): Tensor => input(name, shapeOf(name));
  const context = model.encode(stored('input.context_pixels'));
  const goal = model.encode(stored('input.goal_pixels'));
  const [E, C] = context.shape as [number, number];
  const now = slice(context, 1, C - 1);
  const candidates = stored('input.candidates');
  const flatGoal = reshape(goal, [E, dim]);
  const goalCost = bindCost(planCost('last', dim));
  const rolloutNow = model.rollout(now, undefined, candidates);
  const executed = C > 1 ? stored('input.action_history') : undefined;
  const rolloutAll = model.rollout(context, executed, candidates);
  const outputs = {
    eval_emb: model.encode(stored('input.pixels')),
    goal_emb: goal,
    rollout_h1: rolloutNow,
    cost_h1: goalCost(rolloutNow, flatGoal),
    rollout_hist: rolloutAll,
    cost_hist: goalCost(rolloutAll, flatGoal),
  };
  const program = await compiled({ ...outputs, now });
  const names = program.sources.filter((s) => s.role === 'input').map((s) => s.name);
  const results = await run(program, Object.fromEntries(names.map((n) => [n, dataOf(n)])));
  store(outputs, results);
  await program.dispose();

  const [, , H, A] = candidates.shape as [number, number, number, number];
  const S = numberOf(c.config, 'cem.samples');
  const scorer = await compiled({
    cost: goalCost(
      model.rollout(input('now', [E, 1, dim]), undefined, input('plans', [E, S, H, A])),
      input('goal', [E, dim]),
    ),
  });
  const problem: PlanProblem = {
    name: 'le-wm',
    tasks: E,
    horizon: H,
    actionDim: A,
    async cost(plans) {
      const inputs = { now: results.now!, goal: results.goal_emb!, plans };
      return (await run(scorer, inputs)).cost as Float32Array;
    },
  };
  await solve(c, problem, tensors, scalars);
  await scorer.dispose();
}

/** One cross-entropy solve from the current frame, with the stored noise. */
async function solve(c: ParityCase, problem: PlanProblem, tensors: Tensors, scalars: Scalars): Promise<void> {
  const n = (name: string): number => numberOf(c.config, `cem.${name}`);
  const { tasks: E, horizon: H, actionDim: A } = problem;
  const [S, K, iterations] = [n('samples'), n('topk'), n('iterations')];
  const noise = c.tensor('input.cem_noise').data;
  const cost = new Float32Array(iterations * E * S);
  const mean = new Float32Array(iterations * E * H * A);
  const std = new Float32Array(mean.length);
  const elites = new Int32Array(iterations * E * K);
  const solver = cem({ samples: S, elites: K, iterations, initialStd: n('var_scale') });
  const result = await solver.solve(problem, {
    key: key(0), // not drawn from: the noise is given
    noise: (iteration, out) => out.set(noise.subarray(iteration * out.length, (iteration + 1) * out.length)),
    onIteration(step) {
      cost.set(step.cost, step.iteration * step.cost.length);
      mean.set(step.mean, step.iteration * step.mean.length);
      std.set(step.std, step.iteration * step.std.length);
      elites.set(step.elites, step.iteration * step.elites.length);
    },
  });
  Object.assign(tensors, {
    'output.cem_cost': { shape: [iterations, E, S], data: cost },
    'output.cem_mean': { shape: [iterations, E, H, A], data: mean },
    'output.cem_std': { shape: [iterations, E, H, A], data: std },
    'output.cem_elites': { shape: [iterations, E, K], data: elites },
    'output.cem_plan': { shape: [E, H, A], data: result.plan },
  });
  scalars.cem_elite_margin_rel = eliteMargin(cost, S, K);
  scalars.cem_final_elite_cost = Array.from(result.cost);
}
