// Random masks.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { key } from '../../core/index.ts';
import { randomMasks } from '../index.ts';

test('each image keeps its own random patches, and the masked ones are the rest', () => {
  const { kept, masked } = randomMasks(key(1), 50, 16, 4);
  const counts = new Array<number>(16).fill(0);
  for (let b = 0; b < 50; b++) {
    const [k, m] = [kept.subarray(b * 4, b * 4 + 4), masked.subarray(b * 12, b * 12 + 12)];
    expect([...k, ...m].sort((x, y) => x - y)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect([...k]).toEqual([...k].sort((x, y) => x - y));
    for (const i of k) counts[i]! += 1;
  }
  // 50 draws of probability 1/4: mean 12.5, deviation 3.1.
  for (const n of counts) expect(Math.abs(n - 12.5)).toBeLessThan(12);
  expect(randomMasks(key(1), 50, 16, 4).kept).toEqual(kept);
  expect(randomMasks(key(2), 50, 16, 4).kept).not.toEqual(kept);
});

test('keeping nothing or everything is refused', () => {
  expect(() => randomMasks(key(0), 2, 16, 0)).toThrow(/between 1 and 15/);
  expect(() => randomMasks(key(0), 2, 16, 16)).toThrow(/something to predict/);
});

test('any number of kept patches: each image has every patch once, kept or masked, both ascending', () => {
  const drawn = {
    seed: fc.nat(),
    batch: fc.integer({ min: 1, max: 5 }),
    patches: fc.integer({ min: 2, max: 40 }),
    share: fc.nat(),
  };
  fc.assert(
    fc.property(fc.record(drawn), ({ seed, batch, patches, share }) => {
      const kept = 1 + (share % (patches - 1));
      const masks = randomMasks(key(seed), batch, patches, kept);
      for (let b = 0; b < batch; b++) {
        const seen = Array.from(masks.kept.subarray(b * kept, (b + 1) * kept));
        const hidden = Array.from(masks.masked.subarray(b * (patches - kept), (b + 1) * (patches - kept)));
        const up = (ids: readonly number[]): number[] => [...ids].sort((x, y) => x - y);
        expect([seen, hidden]).toEqual([up(seen), up(hidden)]);
        expect(up([...seen, ...hidden])).toEqual(Array.from({ length: patches }, (_, i) => i));
      }
    }),
    { numRuns: 40 },
  );
});
