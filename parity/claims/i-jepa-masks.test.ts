// The statistics of the reference's mask collator, which the parity runner cannot compare: its random streams differ from
// ours. So ours are drawn as often, and must agree within sampling error.

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { key } from '../../src/core/index.ts';
import { multiBlock } from '../../src/jepa/index.ts';
import { readCase } from '../runner/read-case.ts';

test('as many draws as the reference made give its context sizes, target sizes and frequencies of each patch', async () => {
  const c = await readCase(fileURLToPath(new URL('../ijepa_masks', import.meta.url)));
  const [freqContext, freqTarget] = [c.tensor('output.freq_context').data, c.tensor('output.freq_target').data];
  const scalar = (name: string): number => c.scalars.get(`statistics.${name}`)![0]!;
  const [calls, batch] = [scalar('calls'), scalar('batch')];
  const sampler = multiBlock({ grid: [14, 14], compat: 'reference' });
  const [context, target] = [new Float64Array(196), new Float64Array(196)];
  const sizes: number[] = [];
  const counts = new Map<number, number>();
  for (let call = 0; call < calls; call++) {
    const masks = sampler.sample(key(call), batch);
    sizes.push(masks.contextSize);
    counts.set(masks.targetSize, (counts.get(masks.targetSize) ?? 0) + 1);
    for (const i of masks.context) context[i]! += 1 / (calls * batch);
    for (const t of masks.targets) for (const i of t) target[i]! += 1 / (calls * batch * masks.targets.length);
  }
  const mean = sizes.reduce((a, b) => a + b) / calls;
  const std = Math.sqrt(sizes.reduce((a, b) => a + (b - mean) ** 2, 0) / calls);
  // Two samples of `calls` numbers: their means differ by sqrt(2 / calls) standard deviations.
  expect(Math.abs(mean - scalar('context_tokens_mean'))).toBeLessThan(4 * std * Math.sqrt(2 / calls));
  expect(Math.abs(std / scalar('context_tokens_std') - 1)).toBeLessThan(4 / Math.sqrt(calls));
  const drawn = (size: string): number => scalar(`pred_size_counts.${size}`);
  const expected = [
    [30, drawn('5x6') + drawn('6x5')],
    [35, drawn('7x5')],
    [36, drawn('6x6')],
    [40, drawn('8x5')],
  ] as const;
  for (const [area, count] of expected)
    expect(Math.abs((counts.get(area) ?? 0) - count)).toBeLessThan(4 * Math.sqrt(2 * Math.max(count, 9)));
  const worst = (ours: Float64Array, theirs: ArrayLike<number>): number =>
    Math.max(...ours.map((v, i) => Math.abs(v - theirs[i]!)));
  // A frequency of 2400 images, correlated within a batch by its common sizes.
  expect(worst(context, freqContext)).toBeLessThan(0.08);
  expect(worst(target, freqTarget)).toBeLessThan(0.03);
});
