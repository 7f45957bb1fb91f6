// Violation of expectation: is the model surprised when the world does what it cannot do? Held-out clips are replayed in
// the environment, once as they were and once perturbed from one step on; the surprise at each step is the distance
// between the embedding predicted from the frames before and the embedding seen.
// Legend: n clips, T steps of one action block, h history, D embedding width.

import { observationBytes, type WorldModel, writeObservation } from '../../agent/index.ts';
import { fold, JepaError, type Key, permutation, stream } from '../../core/index.ts';
import { ACTION, type EpisodeSource, type Normaliser, normalise, readF32 } from '../../data/index.ts';
import type { Env } from '../../envs/index.ts';
import { compareSurprise, type SurpriseCurves, surpriseCurves } from '../../measure/index.ts';
import type { SurpriseFile } from '../../run/index.ts';
import { imageSizeOf } from '../../world/index.ts';
import type { Effect, Violation } from './violation.ts';

/** The options of a surprise evaluation. */
export interface ViolationOptions {
  readonly model: WorldModel;
  readonly env: Env;
  readonly source: EpisodeSource;
  readonly episodes: readonly number[];
  readonly normaliser: Normaliser;
  readonly frameSkip: number;
  /** What `violationsOf` gives for the world, or one's own. */
  readonly violations: readonly Violation[];
  /** Clips per kind. */
  readonly clips: number;
  /** Steps per clip, in action blocks. */
  readonly steps: number;
  /** The first step whose frame is perturbed, 1..steps - 1. */
  readonly at: number;
  readonly key: Key;
}

interface Clip {
  readonly start: Float32Array;
  /** Raw actions [T * frameSkip, A]. */
  readonly actions: Float32Array;
}

function drawClips({ source, episodes, frameSkip, steps, at, clips, key }: ViolationOptions): Clip[] {
  const span = steps * frameSkip;
  if (!(Number.isInteger(at) && at >= 1 && at < steps)) {
    throw new JepaError(
      'usage',
      `violationSurprise: at must be a whole number from 1 to steps - 1 = ${steps - 1}, got ${at}`,
    );
  }
  const starts = episodes.flatMap((e) => {
    const { row, length } = source.episodes[e]!;
    return Array.from({ length: Math.max(0, length - span) }, (_, i) => row + i);
  });
  if (clips < 2 || starts.length < 2) {
    throw new JepaError(
      'data',
      `violationSurprise: needs at least 2 clips of ${span + 1} rows (${steps} steps of ${frameSkip} actions), got ${clips} asked for and ${starts.length} in ${episodes.length} episodes; hold out longer episodes, or lower steps`,
      { clips, found: starts.length, span },
    );
  }
  const order = permutation(fold(key, 'clips'), starts.length).subarray(0, clips);
  return Array.from(order, (i) => ({
    start: readF32(source, 'state', starts[i]!, 1),
    actions: readF32(source, ACTION, starts[i]!, span),
  }));
}

/** Replays every clip and embeds its T + 1 frames: [n, T + 1, D]. */
async function replay(
  options: ViolationOptions,
  clips: readonly Clip[],
  violation: Violation | undefined,
): Promise<Float32Array> {
  const { env, model, frameSkip, steps, at } = options;
  const { senses } = model.dynamics;
  const size = observationBytes(senses).all;
  const frames = new Uint8Array(clips.length * (steps + 1) * size);
  for (const [c, { start, actions }] of clips.entries()) {
    env.reset(fold(options.key, 'scene'), { state: start, vary: [] });
    const random = stream(fold(options.key, 'violation', violation?.name ?? '', c));
    let effect: Effect = {};
    for (let t = 0; t <= steps; t++) {
      if (t === at) effect = violation?.apply(env, random) ?? {};
      const { paint = env.render, step = env.step } = effect;
      writeObservation(senses, { draw: paint, state: () => env.state() }, frames, (c * (steps + 1) + t) * size);
      if (t === steps) break;
      for (let k = 0; k < frameSkip; k++) {
        const a = (t * frameSkip + k) * env.spec.actionDim;
        step(actions.subarray(a, a + env.spec.actionDim));
      }
    }
  }
  return model.encode(frames, clips.length * (steps + 1));
}

