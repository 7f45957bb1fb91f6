// Trains a small head on frozen features: shuffled batches, cross-entropy, an optimiser of `optim`, a cosine schedule.
// Axes: N samples, B batch, C classes.

import { fold, JepaError, type Key, permutation } from '../../core/index.ts';
import type { ModelValues, Module } from '../../nn/index.ts';
import { clipByGlobalNorm, type Optimiser, warmupCosine } from '../../optim/index.ts';
import type { Runtime } from '../../runtime/index.ts';
import { crossEntropy, input, type Shape, type Tensor } from '../../tensor/index.ts';
import { moduleProgram } from '../../train/index.ts';
import type { Numbers } from '../matrix/matrix.ts';

/** Samples of one shape: sample i is `data[i * size .. (i + 1) * size]`, size the product of `shape`. */
export interface Samples {
  readonly shape: Shape;
  readonly data: Numbers;
  readonly labels: ArrayLike<number>;
}

/** How a head is trained. */
export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Learning rate of the first step; it falls to 0 along a half cosine. */
  readonly lr: number;
  /** Largest global norm of the gradient, default no limit. */
  readonly clip?: number;
  /** Names the initial numbers and the order of the samples. */
  readonly key: Key;
  readonly runtime?: Runtime;
}

/**
 * Trains `module`, which maps a batch [B, ...shape] to logits [B, C]. Each epoch draws a new order; samples that do not
 * fill a batch are left out of that epoch, and the batch is never larger than the number of samples.
 *
 * Errors: `numeric` when the loss is no longer finite.
 */
export async function fitHead(
  module: Module<(x: Tensor) => Tensor>,
  samples: Samples,
  optimiserOf: (layout: ModelValues['parameters']['layout']) => Optimiser,
  options: FitOptions,
): Promise<{ readonly values: ModelValues; readonly losses: readonly number[] }> {
  const { epochs, lr, clip, key, runtime } = options;
  const n = samples.labels.length;
  const size = samples.data.length / n;
  requirePositive({ epochs, batchSize: options.batchSize, lr });
  const B = Math.min(options.batchSize, n);
  const x = new Float32Array(B * size);
  const labels = new Int32Array(B);
  const program = await moduleProgram({
    module,
    key: fold(key, 'init'),
    trace: (head) => ({
      loss: crossEntropy(head(input('x', [B, ...samples.shape])), input('labels', [B], 'i32')),
      terms: {},
    }),
    inputs: () => ({ x, labels }),
    ...(runtime === undefined ? {} : { runtime }),
  });
  const optimiser = optimiserOf(program.layout);
  const perEpoch = Math.floor(n / B);
  const rate = warmupCosine({ warmupSteps: 0, totalSteps: epochs * perEpoch, peak: lr });
  const losses: number[] = [];
  try {
    for (let epoch = 0, step = 0; epoch < epochs; epoch++) {
      const order = permutation(fold(key, 'epoch', epoch), n);
      let sum = 0;
      for (let batch = 0; batch < perEpoch; batch++, step++) {
        for (let i = 0; i < B; i++) {
          const row = order[batch * B + i]!;
          x.set(samples.data.subarray(row * size, (row + 1) * size), i * size);
          labels[i] = samples.labels[row]!;
        }
        const { loss } = await program.step(undefined, fold(key, 'step', step), step);
        if (!Number.isFinite(loss)) {
          throw new JepaError('numeric', `probe: the loss of step ${step} is ${loss}; lower lr (${lr}) or standardise`);
        }
        if (clip !== undefined) clipByGlobalNorm(program.grads, clip);
        optimiser.step(program.params, program.grads, rate(step));
        sum += loss;
      }
      losses.push(sum / perEpoch);
    }
  } finally {
    await program.program.dispose();
  }
  return { values: program.values, losses };
}

function requirePositive(numbers: Readonly<Record<'epochs' | 'batchSize' | 'lr', number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!(value > 0) || (name !== 'lr' && !Number.isInteger(value))) {
      throw new JepaError(
        'usage',
        `probe: ${name} must be a ${name === 'lr' ? '' : 'whole '}number above 0, got ${value}`,
      );
    }
  }
}
