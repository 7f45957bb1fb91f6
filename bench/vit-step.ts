// The training step that is measured: a ViT with a linear head on the mean of its tokens, loss = mean of the squared output,
// gradients of all parameters, AdamW. The same as `Vit` in peers/torch_peer.py. The mean needs every token of the last
// block; a head on the CLS token would let us skip most of that block, which PyTorch does not do by itself.

import type { Explanation } from '../src/compile/index.ts';
import { key } from '../src/core/index.ts';
import { linear, type Module, module, type VitConfig, vit } from '../src/nn/index.ts';
import { adamW } from '../src/optim/index.ts';
import type { Runtime } from '../src/runtime/index.ts';
import { input, reduceMean, square, type Tensor } from '../src/tensor/index.ts';
import { type ModuleProgram, moduleProgram } from '../src/train/index.ts';

/** Size of the measured step. */
export interface VitStepSize {
  readonly vit: VitConfig;
  readonly batch: number;
  /** Width of the linear head. */
  readonly classes: number;
}

/** Depth 6, width 192, 128 images of 64 pixels in patches of 8: 64 patch tokens and the CLS token. */
export const VIT_STEP: VitStepSize = {
  vit: { imageSize: 64, patchSize: 8, dim: 192, depth: 6, heads: 3, mlpDim: 768 },
  batch: 128,
  classes: 10,
};

/** Learning rate of the measured step; it has no influence on the time. */
export const LEARNING_RATE = 1e-4;

/** A batch of u8 pixels [B, H, W, 3] with no pattern. */
export function vitBatch({ vit: { imageSize }, batch }: VitStepSize): Uint8Array {
  return new Uint8Array(batch * imageSize * imageSize * 3).map((_, i) => (i * 7919) % 251);
}

/** The measured step, ready to be made. */
export interface VitStep {
  readonly program: ModuleProgram<Uint8Array>;
  /** Operations in the matrix products that the program makes, which our lowering may save or add to those of `stepFlops`. */
  readonly productFlops: number;
  /** Forward, backward and AdamW on one batch; returns the loss. */
  step(): Promise<number>;
}

/**
 * Operations in matrix products of one step by the definition of the model, whoever computes it: the forward pass, and twice
 * that for the gradients of both factors, without the gradient of the pixels. B images, n tokens, D width, F hidden.
 */
export function stepFlops({
  vit: { imageSize, patchSize, dim: D, depth, mlpDim: F },
  batch: B,
  classes,
}: VitStepSize): number {
  const patches = (imageSize / patchSize) ** 2;
  const n = patches + 1;
  const patchMap = 2 * B * patches * 3 * patchSize ** 2 * D;
  const block = 2 * B * n * (4 * D * D + 2 * D * F) + 4 * B * n * n * D;
  const head = 2 * B * D * classes;
  return 2 * patchMap + 3 * (depth * block + head);
}

/** Operations in matrix products (linear layers, attention) of a program. */
export function productFlopsOf({ rows }: Explanation): number {
  return rows.reduce((sum, r) => sum + (r.operation === 'matmul' || r.operation === 'linear' ? r.flops : 0), 0);
}

function classifier({ vit: config, classes }: VitStepSize): Module<(images: Tensor) => Tensor> {
  const children = { vit: vit(config), head: linear(config.dim, classes) };
  return module(children, (m) => (images: Tensor) => m.head(reduceMean(m.vit.tokens(images), { axes: 1 })));
}

/** Compiles the step. */
export async function vitStep(size: VitStepSize, runtime: Runtime): Promise<VitStep> {
  const { imageSize } = size.vit;
  const program = await moduleProgram<(images: Tensor) => Tensor, Uint8Array>({
    module: classifier(size),
    key: key(0),
    runtime,
    trace: (model) => ({
      loss: reduceMean(square(model(input('images', [size.batch, imageSize, imageSize, 3], 'u8')))),
      terms: {},
    }),
    inputs: (images) => ({ images }),
  });
  const optimiser = adamW(program.layout);
  const images = vitBatch(size);
  let steps = 0;
  return {
    program,
    productFlops: productFlopsOf(program.program.explain()),
    async step() {
      const { loss } = await program.step(images, key(0), steps++);
      optimiser.step(program.params, program.grads, LEARNING_RATE);
      return loss;
    },
  };
}
