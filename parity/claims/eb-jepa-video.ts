// Parity case `eb_jepa_video`: EB-JEPA's video model, its training pass with all gradients and running statistics, three
// Adam steps, and predictions in evaluation mode. Legend: B clips, T frames, h w size, D channels of a map, H steps.

import { compile } from '../../src/compile/index.ts';
import { flatView, key } from '../../src/core/index.ts';
import { traceJepa } from '../../src/jepa/index.ts';
import { bind, blankValues, loadWeights, type ModelValues } from '../../src/nn/index.ts';
import { adam } from '../../src/optim/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { at, input, slice, type Tensor, transpose } from '../../src/tensor/index.ts';
import { moduleProgram, type StepInputs } from '../../src/train/index.ts';
import { type EbJepaVideo, ebJepaTensors, ebJepaVideo, ebJepaVideoMethod, type VideoConfig } from '../../src/world/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf, widthsOf } from '../runner/config.ts';
import { stepInput, timeFirst } from './time-first.ts';

type Tensors = Record<string, ProducedTensor>;

/** Takes the case `eb_jepa_video`. */
export const ebJepaVideoClaim: ParityClaim = {
  case: 'eb_jepa_video',
  async run(c) {
    const tensors: Tensors = {};
    const scalars = await training(c, tensors);
    await evaluation(c, tensors);
    return { tensors, scalars };
  },
};

function modelOf(c: ParityCase): { readonly config: VideoConfig; readonly values: ModelValues } {
  const n = (name: string): number => numberOf(c.config, name);
  const config = {
    channels: n('channels'),
    encoderWidth: n('henc'),
    dim: n('dstc'),
    predictorWidth: n('hpre'),
    projector: widthsOf(c.config, 'proj').slice(1),
  };
  const values = blankValues(ebJepaVideo(config));
  loadWeights(values, ebJepaTensors(c.weights()), (t) => Float32Array.from(t.data), c.dir);
  return { config, values };
}

/** Maps [B, T, h, w, D] as the reference's [B, D, T, h, w]. */
const channelsFirst = (maps: Tensor): Tensor => transpose(maps, [0, 4, 1, 2, 3]);

/** Parts that the reference holds under a second name too. */
const TWICE = [
  ['encoder.', 'action_encoder.'],
  ['regularizer.proj.', 'predcost.proj.'],
] as const;

async function training(c: ParityCase, tensors: Tensors): Promise<Record<string, JsonValue>> {
  const { config, values } = modelOf(c);
  const n = (name: string): number => numberOf(c.config, name);
  const weights = { variance: n('std_coeff'), covariance: n('cov_coeff') };
  const [batch, , frames, height, width] = c.tensor('input.video').shape as [number, number, number, number, number];
  const clips = { batch, frames, size: [height, width], steps: n('nsteps') } as const;
  const spec = ebJepaVideoMethod(config, { ...clips, pixels: 'f32', weights });
  const shapes: Record<string, readonly number[]> = {};
  const program = await moduleProgram<EbJepaVideo, StepInputs>({
    module: spec.module,
    key: key(0), // not drawn from: the weights are given
    values,
    runtime: nodeRuntime({ threads: 1 }),
    trace(model) {
      const { loss, terms, step } = traceJepa(spec, model);
      const predicted = step.pairs[0]!.prediction;
      const observe: Record<string, Tensor> = {
        'output.state': channelsFirst(step.latents.clip!.embedding),
        'output.predicted': channelsFirst(at(predicted, 0, clips.steps - 1)),
      };
      for (let k = 0; k < clips.steps; k++)
        observe[`output.step${k}`] = channelsFirst(slice(at(predicted, 0, k), 1, 2));
      for (const [name, t] of Object.entries(observe)) shapes[name] = t.shape;
      return { loss, terms, observe };
    },
    inputs: (batch) => batch,
  });

  const { layout, params, grads, bufferLayout, buffers } = program;
  const optimiser = adam(layout);
  const losses: number[] = [];
  let scalars: Record<string, JsonValue> = {};
  for (let step = 0; step < n('optim.steps'); step++) {
    const { loss, terms } = await program.step({ pixels: stepInput(c, 'input.train_video', step) }, key(0), step);
    losses.push(loss);
    if (step === 0) {
      for (const [name, shape] of Object.entries(shapes))
        tensors[name] = { shape, data: (program.observed[name] as Float32Array).slice() };
      for (const { name, shape } of layout.entries)
        tensors[`grad.${name}`] = { shape, data: flatView(layout, grads, name).slice() };
      for (const { name, shape } of bufferLayout.entries)
        tensors[`output.bn.${name}`] = { shape, data: flatView(bufferLayout, buffers, name).slice() };
      const [std, cov] = [terms.variance!, terms.covariance!];
      const regularised = weights.variance * std + weights.covariance * cov;
      scalars = { loss, reg_loss: regularised, reg_loss_unweighted: std + cov, pred_loss: terms.prediction! };
      scalars = { ...scalars, std_loss: std, cov_loss: cov };
    }
    optimiser.step(params, grads, n('optim.lr'));
  }
  for (const [entries, data] of [
    [layout, params],
    [bufferLayout, buffers],
  ] as const)
    for (const { name, shape } of entries.entries) {
      const after = { shape, data: flatView(entries, data, name) };
      tensors[`after.${name}`] = after;
      for (const [first, second] of TWICE)
        if (name.startsWith(first)) tensors[`after.${second}${name.slice(first.length)}`] = after;
    }
  await program.program.dispose();
  return { ...scalars, train_losses: losses };
}

/** The predictions with running statistics. */
async function evaluation(c: ParityCase, tensors: Tensors): Promise<void> {
  const { config, values } = modelOf(c);
  const { data, shape } = c.tensor('input.video');
  const [B, C, T, ...size] = shape as [number, number, number, ...number[]];
  const { model } = bind(ebJepaVideo(config), 'eval');
  const maps = model.encode(input('video', [B, T, C, ...size]));
  const predicted = channelsFirst(model.unroll(maps, numberOf(c.config, 'nsteps')).at(-1)!);
  const program = await compile({ predicted }, { runtime: nodeRuntime({ threads: 1 }), name: 'eb-jepa-video' });
  const results = await program.run({
    inputs: { video: timeFirst(data, shape) },
    parameters: values.parameters,
    state: values.buffers,
  });
  await program.dispose();
  tensors['output.eval_predicted'] = { shape: predicted.shape, data: results.predicted as Float32Array };
}
