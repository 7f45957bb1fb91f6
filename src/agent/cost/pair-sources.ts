// Rows that pairs may start at, by the room that their episodes have before and behind them, so that one with room for a gap is
// drawn at once, all such rows alike.

import { integer, JepaError, type Key } from '../../core/index.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import type { ImaginedRows } from './imagined-rows.ts';

/** A row that a pair may start at. */
export interface SourceRow {
  /** Where its embedding stands, among the recorded or the imagined ones. */
  readonly at: number;
  /** The recorded row whose time it carries. */
  readonly row: number;
  /** Rows of its episode after it, and before it. */
  readonly ahead: number;
  readonly behind: number;
}

/** Towards later rows of the episode, or earlier ones. */
export type Direction = 'ahead' | 'behind';

/** Rows by the room that they have. */
export interface Sources {
  /** The most room that any has. */
  longest(direction: Direction): number;
  /** One of those with room for `gap` rows in that direction, all alike. */
  draw(key: Key, direction: Direction, gap: number): SourceRow;
}

/** Rows in falling order of room, and for each gap how many have it. */
function byRoom(rows: readonly SourceRow[], direction: Direction): { sorted: readonly SourceRow[]; fitting: number[] } {
  const sorted = rows.toSorted((a, b) => b[direction] - a[direction] || a.at - b.at);
  const fitting = Array.from({ length: (sorted[0]?.[direction] ?? -1) + 1 }, () => 0);
  for (const row of sorted) fitting[row[direction]]!++;
  for (let gap = fitting.length - 2; gap >= 0; gap--) fitting[gap]! += fitting[gap + 1]!;
  return { sorted, fitting };
}

/**
 * All recorded rows as sources, or imagined ones in their place.
 *
 * @throws JepaError 'usage' when an imagined row stands for none of the recorded ones, or has another width
 */
export function sourcesOf({ z, episodes }: EmbeddedEpisodes, imagined?: ImaginedRows): Sources {
  const recorded = episodes.flatMap(({ row, length }) =>
    Array.from({ length }, (_, t) => ({ at: row + t, row: row + t, ahead: length - 1 - t, behind: t })),
  );
  let rows: SourceRow[] = recorded;
  if (imagined !== undefined) {
    const byRow = new Map(recorded.map((source) => [source.row, source]));
    rows = Array.from(imagined.rows, (row, at) => {
      const source = byRow.get(row);
      if (source !== undefined) return { ...source, at };
      throw new JepaError('usage', `pairs: imagined row ${at} must stand for a recorded one, got row ${row}`, {
        at,
        row,
      });
    });
    const [D, own] = [z.length / recorded.length, imagined.z.length / rows.length];
    if (rows.length > 0 && own !== D)
      throw new JepaError('usage', `pairs: imagined rows must have ${D} numbers, as recorded ones, got ${own}`);
  }
  const rooms = { ahead: byRoom(rows, 'ahead'), behind: byRoom(rows, 'behind') };
  return {
    longest: (direction) => rooms[direction].fitting.length - 1,
    draw(key, direction, gap) {
      const { sorted, fitting } = rooms[direction];
      return sorted[integer(key, 0, fitting[gap]!)]!;
    },
  };
}
