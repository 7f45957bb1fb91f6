import { expect, test } from 'vitest';
import { interleave, median, peakBytes } from './measure.ts';

test('the median is the middle value, or the mean of the two middle values', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([])).toBeNaN();
});

test('contenders take turns, and warm-up samples are dropped', async () => {
  const order: string[] = [];
  const side = (name: string) => ({
    name,
    sample: async () => {
      order.push(name);
      return order.length;
    },
  });
  const samples = await interleave([side('a'), side('b')], { rounds: 2, warmups: 1, settleMs: 0 });
  expect(order.join('')).toBe('ababab');
  expect(samples).toEqual({ a: [3, 5], b: [4, 6] });
});

test('an aborted benchmark stops before its next sample', async () => {
  const controller = new AbortController();
  const side = {
    name: 'a',
    sample: async () => {
      controller.abort(new Error('enough'));
      return 0;
    },
  };
  await expect(interleave([side], { rounds: 3, settleMs: 0, signal: controller.signal })).rejects.toThrow('enough');
});

test('peak memory is at least what the process holds now', () => {
  expect(peakBytes()).toBeGreaterThan(10 * 2 ** 20);
});
