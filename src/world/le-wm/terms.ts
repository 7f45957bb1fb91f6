// Terms beside the published losses of a LeWorldModel, on the embeddings of a clip. What they need of its length is checked
// here, before anything is traced.
// Legend: B clips, T frames, C frames of context, D width, A numbers per action block.

import { JepaError } from '../../core/index.ts';
import { rolloutError, type Term, temporalCurvature } from '../../jepa/index.ts';
import { at, expandDims, slice, stopGradient } from '../../tensor/index.ts';
import type { Acting } from './acting.ts';
import type { LeWm } from './le-wm.ts';
import type { InverseOptions, RolloutOptions, StraighteningOptions } from './options.ts';

/** Throws `usage` when clips are too short for a term. */
function needFrames(what: string, least: number, frames: number): void {
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
export function checkInverse({ steps = 1 }: Pick<InverseOptions, 'steps'>, frames: number): void {
  needFrames(`inverse dynamics over ${steps} block${steps === 1 ? '' : 's'}`, steps + 1, frames);
}

/**
 * The error of `steps` predictions in a row after `context` true frames.
 *
 * @throws JepaError `usage` when the context is longer than the history, or the clips are too short
 */
export function rolloutTerm(options: RolloutOptions, history: number, frames: number): Term<LeWm, Acting> {
  const { weight, steps = 2, context: C = history, detach = true, weights = 'uniform' } = options;
  if (C > history) {
    throw new JepaError(
      'usage',
      `le-wm: a rollout begins from at most history = ${history} frames, got ${C}; set model.rollout.context or model.history`,
    );
  }
  needFrames(`a rollout of ${steps} steps from ${C} frames`, C + steps, frames);
  return {
    name: 'rollout',
    mechanism: 'predict',
    reads: 'embedding',
    weight,
    trace({ latents, inputs }, model) {
      const z = latents.clip!.embedding;
      const blocks = inputs.actions!;
      const executed = C === 1 ? undefined : slice(blocks, 1, 0, C - 1);
      const plans = expandDims(slice(blocks, 1, C - 1, C - 1 + steps), 1);
      const imagined = at(model.rollout(slice(z, 1, 0, C), executed, plans), 1, 0);
      const target = slice(z, 1, C, C + steps);
      return rolloutError(slice(imagined, 1, C), detach ? stopGradient(target) : target, weights);
    },
  };
}

/**
 * The curvature of clips' embeddings.
 *
 * @throws JepaError `usage` when clips are too short to bend
 */
export function straighteningTerm({ weight, least, of }: StraighteningOptions, frames: number): Term<LeWm, Acting> {
  needFrames('straightening', 3, frames);
  return {
    name: 'straightening',
    mechanism: 'predict',
    reads: 'embedding',
    weight,
    trace: ({ latents }) => temporalCurvature(latents.clip!.embedding, least, of),
  };
}
