import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fails } from '../runner/compare.ts';
import { runParity } from '../runner/run.ts';
import { dinoWmClaim } from './dino-wm.ts';

test('the reference numbers of dino_wm are reproduced, all of them', async () => {
  const root = fileURLToPath(new URL('../dino_wm', import.meta.url));
  const [report] = await runParity(root, [dinoWmClaim]);
  expect(report!.error).toBeUndefined();
  expect(report!.comparisons.filter(fails)).toEqual([]);
  expect(report!.comparisons.every(({ status }) => status === 'ok')).toBe(true);
  expect(report!.comparisons).toHaveLength(14 + 29 + 5); // outputs, gradients, scalars
});