/** Predictions of frames 1..T from the up to h frames before each, [n, T, D]. */
async function expectations(
  model: WorldModel,
  z: Float32Array,
  blocks: Float32Array,
  n: number,
  T: number,
): Promise<Float32Array> {
  const D = model.dynamics.dim;
  const A = model.dynamics.actionDim;
  const h = Math.min(model.dynamics.history, T);
  const out = new Float32Array(n * T * D);
  for (let end = h; end <= T; end++) {
    const from = end - h;
    const zs = new Float32Array(n * h * D);
    const us = new Float32Array(n * h * A);
    for (let c = 0; c < n; c++) {
      zs.set(z.subarray((c * (T + 1) + from) * D, (c * (T + 1) + end) * D), c * h * D);
      us.set(blocks.subarray((c * T + from) * A, (c * T + end) * A), c * h * A);
    }
    const predicted = await model.predict(zs, us, n, h);
    // The first window also gives the predictions from shorter contexts; later windows only their last one.
    const first = end === h ? 0 : h - 1;
    for (let c = 0; c < n; c++) {
      out.set(predicted.subarray((c * h + first) * D, (c + 1) * h * D), (c * T + from + first) * D);
    }
  }
  return out;
}

function band({ clips, steps, data }: SurpriseCurves): { mean: number[]; low: number[]; high: number[] } {
  const at = (t: number): number[] =>
    Array.from({ length: clips }, (_, c) => data[c * steps + t]!).sort((a, b) => a - b);
  const columns = Array.from({ length: steps }, (_, t) => at(t));
  return {
    mean: columns.map((v) => v.reduce((a, b) => a + b, 0) / v.length),
    low: columns.map((v) => v[Math.floor(0.1 * (v.length - 1))]!),
    high: columns.map((v) => v[Math.ceil(0.9 * (v.length - 1))]!),
  };
}

/**
 * Measures surprise for each violation against the same clips unperturbed: the area under the ROC curve of the clips' largest
 * surprise, and the p-value of a paired t-test of it. Violations that only a picture shows are left out, and said to be, for
 * a model that is shown none.
 *
 * @throws JepaError `usage` for a step that cannot be perturbed, `data` for too few clips
 */
export async function violationSurprise(options: ViolationOptions): Promise<SurpriseFile> {
  const { model, normaliser, steps, at } = options;
  const sees = imageSizeOf(model.dynamics.senses) > 0;
  const violations = options.violations.filter((v) => sees || v.pictureOnly !== true);
  const clips = drawClips(options);
  const D = model.dynamics.dim;
  const blocks = new Float32Array(clips.length * steps * model.dynamics.actionDim);
  for (const [c, clip] of clips.entries())
    blocks.set(normalise(normaliser, clip.actions), c * steps * model.dynamics.actionDim);
  const curves = async (violation: Violation | undefined): Promise<SurpriseCurves> => {
    const z = await replay(options, clips, violation);
    const predicted = await expectations(model, z, blocks, clips.length, steps);
    const seen = new Float32Array(clips.length * steps * D);
    for (let c = 0; c < clips.length; c++) {
      seen.set(z.subarray((c * (steps + 1) + 1) * D, (c + 1) * (steps + 1) * D), c * steps * D);
    }
    return surpriseCurves(predicted, seen, { clips: clips.length, steps, dim: D });
  };
  const clean = await curves(undefined);
  const perturbations: SurpriseFile['perturbations'][number][] = [];
  for (const violation of violations) {
    const perturbed = await curves(violation);
    const { auc, tTest } = compareSurprise(perturbed, clean);
    const { name, about } = violation;
    perturbations.push({ name, about, auc, ...(tTest === null ? {} : { p: tTest.p }), curve: band(perturbed) });
  }
  return {
    clips: clips.length,
    perturbedAt: at - 1,
    band: '10th to 90th percentile',
    clean: band(clean),
    perturbations,
    ...(violations.length === options.violations.length
      ? {}
      : {
          leftOut: options.violations
            .filter((v) => !violations.includes(v))
            .map(({ name }) => ({ name, why: 'the model is shown no picture' })),
        }),
  };
}
