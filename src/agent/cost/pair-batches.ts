// Batches of pairs of embeddings and the time between them, on which a learned distance is trained. Pairs lie inside one episode,
// unless they are asked to cross.
// Legend: B pairs, D width of an embedding, I imagined rows. Gaps are in blocks.
// Sources: gaps 'balanced' and order 'random', TRM (arXiv 2605.22164); 'clip', Temporal-Distance JEPA (HKBU-KnowComp/
// Temporal-Distance-JEPA @0c9e302), whose long gaps are drawn too often, as there.

import { fold, integer, JepaError, type Key, permutation, uniformOne } from '../../core/index.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import type { ImaginedRows } from './imagined-rows.ts';
import { type SourceRow, type Sources, sourcesOf } from './pair-sources.ts';

/** Pairs with how far apart they are. */
export interface PairBatch {
  /** [B, D] */
  readonly from: Float32Array;
  /** [B, D] */
  readonly to: Float32Array;
  /** Blocks from one to the other [B]; Infinity for a pair of two episodes. */
  readonly gap: Float32Array;
  /** 1 where `from` was imagined, [B]. */
  readonly imagined: Uint8Array;
}

/**
 * How the gap of a pair is drawn:
 * - `balanced`: uniform over 1 to the longest, then a start that it fits behind, all alike.
 * - `by-start`: a start, all alike, then uniform over what fits: short gaps are more frequent.
 * - `clip`: as in clips of maxGap + 1 rows, i uniform over all but the last, and a gap uniform over 1 to maxGap that the end of the
 *   clip cuts short.
 */
export type PairGaps = 'balanced' | 'by-start' | 'clip';

/** How pairs are drawn. */
export interface PairOptions {
  /** B */
  readonly batch: number;
  /** Longest gap in blocks; or what the longest episode has. */
  readonly maxGap: number;
  readonly gaps: PairGaps;
  /** Whether the later row is always the goal, or either by the toss of a coin. */
  readonly order: 'forward' | 'random';
  /** Share of pairs whose goal is any row of another episode, with gap Infinity. @default none */
  readonly cross?: { readonly share: number };
  /** Share of pairs whose `from` is imagined; the goal never is. @default none */
  readonly imagined?: { readonly share: number; readonly rows: ImaginedRows };
  /** Gaps go to other pairs of their batch: the control, of which nothing can be learned. @default false */
  readonly shuffle?: boolean;
  readonly key: Key;
}

/** Whether an event of this probability happens. */
function happens(key: Key, share: number): boolean {
  return uniformOne(key) < share;
}

/** The gap of a pair in a clip of `T` rows. */
function clipGap(key: Key, T: number): number {
  const i = integer(fold(key, 'row'), 0, T - 1);
  return Math.min(integer(fold(key, 'jump'), 1, T), T - 1 - i);
}

/** Gives the finite gaps round a random circle, so that none stays where it was. */
export function shuffled(gap: Float32Array, key: Key): void {
  const finite = [...gap.keys()].filter((b) => gap[b] !== Number.POSITIVE_INFINITY);
  const circle = Array.from(permutation(key, finite.length), (i) => finite[i]!);
  const old = gap.slice();
  for (const [i, b] of circle.entries()) gap[b] = old[circle[(i + 1) % circle.length]!]!;
}

function check({ batch, maxGap, cross, imagined }: PairOptions): void {
  for (const [name, value] of Object.entries({ batch, maxGap })) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new JepaError('usage', `pairs: ${name} must be a whole number of at least 1, got ${value}`, { name, value });
  }
  for (const [name, share] of Object.entries({ cross: cross?.share, imagined: imagined?.share })) {
    if (share === undefined || (share >= 0 && share <= 1)) continue;
    throw new JepaError('usage', `pairs: the share of ${name} must be from 0 to 1, got ${share}`, { name, share });
  }
}

/**
 * A function that gives the batch of a zero-based step, the same whenever it is asked.
 *
 * @throws JepaError 'usage' for options that cannot be; 'data' when no episode has two rows, or `cross` has one episode only
 * @example
 * const pairs = pairBatches(embedded, { batch: 256, maxGap: 12, gaps: 'balanced', order: 'forward', key: key(0) });
 * const { from, to, gap } = pairs(0);
 */
