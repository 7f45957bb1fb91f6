import { expect, test } from 'vitest';
import { checkEpisode } from './check-episode.ts';
import { checkSpec, type EpisodeData } from './episode.ts';
import { TOY_SPEC, toyEpisodes } from './episode-source.law.ts';

const good = (): EpisodeData => toyEpisodes([4])[0]!;

test('a good episode gives its number of rows', () => {
  expect(checkEpisode(TOY_SPEC, good(), 0)).toBe(4);
});

test('NaN or infinity in an observation or an action is refused with column, episode and row', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const state = Float32Array.of(0, 1, value, 3);
    expect(() => checkEpisode(TOY_SPEC, { ...good(), state }, 7)).toThrow(/'state'.*episode 7, row 2/);
    const action = Float32Array.of(0, 0, value, 0, 0, 0, 0, 0);
    expect(() => checkEpisode(TOY_SPEC, { ...good(), action }, 7)).toThrow(/'action'.*episode 7, row 1/);
  }
});

test('the last action may be NaN, but only as a whole', () => {
  const half = Float32Array.of(0, 0, 0, 0, 0, 0, 1, Number.NaN);
  expect(() => checkEpisode(TOY_SPEC, { ...good(), action: half }, 0)).toThrow(/row 3, element 1.*then all of it/);
  const endless = Float32Array.of(0, 0, 0, 0, 0, 0, Number.NaN, Number.NEGATIVE_INFINITY);
  expect(() => checkEpisode(TOY_SPEC, { ...good(), action: endless }, 0)).toThrow(/row 3/);
});

test('unequal lengths, wrong dtypes, odd sizes and empty episodes are shape errors', () => {
  const cases: readonly (readonly [EpisodeData, RegExp])[] = [
    [{ ...good(), state: new Float32Array(3) }, /'pixels' \(4\), 'state' has 3/],
    [{ ...good(), state: new Int32Array(4) }, /'state'.*must be f32.*Int32Array/],
    [{ ...good(), pixels: new Uint8Array(25) }, /'pixels'.*rows of \[2,3,1\].*25/],
    [{ ...good(), pixels: new Uint8Array(0) }, /at least one row/],
  ];
  for (const [episode, message] of cases) {
    expect(() => checkEpisode(TOY_SPEC, episode, 0)).toThrow(expect.objectContaining({ code: 'shape' }));
    expect(() => checkEpisode(TOY_SPEC, episode, 0)).toThrow(message);
  }
});

test('missing and unknown columns are usage errors', () => {
  const { label, ...rest } = good();
  expect(() => checkEpisode(TOY_SPEC, rest, 0)).toThrow(/must have column 'label'/);
  expect(() => checkEpisode(TOY_SPEC, { ...good(), lable: label! }, 0)).toThrow(/did you mean 'label'/);
});

test('a spec with a name twice, a name unfit for a file, an empty shape entry or no columns is refused', () => {
  const column = { name: 'a', dtype: 'f32', shape: [1] } as const;
  expect(() => checkSpec({ env: 'e', columns: [column, column] })).toThrow(/'a' is given twice/);
  expect(() => checkSpec({ env: 'e', columns: [{ ...column, name: '../a' }] })).toThrow(/'..\/a'/);
  expect(() => checkSpec({ env: 'e', columns: [{ ...column, shape: [0] }] })).toThrow(/\[0\]/);
  expect(() => checkSpec({ env: 'e', columns: [] })).toThrow(/at least one column/);
  expect(() => checkSpec({ env: 'e', columns: [column], frameRateHz: 0 })).toThrow(/frameRateHz/);
});
