import { expect, test } from 'vitest';
import { key, normal } from '../../core/index.ts';
import { nodeRuntime } from '../../runtime/index.ts';
import type { Tokens } from '../collapse/deviation.ts';
import { accuracy } from '../probes/knn.ts';
import { selectAttentiveProbe } from './attentive-grid.ts';

const runtime = nodeRuntime({ threads: 1 });

/** Two classes that differ in the sign of every token's first number. */
function easy(n: number, seed: number): { readonly tokens: Tokens; readonly y: Int32Array } {
  const data = normal(key(seed), new Float32Array(n * 3 * 4));
  const y = Int32Array.from({ length: n }, (_, i) => i % 2);
  for (let i = 0; i < n * 3; i++) data[i * 4]! += y[Math.floor(i / 3)] === 1 ? 4 : -4;
  return { tokens: { batch: n, tokens: 3, dim: 4, data }, y };
}

test('the setting that learns is chosen over one that hardly moves, on held-back images', async () => {
  const { tokens, y } = easy(200, 1);
  const grid = { lr: [1e-9, 1e-2], weightDecay: [0.01], validation: 0.2 };
  const options = { heads: 2, epochs: 8, batchSize: 32, key: key(0), runtime };
  const chosen = await selectAttentiveProbe(tokens, y, 2, grid, options);
  expect([chosen.lr, chosen.weightDecay]).toEqual([1e-2, 0.01]);
  expect(chosen.tried.map((t) => t.lr)).toEqual([1e-9, 1e-2]);
  expect(chosen.tried[1]!.heldAccuracy).toBeGreaterThan(0.95);
  const other = easy(100, 2);
  expect(accuracy(await chosen.logits(other.tokens), other.y)).toBeGreaterThan(0.95);
});

test('an empty grid and a split without held-back images are refused', async () => {
  const { tokens, y } = easy(8, 1);
  const options = { heads: 2, epochs: 1, key: key(0), runtime };
  await expect(selectAttentiveProbe(tokens, y, 2, { lr: [], weightDecay: [0] }, options)).rejects.toThrow(
    /got 0 settings/,
  );
  const none = { lr: [1e-3], weightDecay: [0], validation: 0.01 };
  await expect(selectAttentiveProbe(tokens, y, 2, none, options)).rejects.toThrow(/0 of 8 images held back/);
});
