// How far imagined frames are from a goal frame. Source: gaoyuezhou/dino_wm @0a9492f, planning/objectives.py.
// Legend: E tasks, S samples, L imagined frames, P patches, Dv and Ep widths.

import { JepaError } from '../../core/index.ts';
import { add, constant, expandDims, mul, reduceMean, slice, square, sub, type Tensor } from '../../tensor/index.ts';
import type { FrameState } from './dino-wm.ts';

/** What counts. */
export interface FrameGoalCost {
  /** Weight of proprioception; the reference has 1 on Push-T and wall, 0 on the point maze. Default 1. */
  readonly alpha?: number;
  /**
   * `last`: the last frame only (default). `all`: every frame, frame i weighted by base^i / sum of base^i and the mean taken
   * over frames once more, as the reference does.
   */
  readonly frames?: 'last' | 'all';
  /** Of `all`; default 2. */
  readonly base?: number;
}

/**
 * The cost [E, S] of imagined states, visual [E, S, L, P, Dv] and proprioception [E, S, L, Ep], against goals [E, P, Dv] and
 * [E, Ep]: mean squared difference of patches, plus alpha times that of proprioception.
 *
 * Errors: `usage` when proprioception counts and one side has none.
 */
export function frameGoalCost(imagined: FrameState, goal: FrameState, options: FrameGoalCost = {}): Tensor {
  const { alpha = 1, frames = 'last', base = 2 } = options;
  const L = imagined.visual.shape[2]!;
  const from = frames === 'last' ? L - 1 : 0;
  const powers = Array.from({ length: L - from }, (_, i) => base ** i);
  const sum = powers.reduce((a, b) => a + b, 0);
  const weights = constant(
    Float32Array.from(powers, (w) => w / sum),
    [powers.length],
    'f32',
  );
  const distance = (all: Tensor, to: Tensor): Tensor => {
    const difference = square(sub(slice(all, 2, from), expandDims(expandDims(to, 1), 1)));
    const axes = all.shape.map((_, i) => i).slice(3);
    return reduceMean(mul(reduceMean(difference, { axes }), weights), { axes: -1 });
  };
  const visual = distance(imagined.visual, goal.visual);
  if (alpha === 0 || (imagined.proprio === undefined && goal.proprio === undefined)) return visual;
  if (imagined.proprio === undefined || goal.proprio === undefined)
    throw new JepaError(
      'usage',
      `frameGoalCost: ${goal.proprio === undefined ? 'the goal' : 'what is imagined'} has no proprioception, the other side has; give it, or set alpha to 0`,
    );
  return add(visual, mul(distance(imagined.proprio, goal.proprio), alpha));
}
