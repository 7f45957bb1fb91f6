// Training data of a hierarchical world model: recorded episodes embedded once by the frozen model below, and batches of
// waypoints cut from them. Waypoints and the chunks between them lie inside one episode, always.
// Legend: n embedded frames, B samples, W waypoints, D embedding width, A numbers per block, K blocks of the longest chunk.

import { fold, integer, JepaError, type Key } from '../../core/index.ts';
import { ACTION, type EpisodeSource, type EpisodeSpan, type Normaliser, normalise, readF32 } from '../../data/index.ts';
import { observationBytes, writeObservation } from '../perception/observation.ts';
import { recorded } from '../perception/recorded.ts';
import type { WorldModel } from './world-model.ts';

/** Episodes as a world model sees them, one row per action block. */
export interface EmbeddedEpisodes {
  /** [n, D] */
  readonly z: Float32Array;
  /** Normalised, [n, A]: row t leads from embedding t to t + 1; the last row of an episode is 0 and belongs to nothing. */
  readonly blocks: Float32Array;
  /** Where each episode lies in the n rows. */
  readonly episodes: readonly EpisodeSpan[];
}

/** Which episodes are embedded, and how their actions become blocks. */
export interface EmbedOptions {
  /** Indices of the source's episodes; each once. */
  readonly episodes: readonly number[];
  /** Rows of the source per block. */
  readonly frameSkip: number;
  /** Of single actions. */
  readonly actions: Normaliser;
}

/**
 * Embeds every `frameSkip`-th row of the episodes, and puts the normalised actions between them into blocks.
 *
 * @throws JepaError `usage` for an unknown episode; `shape` when frame skip times action size is not the model's block
 */
export async function embedEpisodes(
  model: WorldModel,
  source: EpisodeSource,
  { episodes: chosen, frameSkip, actions }: EmbedOptions,
): Promise<EmbeddedEpisodes> {
  const { senses, dim, actionDim: A } = model.dynamics;
  if (actions.mean.length * frameSkip !== A) {
    throw new JepaError(
      'shape',
      `embedEpisodes: a block of ${model.dynamics.name} has ${A} numbers, got frameSkip ${frameSkip} x ${actions.mean.length} numbers of an action; check frameSkip`,
      { frameSkip, actionDim: A },
    );
  }
  const episodes: EpisodeSpan[] = [];
  let n = 0;
  for (const index of chosen) {
    const span = source.episodes[index];
    if (span === undefined) {
      throw new JepaError('usage', `embedEpisodes: episodes are 0 to ${source.episodes.length - 1}, got ${index}`);
    }
    const length = Math.ceil(span.length / frameSkip);
    episodes.push({ row: n, length });
    n += length;
  }
  const z = new Float32Array(n * dim);
  const blocks = new Float32Array(n * A);
  const { all } = observationBytes(senses);
  for (const [i, { row, length }] of episodes.entries()) {
    const first = source.episodes[chosen[i]!]!.row;
    const seen = new Uint8Array(length * all);
    for (let t = 0; t < length; t++) {
      const from = first + t * frameSkip;
      writeObservation(senses, recorded(source, from), seen, t * all);
    }
    z.set(await model.encode(seen, length), row * dim);
    const acted = readF32(source, ACTION, first, (length - 1) * frameSkip);
    blocks.set(normalise(actions, acted), row * A);
  }
  return { z, blocks, episodes };
}

/** How waypoints are drawn. */
export interface WaypointOptions {
  /** B */
  readonly batch: number;
  /** W, at least 2. */
  readonly waypoints: number;
  /** Blocks between two waypoints: `minBlocks` (default 1) to `maxBlocks` (K). Equal: always as many, as HWM does. */
  readonly minBlocks?: number;
  readonly maxBlocks: number;
  readonly key: Key;
}

/** One batch, by the inputs' names of `hierarchyMethod`. */
export interface WaypointBatch {
  /** [B, W, D] */
  readonly z: Float32Array;
  /** [B, W - 1, K, A + 1]: normalised blocks, each with 1 behind it, then zeros. */
  readonly chunks: Float32Array;
}

/**
 * A function that gives the batch of a zero-based step, the same whenever it is asked. A sample starts at any row after
 * which there is room for the shortest gaps, all rows alike; each gap is uniform over `minBlocks` to `maxBlocks`, or to what
 * the episode still has room for.
 *
 * @throws JepaError `usage` for sizes that cannot be; `data` when no episode is long enough
 * @example
 * const batches = waypointBatches(embedded, { batch: 128, waypoints: 4, maxBlocks: 5, key: key(0) });
 * const program = await jepaProgram({ spec, key: key(1), inputs: (batch: WaypointBatch) => ({ ...batch }) });
 * await program.step(batches(0), key(2), 0);
 */
