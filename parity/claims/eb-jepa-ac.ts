// Parity case `eb_jepa_ac`: EB-JEPA's world model, its training pass with all gradients, three optimiser steps, imagined
// plans, and the planners on the costs that the model gives.
// Legend: B clips, C channels, T frames, D width, A numbers of an action, H steps, S samples.

import { bindCost, planCost } from '../../src/plan/index.ts';
import { compile, type Program } from '../../src/compile/index.ts';
import { flatView, key } from '../../src/core/index.ts';
import { traceJepa } from '../../src/jepa/index.ts';
import { bind, blankValues, loadWeights, type ModelValues } from '../../src/nn/index.ts';
import { adamW, clipByGlobalNorm } from '../../src/optim/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { concat, input, reshape, slice, type Tensor, transpose } from '../../src/tensor/index.ts';
import { type ModuleProgram, moduleProgram, type StepInputs } from '../../src/train/index.ts';
import { type EbJepa, type EbJepaConfig, type EbJepaWeights, ebJepa, ebJepaMethod, ebJepaTensors } from '../../src/world/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { booleanOf, numberOf, numbersOf } from '../runner/config.ts';
import { ebJepaPlanners } from './stored-planners.ts';
import { stepInput, timeFirst } from './time-first.ts';

type Tensors = Record<string, ProducedTensor>;
type Scalars = Record<string, JsonValue>;

/** Takes the case `eb_jepa_ac`. */
export const ebJepaAc: ParityClaim = {
  case: 'eb_jepa_ac',
  async run(c) {
    const tensors: Tensors = {};
    const scalars: Scalars = {};
    await training(c, tensors, scalars);
    await planning(c, tensors, scalars);
    return { tensors, scalars };
  },
};

const runtime = (): ReturnType<typeof nodeRuntime> => nodeRuntime({ threads: 1 });

function configOf({ config }: ParityCase): EbJepaConfig {
  const n = (path: string): number => numberOf(config, path);
  return {
    encoder: {
      imageSize: n('size'),
      channels: n('channels'),
      stacks: numbersOf(config, 'stack_sizes'),
      blocks: n('num_blocks'),
      dim: n('dim'),
    },
    actionDim: n('action_dim'),
    inverseHidden: n('idm_hidden'),
  };
}

function weightsOf({ config }: ParityCase): EbJepaWeights {
  const n = (name: string): number => numberOf(config, `reg.${name}`);
  return { variance: n('std'), covariance: n('cov'), similarity: n('sim'), inverse: n('idm') };
}

function modelOf(c: ParityCase): { readonly config: EbJepaConfig; readonly values: ModelValues } {
  const config = configOf(c);
  const values = blankValues(ebJepa(config));
  loadWeights(values, ebJepaTensors(c.weights()), (t) => Float32Array.from(t.data), c.dir);
  return { config, values };
}

/** The model's [B, T, D] as the reference's [B, D, T, 1, 1]. */
function channelsFirst(z: Tensor): Tensor {
  const [B, T, D] = z.shape as [number, number, number];
  return reshape(transpose(z, [0, 2, 1]), [B, D, T, 1, 1]);
}

async function training(c: ParityCase, tensors: Tensors, scalars: Scalars): Promise<void> {
  const { config, values } = modelOf(c);
  const [B, , T, ...size] = c.tensor('input.observations').shape as [number, number, number, ...number[]];
  const weights = weightsOf(c);
  const clips = { batch: B, frames: T, steps: numberOf(c.config, 'nsteps'), pixels: 'f32' } as const;
  const spec = ebJepaMethod(config, { ...clips, firstStepOnly: booleanOf(c.config, 'reg.first_t_only') }, weights);
  const shapes: Record<string, readonly number[]> = {};
  const program = await moduleProgram<EbJepa, StepInputs>({
    module: spec.module,
    key: key(0), // not drawn from: the weights are given
    values,
    runtime: runtime(),
    trace(model) {
      const { loss, terms, step } = traceJepa(spec, model);
      const z = step.latents.clip!.embedding;
      const first = reshape(slice(step.inputs.pixels!, 1, 0, 1), [B, config.encoder.channels, ...size]);
      const observe = {
        'output.state': channelsFirst(z),
        'output.predicted': channelsFirst(concat([slice(z, 1, 0, 1), step.pairs[0]!.prediction], 1)),
        'output.stack0': model.encoder.stacks(first)[0]!,
        'output.conv_features': model.encoder.features(first),
      };
      for (const [name, t] of Object.entries(observe)) shapes[name] = t.shape;
      return { loss, terms, observe };
    },
    inputs: (batch) => batch,
  });

  const { layout, params, grads } = program;
  const optimiser = adamW(layout, { weightDecay: numberOf(c.config, 'optim.weight_decay') });
  const norms: Record<'encoder' | 'predictor', number[]> = { encoder: [], predictor: [] };
  const losses: number[] = [];
  for (let step = 0; step < numberOf(c.config, 'optim.steps'); step++) {
    const batch = {
      pixels: stepInput(c, 'input.train_observations', step),
      actions: stepInput(c, 'input.train_actions', step),
    };
    const { loss, terms } = await program.step(batch, key(0), step);
    losses.push(loss);
    if (step === 0) {
      for (const [name, shape] of Object.entries(shapes))
        tensors[name] = { shape, data: (program.observed[name] as Float32Array).slice() };
      for (const { name, shape } of layout.entries)
        tensors[`grad.${name}`] = { shape, data: flatView(layout, grads, name).slice() };
      Object.assign(scalars, lossScalars(loss, terms, weights));
    }
    const [encoder, predictor] = clipped(program, numberOf(c.config, 'optim.clip'));
    norms.encoder.push(encoder);
    norms.predictor.push(predictor);
    optimiser.step(params, grads, numberOf(c.config, 'optim.lr'));
  }
  for (const { name, shape } of layout.entries) {
    const after = { shape, data: flatView(layout, params, name) };
    tensors[`after.${name}`] = after;
    if (name.startsWith('encoder.final_ln.')) tensors[`after.${name.replace('encoder', 'predictor')}`] = after;
  }
  scalars.train_losses = losses;
  scalars.train_encoder_grad_norm = norms.encoder;
  scalars.train_predictor_grad_norm = norms.predictor;
  await program.program.dispose();
}

