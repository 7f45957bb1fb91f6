// Terms beside the published losses of a LeWorldModel, on the embeddings of a clip. What they need of its length is checked
// here, before anything is traced.
// Legend: B clips, T frames, C frames of context, D width, A numbers per action block.

import { JepaError } from '../../core/index.ts';
import { rolloutLoss, type Term, type TracedStep, temporalCurvature } from '../../jepa/index.ts';
import { at, expandDims, slice, type Tensor } from '../../tensor/index.ts';
import type { Acting } from './acting.ts';
import type { LeWm } from './le-wm.ts';
import type { InverseTermOptions, RolloutTermOptions, StraighteningTermOptions } from './options.ts';

/** In median changes, what is longer than this moves. */
const MOVES = 0.1;

/** Throws `usage` when clips are too short for a term. */
export function needFrames(what: string, least: number, frames: number): void {
  if (frames >= least) return;
  throw new JepaError(
    'usage',
    `le-wm: ${what} needs clips of at least ${least} frames, got ${frames}; set train.frames`,
    {
      least,
      frames,
    },
  );
}

/** Throws `usage` when clips cannot hold the embeddings between which blocks are read. */
export function checkInverse({ steps = 1 }: Pick<InverseTermOptions, 'steps'>, frames: number): void {
  needFrames(`inverse dynamics over ${steps} block${steps === 1 ? '' : 's'}`, steps + 1, frames);
}

/** What is imagined of clips, open loop: made once per step, however many terms read it. */
export interface OpenLoop {
  /** C, the true frames that it begins from. */
  readonly context: number;
  /** h */
  readonly steps: number;
  /** Embeddings of frames C to C + h - 1, [B, h, D], each predicted from those before under the recorded blocks. */
  predicted(step: TracedStep<Acting>, model: LeWm): Tensor;
}

/**
 * Predictions fed back `steps` times after `context` frames.
 *
 * @throws JepaError `usage` when the context is longer than the history, or the clips are too short
 */
export function openLoop(
  { context, steps }: Pick<OpenLoop, 'context' | 'steps'>,
  history: number,
  frames: number,
): OpenLoop {
  if (context > history) {
    throw new JepaError(
      'usage',
      `le-wm: a rollout begins from at most history = ${history} frames, got ${context}; set model.rollout.context or model.history`,
    );
  }
  needFrames(`a rollout of ${steps} steps from ${context} frames`, context + steps, frames);
  const known = new WeakMap<TracedStep<Acting>, Tensor>();
  const imagine = ({ latents, inputs }: TracedStep<Acting>, model: LeWm): Tensor => {
    const z = latents.clip!.embedding;
    const blocks = inputs.actions!;
    const executed = context === 1 ? undefined : slice(blocks, 1, 0, context - 1);
    const plans = expandDims(slice(blocks, 1, context - 1, context - 1 + steps), 1);
    return slice(at(model.rollout(slice(z, 1, 0, context), executed, plans), 1, 0), 1, context);
  };
  return {
    context,
    steps,
    predicted(step, model) {
      const rows = known.get(step) ?? imagine(step, model);
      known.set(step, rows);
      return rows;
    },
  };
}

/** The error of predictions made from predictions. */
export function rolloutTerm(
  { weight, detach = true, weights = 'uniform' }: RolloutTermOptions,
  { context, steps, predicted }: OpenLoop,
): Term<LeWm, Acting> {
  return {
    name: 'rollout',
    mechanism: 'predict',
    reads: 'embedding',
    weight,
    trace(step, model) {
      const target = slice(step.latents.clip!.embedding, 1, context, context + steps);
      return rolloutLoss(predicted(step, model), target, { weighting: weights, detach }).value;
    },
  };
}

/**
 * The curvature of clips' embeddings.
 *
 * @throws JepaError `usage` when clips are too short to bend
 */
export function straighteningTerm(options: StraighteningTermOptions, frames: number): Term<LeWm, Acting> {
  const { weight, least, of = 'absolute' } = options;
  needFrames('straightening', 3, frames);
  return {
    name: 'straightening',
    mechanism: 'predict',
    reads: 'embedding',
    weight,
    trace: ({ latents }) =>
      temporalCurvature(latents.clip!.embedding, of === 'absolute' ? least : { shareOfMedian: least ?? MOVES }),
  };
}
