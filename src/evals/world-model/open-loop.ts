// How far imagination strays from what happens, in the numbers of the state: recorded actions are imagined open loop from one
// frame, probes read each target off the imagined embeddings, and the error is taken over the clips in which the target truly
// moves, since most things rest most of the time (the block of Push-T moves only when it is pushed).
// Legend: n clips, H blocks, F steps per block, A numbers of a block, D embedding width.

import { observationBytes, recorded, type WorldModel, writeObservation } from '../../agent/index.ts';
import { JepaError, type Key, permutation } from '../../core/index.ts';
import { ACTION, type EpisodeSource, type Normaliser, normalise, readF32 } from '../../data/index.ts';
import type { ProbeTarget } from '../../envs/index.ts';
import { matrix } from '../../measure/index.ts';
import type { TargetProbes } from './probe.ts';
import { targetValues } from './targets.ts';

/** What is imagined. */
export interface OpenLoopOptions {
  readonly model: WorldModel;
  readonly source: EpisodeSource;
  /** Held-out episodes. */
  readonly episodes: readonly number[];
  readonly normaliser: Normaliser;
  readonly frameSkip: number;
  readonly probes: readonly Pick<TargetProbes, 'target' | 'linear'>[];
  /** H */
  readonly blocks: number;
  /** n */
  readonly clips: number;
  readonly key: Key;
}

/** Mean errors of one target after some blocks: distances in the units of the state, degrees for angles. */
export interface OpenLoopError {
  readonly target: string;
  readonly blocks: number;
  /** Clips in which the target has moved by then; the errors are theirs, NaN where there is none. */
  readonly moved: number;
  /** Of the reading of the imagined embedding, of the true one, and of the guess that nothing moved. */
  readonly imagined: number;
  readonly encoded: number;
  readonly still: number;
}

/** Clips imagined in one call. */
const TOGETHER = 100;

/** A target has moved when it is further from its start than this share of its deviation over all clips. */
const MOVED = 0.02;

/** The distance of two values of a target, in degrees for one angle. */
function apart({ circular }: ProbeTarget, a: Float64Array, b: Float64Array): number {
  if (circular !== true) return Math.hypot(...a.map((v, i) => v - b[i]!));
  const angle = (v: Float64Array): number => Math.atan2(v[1]!, v[0]!);
  const turn = Math.abs(angle(a) - angle(b)) % (2 * Math.PI);
  return (Math.min(turn, 2 * Math.PI - turn) * 180) / Math.PI;
}

/**
 * Errors of open-loop imagination after 1 and after H blocks, for every target.
 *
 * @throws JepaError `data` when no episode holds H blocks
 */
export async function openLoopErrors(options: OpenLoopOptions): Promise<readonly OpenLoopError[]> {
  const { model, source, episodes, normaliser, frameSkip: F, probes, blocks: H, clips, key } = options;
  const { senses, dim: D, actionDim: A } = model.dynamics;
  const starts = episodes.flatMap((e) => {
    const { row, length } = source.episodes[e]!;
    return Array.from({ length: Math.max(0, length - H * F) }, (_, t) => row + t);
  });
  if (starts.length === 0) {
    throw new JepaError(
      'data',
      `imagination: held-out episodes must hold ${H} blocks of ${F} steps, none of ${episodes.length} does; collect longer episodes`,
    );
  }
  const rows = [...permutation(key, starts.length)].slice(0, clips).map((i) => starts[i]!);
  const n = rows.length;
  const { all } = observationBytes(senses);
  const stateDim = readF32(source, 'state', rows[0]!, 1).length;
  const seen = new Uint8Array(n * (1 + H) * all);
  const states = new Float32Array(n * (1 + H) * stateDim);
  const plans = new Float32Array(n * H * A);
  for (const [k, row] of rows.entries()) {
    plans.set(normalise(normaliser, readF32(source, ACTION, row, H * F)), k * H * A);
    for (let h = 0; h <= H; h++) {
      const at = row + h * F;
      const state = readF32(source, 'state', at, 1);
      states.set(state, (k * (1 + H) + h) * stateDim);
      writeObservation(senses, { ...recorded(source, at), state: () => state }, seen, (k * (1 + H) + h) * all);
    }
  }
  const z = await model.encode(seen, n * (1 + H));
  const context = Float32Array.from({ length: n * D }, (_, i) => z[Math.floor(i / D) * (1 + H) * D + (i % D)]!);
  const imagined = new Float32Array(n * (1 + H) * D);
  for (let from = 0; from < n; from += TOGETHER) {
    const count = Math.min(TOGETHER, n - from);
    const part = (array: Float32Array, size: number) => array.subarray(from * size, (from + count) * size);
    const all = await model.imagine({
      ...{ context: part(context, D), executed: new Float32Array(0), plans: part(plans, H * A) },
      ...{ tasks: count, contextLength: 1, samples: 1, horizon: H },
    });
    imagined.set(all, from * (1 + H) * D);
  }
  return probes.flatMap(({ target, linear }) => {
    const truth = targetValues(matrix(states, stateDim), target);
    const [read, dreamt] = [linear.predict(matrix(z, D)), linear.predict(matrix(imagined, D))];
    const value = ({ data, cols }: { readonly data: ArrayLike<number>; readonly cols: number }, k: number, h: number) =>
      Float64Array.from({ length: cols }, (_, i) => data[(k * (1 + H) + h) * cols + i]!);
    const spread = deviation(truth.data, truth.cols);
    return [...new Set([1, H])].map((h) => {
      const errors = { imagined: 0, encoded: 0, still: 0 };
      let moved = 0;
      for (let k = 0; k < n; k++) {
        const [from, to] = [value(truth, k, 0), value(truth, k, h)];
        if (Math.hypot(...to.map((v, i) => v - from[i]!)) <= MOVED * spread) continue;
        moved++;
        errors.imagined += apart(target, value(dreamt, k, h), to);
        errors.encoded += apart(target, value(read, k, h), to);
        errors.still += apart(target, from, to);
      }
      const mean = (sum: number): number => (moved === 0 ? Number.NaN : sum / moved);
      return {
        ...{ target: target.name, blocks: h, moved },
        ...{ imagined: mean(errors.imagined), encoded: mean(errors.encoded), still: mean(errors.still) },
      };
    });
  });
}

/** Root of the summed variances of rows of `cols` numbers. */
function deviation(data: ArrayLike<number>, cols: number): number {
  const rows = data.length / cols;
  let total = 0;
  for (let c = 0; c < cols; c++) {
    let [sum, square] = [0, 0];
    for (let r = 0; r < rows; r++) {
      sum += data[r * cols + c]!;
      square += data[r * cols + c]! ** 2;
    }
    total += square / rows - (sum / rows) ** 2;
  }
  return Math.sqrt(total);
}
