// Embeddings of recorded episodes by a trained world model, with the states and actions that belong to them.
// Legend: n rows, D embedding width, S state size.

import { observationBytes, recorded, type WorldModel, writeObservation } from '../../agent/index.ts';
import { type EpisodeSource, readF32 } from '../../data/index.ts';
import { type Matrix, matrix } from '../../measure/index.ts';

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
  model: WorldModel,
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
  const { senses, dim } = model.dynamics;
  const { all } = observationBytes(senses);
  const seen = new Uint8Array(rows.length * all);
  const stateSize = readF32(source, 'state', 0, 1).length;
  const state = new Float32Array(rows.length * stateSize);
  for (const [i, { row }] of rows.entries()) {
    const own = readF32(source, 'state', row, 1);
    state.set(own, i * stateSize);
    writeObservation(senses, { ...recorded(source, row), state: () => own }, seen, i * all);
  }
  const z = await model.encode(seen, rows.length);
  return {
    z: matrix(z, dim),
    state: matrix(state, stateSize),
    episode: Int32Array.from(rows, (r) => r.episode),
  };
}
