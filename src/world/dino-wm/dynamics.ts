// DINO-WM as a world model at work. Its embedding is flat: the patch features of a frame, then embedded proprioception.
// Legend: N observations, P patches, Dv and Ep widths of patch and proprioception, D = P Dv + Ep; else as in `dynamics.ts`.

import { JepaError } from '../../core/index.ts';
import { fixedCost } from '../../plan/index.ts';
import { at, concat, expandDims, reshape, slice, type Tensor } from '../../tensor/index.ts';
import { type Dynamics, type DynamicsGraphs, defineDynamics } from '../dynamics.ts';
import { seenFrames, seenStates, sensesOf } from '../senses.ts';
import { checkNumbers, type ReadNumbers, readNumbers } from '../standardise.ts';
import { type DinoWm, type DinoWmConfig, dinoWm, type FrameState } from './dino-wm.ts';
import type { FrameEncoder } from './frame-encoder.ts';
import { type FrameGoalCost, frameGoalCost } from './goal-cost.ts';

/** What a DINO-WM needs to know of the world that it is shown. */
export interface DinoWmSight {
  /** Frozen features of pictures. */
  readonly encoder: FrameEncoder;
  /** Numbers of the raw state, and which of them are proprioception; with `config.proprio` only. */
  readonly proprio?: { readonly stateDim: number; readonly numbers: ReadNumbers };
  /** @default the last frame, proprioception with weight 1 */
  readonly cost?: FrameGoalCost;
}

/**
 * The graphs of a DINO-WM.
 *
 * @throws JepaError `usage` when the encoder's frames are no square pictures, or configuration and sight disagree about
 * proprioception
 */
export function dinoWmDynamics(config: DinoWmConfig, sight: DinoWmSight, name = 'dino-wm'): Dynamics {
  const { encoder, proprio, cost } = sight;
  const { patches: P, dim: Dv, frame } = encoder;
  const [height, width] = frame.shape;
  if (frame.dtype !== 'u8' || frame.shape.length !== 3 || height !== width) {
    throw new JepaError('usage', `${name}: frames must be square u8 pictures, got ${frame.dtype} [${frame.shape}]`);
  }
  if ((proprio?.numbers.at.length ?? 0) !== (config.proprio?.dim ?? 0)) {
    throw new JepaError(
      'usage',
      `${name}: proprioception must be ${config.proprio?.dim ?? 0} numbers of the state, got ${proprio?.numbers.at.length ?? 0}`,
    );
  }
  if (proprio !== undefined) checkNumbers(proprio.numbers, proprio.stateDim, name);
  const Ep = config.proprio?.embedDim ?? 0;
  const D = P * Dv + Ep;
  const flat = ({ visual, proprio: felt }: FrameState): Tensor => {
    const rows = reshape(visual, [...visual.shape.slice(0, -2), P * Dv]);
    return felt === undefined ? rows : concat([rows, felt], -1);
  };
  const unflat = (z: Tensor): FrameState => {
    const visual = reshape(Ep === 0 ? z : slice(z, -1, 0, P * Dv), [...z.shape.slice(0, -1), P, Dv]);
    return Ep === 0 ? { visual } : { visual, proprio: slice(z, -1, P * Dv, D) };
  };
  const sizes = {
    name,
    senses: sensesOf({ imageSize: height!, stateDim: proprio?.stateDim ?? 0 }),
    dim: D,
    actionDim: config.action.dim,
    history: config.history,
  };
  const graphs: DynamicsGraphs<DinoWm> = {
    encode(m, seen) {
      const visual = m.encodeFrames(expandDims(seenFrames(seen, name), 1));
      const felt =
        proprio === undefined
          ? {}
          : { proprio: m.encodeProprio(expandDims(readNumbers(seenStates(seen, name), proprio.numbers), 1)) };
      return at(flat({ visual, ...felt }), 1, 0);
    },
    predict: (m, z, blocks) => flat(m.separate(m.predict(m.join(unflat(z)), m.encodeActions(blocks)))),
    rollout: (m, context, executed, plans) => flat(m.rollout(unflat(context), executed, plans)),
  };
  const goalCost = fixedCost({ name: 'frames', dim: D, unit: 'squared', absolute: true }, (imagined, goal) =>
    frameGoalCost(unflat(imagined), unflat(goal), cost),
  );
  return defineDynamics(sizes, dinoWm(config, encoder), graphs, goalCost);
}
