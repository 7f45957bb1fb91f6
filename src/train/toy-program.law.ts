// A loss program written out by hand, for the tests of the loop: a two-layer perceptron that fits y = sin(x), with input
// noise from the step's key and a running mean as its buffer, so that a resumed run which forgets either is caught.
// B batch, I inputs, H hidden units, O outputs.

import { flatLayout, flatView, fold, key, normal } from '../core/index.ts';
import type { BatchSource, LossProgram } from './program.ts';

const [I, H, O] = [3, 5, 2] as const;

/** Inputs and targets of one step. */
export interface ToyBatch {
  readonly x_BI: Float32Array;
  readonly y_BO: Float32Array;
}

/** Rows per batch. */
export const TOY_BATCH = 8;

/** The batches from `firstStep` on; `opened` counts sources that are not closed yet. */
export function toyBatches(firstStep: number, opened: { count: number } = { count: 0 }): BatchSource<ToyBatch> {
  let step = firstStep;
  opened.count++;
  return {
    next() {
      const x_BI = normal(fold(key(99), 'batch', step++), new Float32Array(TOY_BATCH * I));
      const y_BO = new Float32Array(TOY_BATCH * O);
      for (let b = 0; b < TOY_BATCH; b++) for (let o = 0; o < O; o++) y_BO[b * O + o] = Math.sin(x_BI[b * I + o]!);
      return { x_BI, y_BO };
    },
    close() {
      opened.count--;
    },
  };
}

/** A fresh program; `padding` adds that many parameters with gradient 0, to make checkpoints large. */
export function toyProgram(padding = 0): LossProgram<ToyBatch> {
  const tensors = [
    { name: 'hidden.weight', shape: [H, I] },
    { name: 'hidden.bias', shape: [H] },
    { name: 'out.weight', shape: [O, H] },
    { name: 'out.bias', shape: [O] },
    { name: 'padding', shape: [padding] },
  ];
  const layout = flatLayout(padding > 0 ? tensors : tensors.slice(0, 4));
  const bufferLayout = flatLayout([{ name: 'input.running_mean', shape: [I] }]);
  const params = normal(key(7), new Float32Array(layout.size), 0, 0.5);
  const grads = new Float32Array(layout.size);
  const buffers = new Float32Array(bufferLayout.size);
  const of = (data: Float32Array, name: string): Float32Array => flatView(layout, data, name);
  return {
    layout,
    params,
    grads,
    bufferLayout,
    buffers,
    step({ x_BI, y_BO }, stepKey) {
      const noise_BI = normal(stepKey, new Float32Array(x_BI.length), 0, 0.01);
      grads.fill(0);
      let fit = 0;
      for (let b = 0; b < TOY_BATCH; b++) {
        const x = Array.from({ length: I }, (_, i) => x_BI[b * I + i]! + noise_BI[b * I + i]!);
        for (let i = 0; i < I; i++) buffers[i] = 0.99 * buffers[i]! + 0.01 * x[i]!;
        const h = Array.from({ length: H }, (_, j) => {
          let sum = of(params, 'hidden.bias')[j]!;
          for (let i = 0; i < I; i++) sum += of(params, 'hidden.weight')[j * I + i]! * x[i]!;
          return Math.tanh(sum);
        });
        const dh = new Array<number>(H).fill(0);
        for (let o = 0; o < O; o++) {
          let y = of(params, 'out.bias')[o]!;
          for (let j = 0; j < H; j++) y += of(params, 'out.weight')[o * H + j]! * h[j]!;
          const error = (y - y_BO[b * O + o]!) / (TOY_BATCH * O);
          fit += error * (y - y_BO[b * O + o]!);
          of(grads, 'out.bias')[o]! += 2 * error;
          for (let j = 0; j < H; j++) {
            of(grads, 'out.weight')[o * H + j]! += 2 * error * h[j]!;
            dh[j]! += 2 * error * of(params, 'out.weight')[o * H + j]!;
          }
        }
        for (let j = 0; j < H; j++) {
          const d = dh[j]! * (1 - h[j]! * h[j]!);
          of(grads, 'hidden.bias')[j]! += d;
          for (let i = 0; i < I; i++) of(grads, 'hidden.weight')[j * I + i]! += d * x[i]!;
        }
      }
      return { loss: fit, terms: { fit } };
    },
  };
}
