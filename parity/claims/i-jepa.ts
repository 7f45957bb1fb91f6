// Parity case `ijepa`: encoders, predictor, smooth-L1 loss, all gradients, one AdamW step and the teacher's update.
// Legend: B images, N patches, K context patches, Kp patches of a target block, D width.

import { flatView } from '../../src/core/index.ts';
import { narrowVit, smoothL1 } from '../../src/jepa/index.ts';
import { frozen, type Grid, type Module, module, plainLayerNorm, sinCosPositions, type Vit, vit } from '../../src/nn/index.ts';
import { adamW, decayMatrices, emaUpdate } from '../../src/optim/index.ts';
import { concat, layerNorm, linear, matmul, parameter, reduceMean, reshape, slice, smoothL1 as smoothL1Elements, softmax, type Tensor, takeTokens, transpose } from '../../src/tensor/index.ts';
import type { ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { type Pass, stored, trainPass } from './pass.ts';

const EPSILON = 1e-6;

/** Takes the case `ijepa`. */
export const iJepaClaim: ParityClaim = {
  case: 'ijepa',
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
      const keep = stored(c, 'input.masks_enc.0');
      const targets = Array.from({ length: n('n_pred') }, (_, t) => stored(c, `input.masks_pred.${t}`));
      const whole = model.target_encoder.patches(images);
      const normed = plainLayerNorm(whole, 1e-5);
      const target = concat(
        targets.map((ids) => takeTokens(normed, ids)),
        0,
      );
      const context = model.encoder.patches(images, { keep });
      const prediction = model.predictor(context, keep, targets);
      const loss = reduceMean(smoothL1().perSlot(prediction, target));
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
          'output.per_element': smoothL1Elements(prediction, target),
        },
      };
    });
    const tensors: Record<string, ProducedTensor> = {
      ...pass.tensors,
      'output.pos_embed': table(grid, n('dim')),
      'output.predictor_pos_embed': table(grid, n('pred_dim')),
    };
    step(c, pass, tensors);
    await pass.program.program.dispose();
    return { tensors, scalars: { loss: pass.loss } };
  },
};

function table(grid: Grid, dim: number): ProducedTensor {
  return { shape: [1, grid[0] * grid[1], dim], data: sinCosPositions(dim, grid) };
}

/** Attention weights [B, heads, N, N] of the first block, which the model itself does not give out. */
function firstAttention(encoder: Vit, images: Tensor, heads: number): Tensor {
  const x = encoder.hidden(images)[0]!;
  const [B, N, D] = x.shape as [number, number, number];
  const of = (name: string, shape: readonly number[]): Tensor => parameter(`encoder.blocks.0.${name}`, shape);
  const normed = layerNorm(x, of('norm1.weight', [D]), of('norm1.bias', [D]), EPSILON);
  const qkv = linear(normed, of('attn.qkv.weight', [3 * D, D]), of('attn.qkv.bias', [3 * D]));
  const perHead = (first: number): Tensor =>
    transpose(reshape(slice(qkv, 2, first, first + D), [B, N, heads, D / heads]), [0, 2, 1, 3]);
  return softmax(matmul(perHead(0), perHead(D), { transB: true, alpha: 1 / Math.sqrt(D / heads) }));
}

/** One AdamW step, and the teacher after it. */
function step(c: ParityCase, { program }: Pass, tensors: Record<string, ProducedTensor>): void {
  const { layout, params, grads, bufferLayout, buffers } = program;
  adamW(layout, { weightDecay: numberOf(c.config, 'weight_decay'), group: decayMatrices }).step(
    params,
    grads,
    numberOf(c.config, 'lr'),
  );
  for (const { name, shape } of layout.entries) {
    const data = flatView(layout, params, name);
    tensors[`after.${name}`] = { shape, data };
    if (name.startsWith('encoder.'))
      emaUpdate(flatView(bufferLayout, buffers, `target_${name}`), data, numberOf(c.config, 'ema'));
  }
  for (const { name, shape } of bufferLayout.entries)
    tensors[`after.${name}`] = { shape, data: flatView(bufferLayout, buffers, name) };
}
