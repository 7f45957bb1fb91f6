import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EpisodeSpan } from './episode.ts';
import { actionRows, frameRow, windowCount, windowStarts } from './windows.ts';

/** Spans of consecutive episodes of these lengths. */
function spans(lengths: readonly number[]): EpisodeSpan[] {
  let row = 0;
  return lengths.map((length) => {
    row += length;
    return { row: row - length, length };
  });
}

test('the Two-Room reference data (10,000 episodes, 920,809 rows) has 730,809 windows of 4 frames, frame skip 5', () => {
  // The count depends on the lengths only through their sum while each is at least 19: here 92, and 93 for the first 809.
  const lengths = Array.from({ length: 10_000 }, (_, i) => 92 + (i < 809 ? 1 : 0));
  expect(lengths.reduce((a, b) => a + b)).toBe(920_809);
  expect(windowStarts(spans(lengths), [...lengths.keys()], { frames: 4, frameSkip: 5 }).length).toBe(730_809);
});

test('an episode of exactly the span has one window, a shorter one none', () => {
  expect([19, 20, 21].map((length) => windowCount(length, { frames: 4, frameSkip: 5 }))).toEqual([0, 1, 2]);
});

test('every window lies inside one chosen episode, and every position that fits is there once', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 4 }), (list, frames, frameSkip) => {
      const shape = { frames, frameSkip };
      const episodes = spans(list);
      const chosen = [...list.keys()].filter((i) => i % 2 === 0);
      const inside = (start: number): boolean =>
        chosen.some((e) => {
          const { row, length } = episodes[e]!;
          return start >= row && start + frames * frameSkip <= row + length;
        });
      const total = list.reduce((a, b) => a + b);
      const expected = Array.from({ length: total }, (_, i) => i).filter(inside);
      if (expected.length === 0) expect(() => windowStarts(episodes, chosen, shape)).toThrow(/longest of/);
      else expect([...windowStarts(episodes, chosen, shape)]).toEqual(expected);
    }),
  );
});

test('action blocks tile the span, and block k leads from frame k to frame k + 1', () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      (start, frames, frameSkip) => {
        const shape = { frames, frameSkip };
        for (let k = 0; k < frames; k++) {
          expect(actionRows(start, k, shape)).toEqual([frameRow(start, k, shape), frameRow(start, k + 1, shape)]);
        }
        expect(frameRow(start, 0, shape)).toBe(start);
        expect(frameRow(start, frames, shape)).toBe(start + frames * frameSkip);
      },
    ),
  );
});

test('windows longer than every episode, unknown episodes and impossible shapes are refused', () => {
  const shape = { frames: 4, frameSkip: 5 };
  expect(() => windowStarts(spans([10, 19]), [0, 1], shape)).toThrow(/at least 20 rows, the longest of 2 has 19/);
  expect(() => windowStarts(spans([30]), [1], shape)).toThrow(/0 to 0, got 1/);
  expect(() => windowCount(30, { frames: 0, frameSkip: 1 })).toThrow(/frames.*got 0/);
  expect(() => windowCount(30, { frames: 2, frameSkip: 1.5 })).toThrow(/frameSkip.*got 1.5/);
});

test('a frame skip larger than every episode, and no episodes at all, are errors that say what to change', () => {
  expect(() => windowStarts(spans([3]), [0], { frames: 1, frameSkip: 4 })).toThrow(
    /frameSkip 4 need episodes of at least 4 rows, the longest of 1 has 3.*smaller frameSkip/,
  );
  expect(() => windowStarts(spans([3]), [], { frames: 1, frameSkip: 1 })).toThrow(
    /no episodes were chosen.*part of a split/,
  );
  expect(() => windowStarts([], [], { frames: 0, frameSkip: 1 })).toThrow(/frames must be a positive integer/);
});
