// The laws of every EpisodeSource, as tests, and the toy episodes that the room's tests use: each value says its row.

import { expect, test } from 'vitest';
import type { DatasetSpec, EpisodeData, EpisodeSource } from './episode.ts';

/** Images of 2 x 3 x 1, actions of 2, a state of 1 and a label. */
export const TOY_SPEC: DatasetSpec = {
  env: 'toy',
  columns: [
    { name: 'pixels', dtype: 'u8', shape: [2, 3, 1] },
    { name: 'action', dtype: 'f32', shape: [2] },
    { name: 'state', dtype: 'f32', shape: [1] },
    { name: 'label', dtype: 'i32', shape: [] },
  ],
  frameRateHz: 10,
  metadata: { policy: 'toy' },
};

/** Element `i` of the image of `row`. */
export const toyPixel = (row: number, i: number): number => (row * 7 + i) % 256;
/** The action of `row`. */
export const toyAction = (row: number): readonly [number, number] => [row, -2 * row];
/** The state of `row`. */
export const toyState = (row: number): number => row + 0.5;

/** Episodes of the given lengths, numbered on from table row `from`. */
export function toyEpisodes(lengths: readonly number[], from = 0): EpisodeData[] {
  let start = from;
  return lengths.map((length) => {
    const rows = Array.from({ length }, (_, t) => start + t);
    start += length;
    return {
      pixels: Uint8Array.from(rows.flatMap((row) => [0, 1, 2, 3, 4, 5].map((i) => toyPixel(row, i)))),
      action: Float32Array.from(
        rows.flatMap((row, t) => (t === length - 1 ? [Number.NaN, Number.NaN] : [...toyAction(row)])),
      ),
      state: Float32Array.from(rows.map(toyState)),
      label: Int32Array.from(rows.map((row) => -row)),
    };
  });
}

/** Runs the laws on the source that `make` builds from a spec and episodes. */
export function episodeSourceLaws(
  name: string,
  make: (spec: DatasetSpec, episodes: readonly EpisodeData[]) => EpisodeSource,
): void {
  const lengths = [3, 1, 5, 2];

  test(`${name}: spans are consecutive from row 0 and rows is the sum of the lengths`, () => {
    const source = make(TOY_SPEC, toyEpisodes(lengths));
    expect(source.episodes.map(({ row, length }) => [row, length])).toEqual([
      [0, 3],
      [3, 1],
      [4, 5],
      [9, 2],
    ]);
    expect(source.rows).toBe(11);
    expect(source.spec).toEqual(TOY_SPEC);
  });

  test(`${name}: read returns what was appended, for every range of rows`, () => {
    const episodes = toyEpisodes(lengths);
    const source = make(TOY_SPEC, episodes);
    for (const { name: column, shape } of TOY_SPEC.columns) {
      const all = episodes.flatMap((episode) => [...episode[column]!]);
      const size = shape.reduce((a, b) => a * b, 1);
      for (let row = 0; row <= 11; row++) {
        for (let count = 0; row + count <= 11; count++) {
          expect([...source.read(column, row, count)]).toEqual(all.slice(row * size, (row + count) * size));
        }
      }
    }
  });

  test(`${name}: read fills the given array and returns it`, () => {
    const source = make(TOY_SPEC, toyEpisodes(lengths));
    const out = new Float32Array(2);
    expect(source.read('state', 4, 2, out)).toBe(out);
    expect([...out]).toEqual([4.5, 5.5]);
  });

  test(`${name}: rows outside of the table, unknown columns and unfit arrays are refused`, () => {
    const source = make(TOY_SPEC, toyEpisodes(lengths));
    expect(() => source.read('state', 10, 2)).toThrow(/\[0, 11\).*2 rows from 10/);
    expect(() => source.read('state', -1, 1)).toThrow(/from -1/);
    expect(() => source.read('pixel', 0, 1)).toThrow(/did you mean 'pixels'/);
    expect(() => source.read('state', 0, 2, new Float32Array(3))).toThrow(/must hold 2 f32/);
    expect(() => source.read('state', 0, 2, new Int32Array(2))).toThrow(/Int32Array/);
  });
}
