// What may be asked of a LeWorldModel beside its two published losses, as plain data. All of it is off by default.
// Legend: T frames of a clip, z embeddings of frames, A numbers per action block.

import { flag, group, oneOf, optional, real, type Schema, whole } from '../../core/index.ts';
import type { InverseOf, StepWeights } from '../../jepa/index.ts';
import { type ReadNumbers, readNumbersSchema } from '../standardise.ts';

/** Inverse dynamics: blocks are read off embeddings. */
export interface InverseOptions {
  readonly weight: number;
  /** Width of the two hidden layers. */
  readonly hidden: number;
  /** Read off both embeddings, or off their difference alone (Delta-JEPA, arXiv 2606.31232). @default 'pair' */
  readonly of?: InverseOf;
  /** The first block of the way to an embedding 1 to `steps` blocks ahead; clips of at least steps + 1 frames. @default 1 */
  readonly steps?: number;
}

/** Predictions made from predictions, as planning makes them (JEPA-WMs, arXiv 2512.24497; RC-aux, arXiv 2605.07278). */
export interface RolloutOptions {
  readonly weight: number;
  /** Predictions in a row; clips of at least context + steps frames. @default 2 */
  readonly steps?: number;
  /** True frames that they begin from, at most `history`. @default history */
  readonly context?: number;
  /** Whether no gradient passes through their targets. @default true */
  readonly detach?: boolean;
  /** How much each step counts. @default 'uniform' */
  readonly weights?: StepWeights;
  /** Weight of the published one-step loss beside it, which alone trains contexts shorter than this. @default 1 */
  readonly oneStep?: number;
}

/** Trajectories of embeddings run straight (arXiv 2603.12231). */
export interface StraighteningOptions {
  readonly weight: number;
  /** Changes no longer than this do not count. @default 1e-6 */
  readonly least?: number;
  /** `least` as a length, or in median changes of the batch: much of a contact world stands still. @default 'absolute' */
  readonly of?: 'absolute' | 'median';
}

/** What the body feels of itself, seen beside the picture (JEPA-WMs, DINO-WM). */
export interface ProprioOptions {
  /** Numbers of the raw state. */
  readonly stateDim: number;
  /** Which of them are felt, with the statistics of the training data. */
  readonly numbers: ReadNumbers;
  /** Width of a small MLP's embedding of them. @default none: they stand in z as they are, standardised */
  readonly embedDim?: number;
  /** alpha: a plan costs |picture part|^2 + alpha |this part|^2. */
  readonly weight: number;
}

/** Inverse dynamics, as data from outside. */
export const inverseSchema: Schema<InverseOptions> = group<InverseOptions>({
  weight: real({ above: 0 }),
  hidden: whole(),
  of: optional(oneOf(['pair', 'difference'])),
  steps: optional(whole()),
});

/** The rollout loss, as data from outside. */
export const rolloutSchema: Schema<RolloutOptions> = group<RolloutOptions>({
  weight: real({ above: 0 }),
  steps: optional(whole()),
  context: optional(whole()),
  detach: optional(flag()),
  weights: optional(oneOf(['uniform', 'linear'])),
  oneStep: optional(real({ least: 0 })),
});

/** Straightening, as data from outside. */
export const straighteningSchema: Schema<StraighteningOptions> = group<StraighteningOptions>({
  weight: real({ above: 0 }),
  least: optional(real({ least: 0 })),
  of: optional(oneOf(['absolute', 'median'])),
});

/** Proprioception, as data from outside. */
export const proprioSchema: Schema<ProprioOptions> = group<ProprioOptions>({
  stateDim: whole(),
  numbers: readNumbersSchema,
  embedDim: optional(whole()),
  weight: real({ least: 0 }),
});