export function waypointBatches(data: EmbeddedEpisodes, options: WaypointOptions): (step: number) => WaypointBatch {
  const { batch, waypoints, minBlocks = 1, maxBlocks: K, key } = options;
  const sizes = { batch, waypoints, minBlocks, maxBlocks: K };
  for (const [name, value] of Object.entries(sizes)) {
    const least = name === 'waypoints' ? 2 : name === 'maxBlocks' ? minBlocks : 1;
    if (Number.isInteger(value) && value >= least) continue;
    throw new JepaError('usage', `waypoints: ${name} must be a whole number of at least ${least}, got ${value}`);
  }
  const n = data.episodes.reduce((sum, { length }) => sum + length, 0);
  const [D, A] = [data.z.length / n, data.blocks.length / n];
  const jumps = waypoints - 1;
  /** Rows that samples start at, and the last row of each one's episode. */
  const starts: { readonly row: number; readonly last: number }[] = [];
  for (const { row, length } of data.episodes) {
    const last = row + length - 1;
    for (let r = row; r + jumps * minBlocks <= last; r++) starts.push({ row: r, last });
  }
  if (starts.length === 0) {
    throw new JepaError(
      'data',
      `waypoints: ${waypoints} of them at least ${minBlocks} blocks apart need an episode of ${jumps * minBlocks} blocks, the longest of ${data.episodes.length} has ${Math.max(0, ...data.episodes.map((e) => e.length - 1))}; take fewer or nearer waypoints, or longer episodes`,
      sizes,
    );
  }
  return (step) => {
    const z = new Float32Array(batch * waypoints * D);
    const chunks = new Float32Array(batch * jumps * K * (A + 1));
    for (let b = 0; b < batch; b++) {
      const draw = fold(key, 'waypoints', step, b);
      const { row, last } = starts[integer(fold(draw, 'start'), 0, starts.length)]!;
      let here = row;
      for (let w = 0; w < waypoints; w++) {
        z.set(data.z.subarray(here * D, (here + 1) * D), (b * waypoints + w) * D);
        if (w === jumps) break;
        const room = last - here - (jumps - w - 1) * minBlocks;
        const gap = integer(fold(draw, 'gap', w), minBlocks, Math.min(K, room) + 1);
        for (let k = 0; k < gap; k++) {
          const to = ((b * jumps + w) * K + k) * (A + 1);
          chunks.set(data.blocks.subarray((here + k) * A, (here + k + 1) * A), to);
          chunks[to + A] = 1;
        }
        here += gap;
      }
    }
    return { z, chunks };
  };
}

/** Pairs of an embedding and a later one, with what was done first on the way, by the inputs' names of `inverseHeadMethod`. */
export interface GoalPairs {
  /** [B, 2, D] */
  readonly embeddings: Float32Array;
  /** [B, A] */
  readonly blocks: Float32Array;
  /** Blocks between the two, [B]; where it was asked for. */
  readonly left?: Float32Array;
}

/** `waypointBatches` of two waypoints, 1 to `maxDistance` blocks apart, as training pairs of a goal policy; `withLeft` for one that is told how many. */
export function goalPairs(
  data: EmbeddedEpisodes,
  {
    batch,
    maxDistance,
    withLeft = false,
    key,
  }: { readonly batch: number; readonly maxDistance: number; readonly withLeft?: boolean; readonly key: Key },
): (step: number) => GoalPairs {
  const draw = waypointBatches(data, { batch, waypoints: 2, maxBlocks: maxDistance, key });
  return (step) => {
    const { z, chunks } = draw(step);
    const row = chunks.length / batch;
    const A = row / maxDistance - 1;
    const blocks = new Float32Array(batch * A);
    for (let b = 0; b < batch; b++) blocks.set(chunks.subarray(b * row, b * row + A), b * A);
    if (!withLeft) return { embeddings: z, blocks };
    // Each block of a chunk has a 1 behind it.
    const left = Float32Array.from({ length: batch }, (_, b) => {
      let gap = 0;
      for (let k = 0; k < maxDistance; k++) gap += chunks[b * row + k * (A + 1) + A]!;
      return gap;
    });
    return { embeddings: z, blocks, left };
  };
}
