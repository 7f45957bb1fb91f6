// Legend: D = 2, the embedding of a row says its episode and its time in it; B pairs.

import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import type { EmbeddedEpisodes } from '../world-model/waypoints.ts';
import type { ImaginedRows } from './imagined-rows.ts';
import { type PairOptions, pairBatches } from './pair-batches.ts';

function labelled(lengths: readonly number[]): EmbeddedEpisodes {
  let n = 0;
  const episodes = lengths.map((length) => {
    n += length;
    return { row: n - length, length };
  });
  const z = Float32Array.from(episodes.flatMap(({ length }, e) => Array.from({ length }, (_, t) => [e, t]).flat()));
  return { z, blocks: new Float32Array(n), episodes };
}
const data = labelled([9, 2, 1, 30, 12, 0, 5]);
const options: PairOptions = { batch: 500, maxGap: 8, gaps: 'balanced', order: 'forward', key: key(1) };

interface Pair {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly gap: number;
  readonly imagined: boolean;
}

/** The pairs of some steps. */
function pairsOf(o: PairOptions, steps = 8, from: EmbeddedEpisodes = data): Pair[] {
  const draw = pairBatches(from, o);
  return Array.from({ length: steps }, (_, step) => {
    const batch = draw(step);
    const at = (z: Float32Array, b: number) => [z[2 * b]!, z[2 * b + 1]!] as const;
    return [...batch.gap].map((gap, b) => ({
      from: at(batch.from, b),
      to: at(batch.to, b),
      gap,
      imagined: batch.imagined[b] === 1,
    }));
  }).flat();
}

/** How often each gap from 1 on is drawn. */
function counts(pairs: readonly Pair[], most: number): number[] {
  return Array.from({ length: most }, (_, g) => pairs.filter(({ gap }) => gap === g + 1).length);
}

/** Whether counts are those of the shares within five deviations. */
function near(found: readonly number[], shares: readonly number[]): void {
  const all = found.reduce((a, b) => a + b, 0);
  const sum = shares.reduce((a, b) => a + b, 0);
  for (const [i, share] of shares.entries()) {
    const p = share / sum;
    expect(Math.abs(found[i]! - all * p)).toBeLessThan(5 * Math.sqrt(all * p * (1 - p)) + 1e-9);
  }
}

test.each([
  [[9, 2, 1, 30, 12, 0, 5], 8, 8],
  [[3], 1, 1],
  [[3, 3, 3], 12, 2],
  [[25, 2], 24, 24],
  [[40, 40, 7], 24, 24],
] as const)('episodes of %j rows, gaps up to %i: balanced gaps are uniform over 1 to %i', (lengths, maxGap, most) => {
  const pairs = pairsOf({ ...options, maxGap }, 8, labelled(lengths));
  near(counts(pairs, most), Array(most).fill(1));
  expect(pairs.every(({ gap }) => gap >= 1 && gap <= most)).toBe(true);
});

test('the starts of a balanced gap are alike, whichever episode they lie in', () => {
  const gap8 = pairsOf(options, 30).filter(({ gap }) => gap === 8);
  // Room for 8 blocks: one start in the episode of 9 rows, 22 in that of 30, 4 in that of 12.
  near(
    [0, 3, 4].map((e) => gap8.filter(({ from }) => from[0] === e).length),
    [1, 22, 4],
  );
  const starts = gap8.filter(({ from }) => from[0] === 3).map(({ from }) => from[1]);
  near(
    Array.from({ length: 22 }, (_, t) => starts.filter((s) => s === t).length),
    Array(22).fill(1),
  );
});

test('by start, every row with one after it starts as often as every other, and shorter gaps are more frequent', () => {
  const pairs = pairsOf({ ...options, gaps: 'by-start' }, 20);
  near(
    [0, 1, 3, 4, 6].map((e) => pairs.filter(({ from }) => from[0] === e).length),
    [8, 1, 29, 11, 4],
  );
  // A start with room r gives each gap up to min(8, r) alike.
  const rooms = [9, 2, 30, 12, 5].flatMap((length) => Array.from({ length: length - 1 }, (_, i) => i + 1));
  const share = (gap: number) => rooms.reduce((sum, r) => sum + (r >= gap ? 1 / Math.min(8, r) : 0), 0);
  near(
    counts(pairs, 8),
    Array.from({ length: 8 }, (_, g) => share(g + 1)),
  );
});

test('clips draw gaps as a jump from a row of the clip that its end cuts short', () => {
  const T = 9;
  const shares = Array<number>(T - 1).fill(0);
  for (let i = 0; i < T - 1; i++) for (let jump = 1; jump < T; jump++) shares[Math.min(jump, T - 1 - i) - 1]!++;
  near(counts(pairsOf({ ...options, gaps: 'clip' }, 20), 8), shares);
});

test.each(['balanced', 'by-start', 'clip'] as const)('%s pairs lie in one episode, the goal a gap later', (gaps) => {
  for (const { from, to, gap } of pairsOf({ ...options, gaps })) {
    expect(to[0]).toBe(from[0]);
    expect(to[1] - from[1]).toBe(gap);
  }
});

test('in random order half of the goals are the earlier row, and gaps stay uniform', () => {
  const pairs = pairsOf({ ...options, order: 'random' }, 20);
  for (const { from, to, gap } of pairs) {
    expect(to[0]).toBe(from[0]);
    expect(Math.abs(to[1] - from[1])).toBe(gap);
  }
  near(
    [pairs.filter(({ from, to }) => to[1] > from[1]).length, pairs.filter(({ from, to }) => to[1] < from[1]).length],
    [1, 1],
  );
  near(counts(pairs, 8), Array(8).fill(1));
});

