// Embeddings as the frozen model imagines them, with the row whose time they carry: a cost scores imagined embeddings when it
// plans, so it should have seen some.
// Legend: n recorded rows, t a row, k blocks imagined, H the most of them, D width of an embedding, A numbers of a block, I rows
// imagined, E rows rolled out in one call.

import { JepaError, type Key, permutation } from '../../core/index.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import type { WorldModel } from '../world-model/world-model.ts';

/** Imagined embeddings. */
export interface ImaginedRows {
  /** [I, D] */
  readonly z: Float32Array;
  /** The recorded row that each stands for, t + k: its time label, [I]. */
  readonly rows: Int32Array;
  /** k, blocks imagined since a recorded row, [I]. */
  readonly steps: Int32Array;
}

/** How far is imagined, and from where. */
export interface ImagineOptions {
  /** H */
  readonly horizon: number;
  /** Rows to begin at, drawn without return. @default all that a block was recorded at */
  readonly starts?: number;
  readonly key: Key;
}

/** Rows rolled out in one call. */
const BATCH = 64;

/**
 * Rows imagined from recorded rows t, each without what was before it, as a planner begins, under the recorded blocks t to t + k - 1,
 * for every k from 1 to `horizon` or to the end of the episode. A row drawn from them has a k that is uniform but for the ends of
 * episodes.
 *
 * @throws JepaError 'usage' for a horizon or a number of starts that cannot be; 'data' when no block was recorded; 'numeric' when
 * the model imagines what is not finite
 * @example
 * const imagined = await imaginedRows(model, embedded, { horizon: 5, key: key(0) });
 */
export async function imaginedRows(
  model: WorldModel,
  { z, blocks, episodes }: EmbeddedEpisodes,
  { horizon: H, starts, key }: ImagineOptions,
): Promise<ImaginedRows> {
  const { dim: D, actionDim: A, maxHorizon = Number.POSITIVE_INFINITY, name } = model.dynamics;
  for (const [what, value, most] of [
    ['horizon', H, maxHorizon],
    ['starts', starts ?? 1, Number.POSITIVE_INFINITY],
  ] as const) {
    if (Number.isInteger(value) && value >= 1 && value <= most) continue;
    const limit = most === Number.POSITIVE_INFINITY ? 'at least 1' : `1 to ${most}, what ${name} can imagine`;
    throw new JepaError('usage', `imagined rows: ${what} must be a whole number of ${limit}, got ${value}`, { what });
  }
  const all = episodes.flatMap(({ row, length }) =>
    Array.from({ length: Math.max(0, length - 1) }, (_, t) => ({ row: row + t, room: length - 1 - t })),
  );
  if (all.length === 0)
    throw new JepaError(
      'data',
      `imagined rows: a block must have been recorded, got ${episodes.length} episodes of one row at most`,
    );
  const order = permutation(key, all.length);
  const chosen = starts === undefined ? all : Array.from(order.subarray(0, starts).sort(), (i) => all[i]!);
  const count = chosen.reduce((sum, { room }) => sum + Math.min(H, room), 0);
  const out = { z: new Float32Array(count * D), rows: new Int32Array(count), steps: new Int32Array(count) };
  let at = 0;
  for (let from = 0; from < chosen.length; from += BATCH) {
    // Always as many, so that one program does: what is missing at the end, of episodes too, are zeros that are not kept.
    const part = chosen.slice(from, from + BATCH);
    const context = new Float32Array(BATCH * D);
    const plans = new Float32Array(BATCH * H * A);
    for (const [e, { row, room }] of part.entries()) {
      context.set(z.subarray(row * D, (row + 1) * D), e * D);
      plans.set(blocks.subarray(row * A, (row + Math.min(H, room)) * A), e * H * A);
    }
    const imagined = await model.imagine({
      context,
      executed: new Float32Array(0),
      plans,
      tasks: BATCH,
      contextLength: 1,
      samples: 1,
      horizon: H,
    });
    for (const [e, { row, room }] of part.entries()) {
      for (let k = 1; k <= Math.min(H, room); k++) {
        const source = (e * (1 + H) + k) * D;
        out.z.set(imagined.subarray(source, source + D), at * D);
        out.rows[at] = row + k;
        out.steps[at++] = k;
      }
    }
  }
  const bad = out.z.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const i = Math.floor(bad / D);
    throw new JepaError(
      'numeric',
      `imagined rows: ${name} must imagine finite numbers, got ${out.z[bad]} for row ${out.rows[i]} after ${out.steps[i]} blocks; the model has diverged`,
      { row: out.rows[i], steps: out.steps[i] },
    );
  }
  return out;
}