/** Losses of the first step under the names of case.json. */
function lossScalars(loss: number, terms: Readonly<Record<string, number>>, weights: EbJepaWeights): Scalars {
  const { prediction, variance, covariance, similarity } = terms as Record<string, number>;
  // The reference does not compute a term of weight 0.
  const inverse = weights.inverse > 0 ? terms.inverse : 0;
  return {
    loss,
    reg_loss: loss - prediction!,
    reg_loss_unweighted: variance! + covariance! + similarity! + inverse!,
    pred_loss: prediction!,
    cov_loss: covariance!,
    std_loss: variance!,
    sim_loss_t: similarity!,
    idm_loss: inverse!,
  };
}

/**
 * Clips the encoder's gradient and then the predictor's, as the reference; the shared layer norm, which stands between them
 * in the layout, is in both. The inverse model's is left as it is.
 */
function clipped({ layout, grads }: ModuleProgram<StepInputs>, max: number): [encoder: number, predictor: number] {
  const offset = (name: string): number => layout.index.get(name)!.offset;
  const inverse = layout.entries.find(({ name }) => name.startsWith('regularizer.'))!.offset;
  const encoder = clipByGlobalNorm(grads.subarray(0, offset('predictor.rnn.weight_ih_l0')), max);
  return [encoder, clipByGlobalNorm(grads.subarray(offset('encoder.final_ln.weight'), inverse), max)];
}

/** What the model imagines, all with the initial weights. */
async function planning(c: ParityCase, tensors: Tensors, scalars: Scalars): Promise<void> {
  const { config, values } = modelOf(c);
  const dim = config.encoder.dim;
  const { model } = bind(ebJepa(config), 'eval');
  const compiled = (outputs: Readonly<Record<string, Tensor>>): Promise<Program> =>
    compile(outputs, { runtime: runtime(), name: 'eb-jepa' });
  const given = { parameters: values.parameters, state: values.buffers };

  /** One frame: [1, C, 1, H, W] is [1, 1, C, H, W] in memory. */
  const frame = (name: string): Tensor => {
    const [B, C, T, ...size] = c.tensor(name).shape as [number, number, number, ...number[]];
    return input(name, [B, T, C, ...size]);
  };
  const dataOf = (name: string): Float32Array => c.tensor(name).data as Float32Array;
  const now = model.encode(frame('input.plan_obs'));
  const goal = model.encode(frame('input.plan_goal'));
  const { shape: plansShape } = c.tensor('input.rand_actions');
  const [plans, A, H] = plansShape as [number, number, number];
  const imagined = reshape(model.rollout(now, input('plans', [1, plans, H, A])), [plans, H + 1, dim]);
  const outputs = { now, goal_enc: channelsFirst(goal), rand_unroll: channelsFirst(imagined) };
  const program = await compiled(outputs);
  const results = await program.run({
    inputs: {
      'input.plan_obs': dataOf('input.plan_obs'),
      'input.plan_goal': dataOf('input.plan_goal'),
      plans: timeFirst(dataOf('input.rand_actions'), [plans, A, H]),
    },
    ...given,
  });
  await program.dispose();
  for (const name of ['goal_enc', 'rand_unroll'] as const)
    tensors[`output.${name}`] = { shape: outputs[name].shape, data: results[name] as Float32Array };

  const candidates = input('plans', [1, numberOf(c.config, 'plan.samples'), numberOf(c.config, 'plan.horizon'), A]);
  const context = input('now', [1, 1, dim]);
  const scorer = await compiled({ cost: bindCost(planCost('all', dim))(model.rollout(context, candidates), input('goal', [1, dim])) });
  const planned = await ebJepaPlanners(c, async (candidatePlans) => {
    const inputs = { now: results.now!, goal: results.goal_enc!, plans: candidatePlans };
    return (await scorer.run({ inputs, ...given })).cost as Float32Array;
  });
  await scorer.dispose();
  Object.assign(tensors, planned.tensors);
  Object.assign(scalars, planned.scalars);
}