export function pairBatches(data: EmbeddedEpisodes, options: PairOptions): (step: number) => PairBatch {
  check(options);
  const { batch, maxGap, gaps, order, shuffle = false, key } = options;
  const [crossing, imagining] = [options.cross?.share ?? 0, options.imagined?.share ?? 0];
  const n = data.episodes.reduce((sum, { length }) => sum + length, 0);
  const D = data.z.length / n;
  const recorded = sourcesOf(data);
  const dreamt = options.imagined === undefined ? recorded : sourcesOf(data, options.imagined.rows);
  const populated = data.episodes.filter(({ length }) => length > 0);
  if (crossing > 0 && populated.length < 2)
    throw new JepaError(
      'data',
      `pairs: cross needs two episodes, got ${populated.length}; record more, or leave it out`,
    );
  const directions = order === 'random' ? (['ahead', 'behind'] as const) : (['ahead'] as const);
  for (const [share, sources, what] of [
    [1 - imagining, recorded, 'recorded'],
    [imagining, dreamt, 'imagined'],
  ] as const) {
    if (share === 0 || directions.every((direction) => sources.longest(direction) >= 1)) continue;
    throw new JepaError(
      'data',
      `pairs: a gap of one block must fit between ${what} rows and a goal of their episodes, the longest of ${data.episodes.length} has ${Math.max(0, ...data.episodes.map(({ length }) => length))} rows; record longer ones`,
    );
  }

  /** Where a pair starts, where its goal lies, and the blocks between. */
  const within = (
    draw: Key,
    sources: Sources,
  ): { readonly source: SourceRow; readonly to: number; readonly gap: number } => {
    const direction = order === 'random' && happens(fold(draw, 'order'), 0.5) ? 'behind' : 'ahead';
    const longest = Math.min(maxGap, sources.longest(direction));
    const drawGap = fold(draw, 'gap');
    let source: SourceRow;
    let gap: number;
    if (gaps === 'by-start') {
      source = sources.draw(fold(draw, 'start'), direction, 1);
      gap = integer(drawGap, 1, Math.min(maxGap, source[direction]) + 1);
    } else {
      gap = gaps === 'balanced' ? integer(drawGap, 1, longest + 1) : clipGap(drawGap, longest + 1);
      source = sources.draw(fold(draw, 'start'), direction, gap);
    }
    return { source, to: direction === 'ahead' ? source.row + gap : source.row - gap, gap };
  };

  /** The same with a goal of another episode. */
  const across = (draw: Key, sources: Sources): ReturnType<typeof within> => {
    const source = sources.draw(fold(draw, 'start'), 'ahead', 0);
    const first = source.row - source.behind;
    const own = source.behind + source.ahead + 1;
    const other = integer(fold(draw, 'other'), 0, n - own);
    return { source, to: other < first ? other : other + own, gap: Number.POSITIVE_INFINITY };
  };

  return (step) => {
    const made = {
      from: new Float32Array(batch * D),
      to: new Float32Array(batch * D),
      gap: new Float32Array(batch),
      imagined: new Uint8Array(batch),
    };
    for (let b = 0; b < batch; b++) {
      const draw = fold(key, 'pairs', step, b);
      const dream = happens(fold(draw, 'imagined'), imagining);
      const sources = dream ? dreamt : recorded;
      const pair = happens(fold(draw, 'cross'), crossing) ? across(draw, sources) : within(draw, sources);
      const z = dream ? options.imagined!.rows.z : data.z;
      made.from.set(z.subarray(pair.source.at * D, (pair.source.at + 1) * D), b * D);
      made.to.set(data.z.subarray(pair.to * D, (pair.to + 1) * D), b * D);
      made.gap[b] = pair.gap;
      made.imagined[b] = dream ? 1 : 0;
    }
    if (shuffle) shuffled(made.gap, fold(key, 'shuffle', step));
    return made;
  };
}
