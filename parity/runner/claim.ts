// The contract between the parity runner and an implementation that claims a case.

import type { JsonValue, ParityCase } from './case.ts';

/** A tensor as our implementation produced it. */
export interface ProducedTensor {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** What an implementation produced: tensors by their stored names ('output.x', 'grad.y', 'after.z'), and scalars. */
export interface ParityResult {
  readonly tensors: Readonly<Record<string, ProducedTensor>>;
  /** Numbers, lists, or objects of them, under the names of case.json. */
  readonly scalars?: Readonly<Record<string, JsonValue>>;
}

/** An implementation of the case called `case`. Take every shape and hyper-parameter from `config`. */
export interface ParityClaim {
  readonly case: string;
  /** Stored tensors and scalars that are not reproduced, name (a trailing `*` matches any ending) to reason. */
  readonly notReproduced?: Readonly<Record<string, string>>;
  run(c: ParityCase): Promise<ParityResult> | ParityResult;
}