test('a share of pairs cross: their goals are all rows of other episodes alike, never of their own, and their gap is Infinity', () => {
  const pairs = pairsOf({ ...options, cross: { share: 0.25 } }, 30);
  const cross = pairs.filter(({ gap }) => gap === Number.POSITIVE_INFINITY);
  near([cross.length, pairs.length - cross.length], [1, 3]);
  expect(cross.every(({ from, to }) => from[0] !== to[0])).toBe(true);
  expect(pairs.every(({ from, to, gap }) => gap === Number.POSITIVE_INFINITY || from[0] === to[0])).toBe(true);
  // From the longest episode, 29 rows remain.
  const from3 = cross.filter(({ from }) => from[0] === 3);
  near(
    [0, 1, 2, 4, 6].map((e) => from3.filter(({ to }) => to[0] === e).length),
    [9, 2, 1, 12, 5],
  );
  const firstAndLast = (e: number) =>
    [0, data.episodes[e]!.length - 1].every((t) => cross.some(({ to }) => to[0] === e && to[1] === t));
  expect([0, 3, 4].every(firstAndLast)).toBe(true);
});

/** Imagined rows of the episodes 0 and 3, marked by half a number more. */
const imagined: ImaginedRows = (() => {
  const rows = [...Array.from({ length: 8 }, (_, t) => t + 1), ...Array.from({ length: 29 }, (_, t) => 13 + t)];
  const z = Float32Array.from(rows.flatMap((row) => [data.z[2 * row]! + 0.5, data.z[2 * row + 1]!]));
  return { z, rows: Int32Array.from(rows), steps: new Int32Array(rows.length).fill(1) };
})();

test.each(['forward', 'random'] as const)(
  'a share of the starts is imagined with its own time, goals never are, order %s',
  (order) => {
    const pairs = pairsOf({ ...options, order, imagined: { share: 0.5, rows: imagined } }, 20);
    const dreams = pairs.filter((pair) => pair.imagined);
    near([dreams.length, pairs.length - dreams.length], [1, 1]);
    for (const { from, to, gap, imagined: dream } of pairs) {
      expect(from[0] % 1).toBe(dream ? 0.5 : 0);
      expect(to[0]).toBe(Math.floor(from[0]));
      expect(order === 'forward' ? to[1] - from[1] : Math.abs(to[1] - from[1])).toBe(gap);
    }
    near(counts(dreams, 8), Array(8).fill(1));
  },
);

test('shuffled, every gap belongs to another pair, the gaps of a batch stay the same, and crossing pairs keep their mark', () => {
  const o: PairOptions = { ...options, batch: 64, maxGap: 24, cross: { share: 0.25 } };
  const [plain, control] = [pairBatches(data, o)(5), pairBatches(data, { ...o, shuffle: true })(5)];
  expect(control.from).toEqual(plain.from);
  expect(control.to).toEqual(plain.to);
  expect([...control.gap].sort()).toEqual([...plain.gap].sort());
  const finite = [...plain.gap.keys()].filter((b) => plain.gap[b]! < Number.POSITIVE_INFINITY);
  expect([...control.gap.keys()].filter((b) => control.gap[b]! < Number.POSITIVE_INFINITY)).toEqual(finite);
  expect(finite.filter((b) => control.gap[b] !== plain.gap[b]).length).toBeGreaterThan(0.7 * finite.length);
});

test('a step gives the same batch whenever and by whomever it is asked, and another than other steps and keys', () => {
  for (const gaps of ['balanced', 'by-start', 'clip'] as const) {
    const o: PairOptions = {
      ...options,
      gaps,
      order: 'random',
      shuffle: true,
      cross: { share: 0.2 },
      imagined: { share: 0.3, rows: imagined },
    };
    const first = pairBatches(data, o);
    const third = first(3);
    first(7);
    expect(first(3)).toEqual(third);
    expect(pairBatches(data, o)(3)).toEqual(third);
    expect(first(4)).not.toEqual(third);
    expect(pairBatches(data, { ...o, key: key(2) })(3)).not.toEqual(third);
  }
});

test('recordings without pairs and options that cannot be are refused', () => {
  expect(() => pairBatches(labelled([1, 1]), options)).toThrow(
    /a gap of one block must fit .* longest of 2 has 1 rows/,
  );
  expect(() => pairBatches(labelled([]), options)).toThrow(/longest of 0 has 0 rows/);
  expect(() => pairBatches(labelled([4]), { ...options, cross: { share: 0.1 } })).toThrow(/two episodes, got 1/);
  expect(() => pairBatches(data, { ...options, maxGap: 0 })).toThrow(/maxGap must be .* at least 1, got 0/);
  expect(() => pairBatches(data, { ...options, cross: { share: 2 } })).toThrow(/share of cross must be from 0 to 1/);
  const strange = { ...imagined, rows: imagined.rows.map((row) => row + 1000) };
  expect(() => pairBatches(data, { ...options, imagined: { share: 0.5, rows: strange } })).toThrow(/got row 1001/);
  const last: ImaginedRows = { z: Float32Array.of(0, 8), rows: Int32Array.of(8), steps: Int32Array.of(1) };
  expect(() => pairBatches(data, { ...options, imagined: { share: 0.5, rows: last } })).toThrow(
    /between imagined rows/,
  );
});
