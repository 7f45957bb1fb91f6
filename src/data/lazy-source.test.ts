import { expect, test } from 'vitest';
import { episodeSourceLaws, TOY_SPEC, toyEpisodes } from './episode-source.law.ts';
import { lazySource } from './lazy-source.ts';

for (const keep of [1, 16]) {
  episodeSourceLaws(`lazySource that keeps ${keep}`, (spec, episodes) =>
    lazySource(
      spec,
      episodes.map(({ label }) => label!.length),
      (index) => episodes[index]!,
      { keep },
    ),
  );
}

test('an episode is loaded when its rows are asked for, and once while it is kept', () => {
  const loaded: number[] = [];
  const episodes = toyEpisodes([3, 3, 3]);
  const load = (index: number) => {
    loaded.push(index);
    return episodes[index]!;
  };
  const source = lazySource(TOY_SPEC, [3, 3, 3], load, { keep: 2 });
  expect(loaded).toEqual([]);
  source.read('state', 4, 1);
  source.read('label', 3, 3);
  expect(loaded).toEqual([1]);
  source.read('state', 0, 1);
  source.read('state', 3, 1);
  source.read('state', 6, 1); // 0 is now unused for longest.
  source.read('state', 3, 1);
  expect(loaded).toEqual([1, 0, 2]);
  source.read('state', 0, 1);
  expect(loaded).toEqual([1, 0, 2, 0]);
});

test('an episode of another length or with a value that is not finite is refused by its index', () => {
  const [episode] = toyEpisodes([3]);
  expect(() => lazySource(TOY_SPEC, [4], () => episode!).read('state', 0, 1)).toThrow(
    /episode 0 of toy must have 4 rows, its file has 3/,
  );
  const broken = { ...episode!, state: Float32Array.of(0, Number.NaN, 1) };
  expect(() => lazySource(TOY_SPEC, [3], () => broken).read('state', 0, 1)).toThrow(
    /^read: column 'state' must be finite, got NaN in episode 0, row 1/,
  );
  expect(() => lazySource(TOY_SPEC, [3, 0], () => episode!)).toThrow(
    /episode 1 must have at least one row, got length 0/,
  );
});
