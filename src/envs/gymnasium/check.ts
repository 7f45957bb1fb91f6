// What a Gymnasium-style world hands over, checked and brought into the form that `Env` has: bounds of actions,
// observations, answers of steps, pictures.

import { JepaError } from '../../core/index.ts';
import { canvas, resampleArea } from '../../raster/index.ts';
import { checkVector } from '../check.ts';
import type { GymnasiumFrame, GymnasiumSpace, GymnasiumStep } from './like.ts';

/** The bounds of `Env` for an action space, and the way from an action within them [A] to the world's own. */
export interface ActionScale {
  readonly actionDim: number;
  readonly actionLow: number;
  readonly actionHigh: number;
  /** A new array: `action` clipped to the bounds, in the world's own units. */
  toWorld(action: ArrayLike<number>): Float32Array;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);

const bound = (value: number | ArrayLike<number>, i: number): number =>
  typeof value === 'number' ? value : (value[i] ?? Number.NaN);

/**
 * Equal bounds of all components are kept. Where they differ, an action of `Env` lies in [-1, 1] and is stretched to the
 * component's bounds, as Gymnasium's RescaleAction does.
 *
 * @throws JepaError `usage` for a space that is no box with finite bounds.
 */
export function actionScale(id: string, space: GymnasiumSpace): ActionScale {
  const { low, high, shape } = space;
  const actionDim = Array.isArray(shape) ? sizeOf(shape) : Number.NaN;
  const lows = Float64Array.from({ length: actionDim || 0 }, (_, i) => bound(low, i));
  const highs = lows.map((_, i) => bound(high, i));
  const fits = (b: number | ArrayLike<number>): boolean => typeof b === 'number' || b?.length === actionDim;
  const finite = lows.every((l, i) => Number.isFinite(l) && Number.isFinite(highs[i]) && l < highs[i]!);
  if (!Number.isInteger(actionDim) || actionDim < 1 || !fits(low) || !fits(high) || !finite) {
    throw new JepaError(
      'usage',
      `${id}: actionSpace must have a shape and finite bounds with low < high, one for all components or one for each, ` +
        `got ${JSON.stringify(space)}; turn discrete actions into a box of one number per choice`,
      { actionSpace: space },
    );
  }
  const same = lows.every((l, i) => l === lows[0] && highs[i] === highs[0]);
  const actionLow = same ? lows[0]! : -1;
  const actionHigh = same ? highs[0]! : 1;
  return {
    actionDim,
    actionLow,
    actionHigh,
    toWorld(action) {
      return Float32Array.from({ length: actionDim }, (_, i) => {
        const clipped = Math.min(Math.max(action[i]!, actionLow), actionHigh);
        return same ? clipped : lows[i]! + ((clipped + 1) / 2) * (highs[i]! - lows[i]!);
      });
    },
  };
}

/** Throws unless `reset` or `step` answered with an object that holds an observation of `size` finite numbers. */
export function checkObservation(
  where: string,
  answer: { readonly observation: ArrayLike<number> },
  size: number | undefined,
): ArrayLike<number> {
  const observation = (answer as Partial<typeof answer> | undefined)?.observation;
  if (typeof observation?.length !== 'number' || typeof observation === 'string') {
    const promise = typeof (answer as { then?: unknown } | undefined)?.then === 'function';
    const got = promise ? 'a promise; worlds answer at once' : `${JSON.stringify(answer)}`;
    throw new JepaError(
      'shape',
      `${where}: the answer must hold an observation, one flat array of numbers, got ${got}`,
      {},
    );
  }
  checkVector(where, 'observation', observation, size ?? observation.length);
  return observation;
}

/** Number of values in an observation of this space; undefined without a space. */
export function observationSize(space: GymnasiumSpace | undefined): number | undefined {
  return space === undefined ? undefined : sizeOf(space.shape);
}

/** How an episode stands after a step: going on, or ended in one of Gymnasium's two ways. */
export function endOf(where: string, { terminated, truncated }: GymnasiumStep): 'terminated' | 'truncated' | undefined {
  if (typeof terminated !== 'boolean' || typeof truncated !== 'boolean') {
    throw new JepaError(
      'usage',
      `${where}: the answer must hold terminated and truncated, true or false, got ${terminated} and ${truncated}`,
      { terminated, truncated },
    );
  }
  if (terminated) return 'terminated';
  return truncated ? 'truncated' : undefined;
}

/** Throws unless `frame` is a picture [H, W, 3] of bytes. */
export function checkFrame(where: string, frame: GymnasiumFrame): void {
  const { data, shape } = (frame ?? {}) as Partial<GymnasiumFrame>;
  const bytes = data instanceof Uint8Array || data instanceof Uint8ClampedArray;
  if (!bytes || shape?.length !== 3 || shape[2] !== 3 || !(sizeOf(shape) > 0) || data.length !== sizeOf(shape)) {
    const got = `shape [${shape}] and ${bytes ? `${data.length} bytes` : 'data that is no Uint8Array'}`;
    throw new JepaError(
      'shape',
      `${where}: a frame must be { data, shape: [H, W, 3] } with H * W * 3 bytes, got ${got}`,
      {
        shape,
      },
    );
  }
}

/** Writes a checked frame to `out` at `size` x `size`, averaged over areas where the sizes differ. */
export function writeFrame(frame: GymnasiumFrame, size: number, out: Uint8Array, offset: number): void {
  const [height, width] = frame.shape as [number, number];
  if (height === size && width === size) {
    out.set(frame.data, offset);
    return;
  }
  const { buffer, byteOffset, byteLength } = frame.data;
  const source = canvas(new Uint8Array(buffer, byteOffset, byteLength), width, height);
  resampleArea(source, canvas(out, size, size, offset));
}
