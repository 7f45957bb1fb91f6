// Parity cases `ijepa` and `ijepa_contexts` (several contexts of an image): encoders, predictor, smooth-L1 loss, all gradients,
// AdamW steps and the teacher's updates.
// Legend: B images, N patches, M contexts of K patches, Kp patches of a target block, D width.

import { flatView, key } from '../../src/core/index.ts';
import { forEachContext, narrowVit, smoothL1Energy } from '../../src/jepa/index.ts';
import { frozen, type Grid, type Module, module, plainLayerNorm, sinCosPositions, type Vit, vit } from '../../src/nn/index.ts';
import { adamW, decayMatrices, emaUpdate } from '../../src/optim/index.ts';
import { concat, layerNormalise, affine, matmul, parameter, reduceMean, reshape, slice, smoothL1, softmax, type Tensor, takeTokens, transpose } from '../../src/tensor/index.ts';
import type { ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { inputsOf, type Pass, stored, trainPass } from './pass.ts';

const EPSILON = 1e-6;

/** Takes the cases `ijepa` and `ijepa_contexts`. */
export const iJepaClaims: readonly ParityClaim[] = ['ijepa', 'ijepa_contexts'].map((name) => ({
  case: name,
  async run(c) {
    const n = (name: string): number => numberOf(c.config, name);
    const side = n('image') / n('patch');
    const grid: Grid = [side, side];
    const encoder = (): Module<Vit> =>
      vit({
        imageSize: n('image'),
        patchSize: n('patch'),
        dim: n('dim'),
        depth: n('depth'),
        heads: n('heads'),
        mlpDim: 4 * n('dim'),
        layerNormEpsilon: EPSILON,
        names: 'meta',
        cls: false,
        positions: 'sincos',
      });
    const net = module(
      {
        encoder: encoder(),
        predictor: narrowVit({ inDim: n('dim'), dim: n('pred_dim'), depth: n('pred_depth'), heads: n('heads'), grid }),
        target_encoder: frozen(encoder()),
      },
      (m) => m,
    );
    const pass = await trainPass(c, net, (model) => {
      const images = stored(c, 'input.images');
      const contexts = n('n_enc');
      const masks = (kind: 'enc' | 'pred'): Tensor[] =>
        Array.from({ length: n(`n_${kind}`) }, (_, i) => stored(c, `input.masks_${kind}.${i}`));
      const keep = concat(masks('enc'), 0);
      const targets = masks('pred');
      const whole = model.target_encoder.patches(images);
      const normed = plainLayerNorm(whole, 1e-5);
      const blocks = targets.map((ids) => takeTokens(normed, ids));
      const target = concat(forEachContext(blocks, contexts), 0);
      const context = model.encoder.patches(concat(Array<Tensor>(contexts).fill(images), 0), { keep });
      const prediction = model.predictor(context, keep, targets);
      const loss = reduceMean(smoothL1Energy().perSlot(prediction, target));
      return {
        loss,
        terms: {},
        observe: {
          'output.target_tokens': whole,
          'output.target_normed': normed,
          'output.target': target,
          'output.full_context': model.encoder.patches(images),
          'output.attn0': firstAttention(model.encoder, images, n('heads')),
          'output.context': context,
          'output.prediction': prediction,
          'output.per_element': smoothL1(prediction, target),
        },
      };
    });
    const tensors: Record<string, ProducedTensor> = {
      ...pass.tensors,
      'output.pos_embed': table(grid, n('dim')),
      'output.predictor_pos_embed': table(grid, n('pred_dim')),
    };
    const losses = await steps(c, pass, tensors);
    await pass.program.program.dispose();
    return { tensors, scalars: { loss: pass.loss, train_losses: losses } };
  },
}));

function table(grid: Grid, dim: number): ProducedTensor {
  return { shape: [1, grid[0] * grid[1], dim], data: sinCosPositions(dim, grid) };
}

/** Attention weights [B, heads, N, N] of the first block, which the model itself does not give out. */
function firstAttention(encoder: Vit, images: Tensor, heads: number): Tensor {
  const x = encoder.hidden(images)[0]!;
  const [B, N, D] = x.shape as [number, number, number];
  const of = (name: string, shape: readonly number[]): Tensor => parameter(`encoder.blocks.0.${name}`, shape);
  const normed = layerNormalise(x, of('norm1.weight', [D]), of('norm1.bias', [D]), EPSILON);
  const qkv = affine(normed, of('attn.qkv.weight', [3 * D, D]), of('attn.qkv.bias', [3 * D]));
  const perHead = (first: number): Tensor =>
    transpose(reshape(slice(qkv, 2, first, first + D), [B, N, heads, D / heads]), [0, 2, 1, 3]);
  return softmax(matmul(perHead(0), perHead(D), { transB: true, alpha: 1 / Math.sqrt(D / heads) }));
}

/** AdamW steps on the stored batch, each with the teacher after it; gives the loss before each. */
async function steps(
  c: ParityCase,
  { program, loss }: Pass,
  tensors: Record<string, ProducedTensor>,
): Promise<number[]> {
  const { layout, params, grads, bufferLayout, buffers } = program;
  const n = (name: string): number => numberOf(c.config, name);
  const optimiser = adamW(layout, { weightDecay: n('weight_decay'), group: decayMatrices });
  const losses = [loss];
  // The case of one context does not say how many steps it takes: it is one.
  const count = c.config.steps === undefined ? 1 : n('steps');
  for (let step = 0; step < count; step++) {
    if (step > 0) losses.push((await program.step(inputsOf(c, program.program.sources), key(0), step)).loss);
    optimiser.step(params, grads, n('lr'));
    for (const { name } of layout.entries)
      if (name.startsWith('encoder.'))
        emaUpdate(flatView(bufferLayout, buffers, `target_${name}`), flatView(layout, params, name), n('ema'));
  }
  for (const [entries, data] of [
    [layout, params],
    [bufferLayout, buffers],
  ] as const)
    for (const { name, shape } of entries.entries)
      tensors[`after.${name}`] = { shape, data: flatView(entries, data, name) };
  return losses;
}
