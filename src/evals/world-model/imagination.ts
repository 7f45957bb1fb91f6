// What a world model imagines against what was recorded, by how far ahead: from one frame of a held-out episode the recorded
// blocks are imagined, predictions fed back, as plans are.
// Legend: n clips, H blocks, D embedding width, A numbers of a block, S state size.

import { type EmbeddedEpisodes, embedEpisodes, type WorldModel } from '../../agent/index.ts';
import { fold, JepaError, type Key, permutation } from '../../core/index.ts';
import { type EpisodeSource, type Normaliser, readF32 } from '../../data/index.ts';
import { matrix } from '../../measure/index.ts';
import type { ImaginationFile } from '../../run/index.ts';
import type { TargetProbes } from './probe.ts';
import { targetValues } from './targets.ts';

/** What to imagine. */
export interface ImaginationOptions {
  readonly model: WorldModel;
  readonly source: EpisodeSource;
  /** Episodes that training never saw. */
  readonly episodes: readonly number[];
  readonly frameSkip: number;
  /** Of single actions. */
  readonly actions: Normaliser;
  /** Read the state off an embedding. */
  readonly probes: readonly TargetProbes[];
  /** H, the furthest that is looked at; fewer where no episode is as long. */
  readonly horizon: number;
  /** n, at most. */
  readonly clips: number;
  /** Draws the clips. */
  readonly key: Key;
}

/** Rows of the embedded episodes after which `horizon` blocks were recorded. */
function startsOf({ episodes }: EmbeddedEpisodes, horizon: number): number[] {
  return episodes.flatMap(({ row, length }) =>
    Array.from({ length: Math.max(0, length - horizon) }, (_, t) => row + t),
  );
}

/** The rows `[start + offset]` of [*, width] for each start. */
function gather(all: ArrayLike<number>, width: number, starts: readonly number[], offset: number): Float64Array {
  const out = new Float64Array(starts.length * width);
  for (const [i, start] of starts.entries())
    for (let d = 0; d < width; d++) out[i * width + d] = all[(start + offset) * width + d]!;
  return out;
}

function meanSquare(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}

/**
 * Errors of imagination by how many blocks ahead, beside those of a world that stands still.
 *
 * @throws JepaError `data` when no held-out episode has a block
 */
export async function imaginationErrors(options: ImaginationOptions): Promise<ImaginationFile> {
  const { model, source, episodes, frameSkip, actions, probes, clips, key } = options;
  const { dim: D, actionDim: A, maxHorizon = Number.POSITIVE_INFINITY } = model.dynamics;
  const embedded = await embedEpisodes(model, source, { episodes, frameSkip, actions });
  const longest = Math.max(0, ...embedded.episodes.map(({ length }) => length - 1));
  const H = Math.min(options.horizon, longest, maxHorizon);
  if (H < 1) {
    throw new JepaError(
      'data',
      `imagination: a held-out episode must have a block of ${frameSkip} steps, got ${episodes.length} episodes without one`,
    );
  }
  const all = startsOf(embedded, H);
  const starts = [...permutation(fold(key, 'imagination'), all.length)].slice(0, clips).map((at) => all[at]!);
  const n = starts.length;
  const context = Float32Array.from(gather(embedded.z, D, starts, 0));
  const plans = new Float32Array(n * H * A);
  for (const [i, start] of starts.entries()) plans.set(embedded.blocks.subarray(start * A, (start + H) * A), i * H * A);
  const executed = new Float32Array(0);
  const imagined = await model.imagine({
    context,
    executed,
    plans,
    tasks: n,
    contextLength: 1,
    samples: 1,
    horizon: H,
  });
  const states = statesOf(source, embedded, episodes, frameSkip);
  const S = states.length / (embedded.z.length / D);

  const blocks = Array.from({ length: H }, (_, k) => k + 1);
  const rowOf = (ahead: number): Float64Array =>
    gather(
      imagined,
      D,
      starts.map((_, i) => i * (H + 1)),
      ahead,
    );
  return {
    clips: n,
    blocks,
    imagined: blocks.map((k) => meanSquare(rowOf(k), gather(embedded.z, D, starts, k))),
    still: blocks.map((k) => meanSquare(context, gather(embedded.z, D, starts, k))),
    targets: probes.map(({ target, linear }) => {
      const truth = (k: number): ArrayLike<number> =>
        targetValues(matrix(gather(states, S, starts, k), S), target).data;
      const read = (z: Float64Array): ArrayLike<number> => linear.predict(matrix(z, D)).data;
      const error = (z: (k: number) => Float64Array): number[] =>
        blocks.map((k) => Math.sqrt(meanSquare(read(z(k)), truth(k))));
      return {
        name: target.name,
        seen: error((k) => gather(embedded.z, D, starts, k)),
        imagined: error(rowOf),
        still: error(() => gather(embedded.z, D, starts, 0)),
      };
    }),
  };
}

/** The states [rows, S] of embedded episodes. */
function statesOf(
  source: EpisodeSource,
  embedded: EmbeddedEpisodes,
  episodes: readonly number[],
  frameSkip: number,
): Float32Array {
  const rows = embedded.episodes.flatMap(({ length }, i) =>
    Array.from({ length }, (_, t) => source.episodes[episodes[i]!]!.row + t * frameSkip),
  );
  const S = readF32(source, 'state', 0, 1).length;
  const states = new Float32Array(rows.length * S);
  for (const [i, row] of rows.entries()) states.set(readF32(source, 'state', row, 1), i * S);
  return states;
}
