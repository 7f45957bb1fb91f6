// What the training loop needs from the outside: a loss program and a source of batches. The loop knows no objective;
// a program is anything that fills a gradient buffer.

import type { FlatLayout, Key } from '../core/index.ts';

/** The loss of one step and its named terms, for the metrics. */
export interface LossStep {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
}

/**
 * A model with its loss, as flat buffers. The owner keeps the buffers for the whole run; the loop updates them in place.
 *
 * `params` and `grads` are `[layout.size]`. `buffers`, `[bufferLayout.size]`, is state that the step itself updates and
 * that a resumed run needs: BatchNorm statistics, a teacher. Tensor names must differ between the two layouts.
 */
export interface LossProgram<B> {
  readonly layout: FlatLayout;
  readonly params: Float32Array;
  readonly grads: Float32Array;
  readonly bufferLayout: FlatLayout;
  readonly buffers: Float32Array;
  /**
   * One forward and backward pass: fills `grads`, updates `buffers`, leaves `params` alone. `step` counts from 0; every
   * random draw of the step comes from `key`, so that a repeated step gives the same numbers.
   */
  step(batch: B, key: Key, step: number): LossStep | Promise<LossStep>;
  /** Called after the optimiser's update of the zero-based `step`: a teacher moves here. It changes `buffers` only. */
  afterUpdate?(step: number): void;
}

/** A source of batches, one per step. The loop measures how long it waits in `next`, and closes the source at the end. */
export interface BatchSource<B> {
  next(): B | Promise<B>;
  close(): void | Promise<void>;
}
