// Embeddings of recorded episodes by a trained world model, with the states and actions that belong to them.
// Legend: n rows, D embedding width, S state size.

import type { LeWmModel } from '../../agent/index.ts';
import { type EpisodeSource, PIXELS, readF32, readU8 } from '../../data/index.ts';
import { type Matrix, matrix } from '../matrix/matrix.ts';

/** Embedded rows of some episodes. */
export interface EmbeddedRows {
  /** [n, D] */
  readonly z: Matrix<Float32Array>;
  /** [n, S] */
  readonly state: Matrix<Float32Array>;
  /** Episode of each row. */
  readonly episode: Int32Array;
}

/** Embeds every `stride`-th row of the episodes, at most `limit` rows. */
export async function embedRows(
  model: LeWmModel,
  source: EpisodeSource,
  episodes: readonly number[],
  stride: number,
  limit: number,
): Promise<EmbeddedRows> {
  const rows: { row: number; episode: number }[] = [];
  for (const episode of episodes) {
    const span = source.episodes[episode]!;
    for (let t = 0; t < span.length && rows.length < limit; t += stride) rows.push({ row: span.row + t, episode });
  }
  const frame = model.config.encoder.imageSize ** 2 * 3;
  const pixels = new Uint8Array(rows.length * frame);
  const stateSize = readF32(source, 'state', 0, 1).length;
  const state = new Float32Array(rows.length * stateSize);
  for (const [i, { row }] of rows.entries()) {
    pixels.set(readU8(source, PIXELS, row, 1), i * frame);
    state.set(readF32(source, 'state', row, 1), i * stateSize);
  }
  const z = await model.encode(pixels, rows.length);
  return {
    z: matrix(z, model.config.embedDim),
    state: matrix(state, stateSize),
    episode: Int32Array.from(rows, (r) => r.episode),
  };
}
