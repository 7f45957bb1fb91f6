import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fails } from '../runner/compare.ts';
import { runParity } from '../runner/run.ts';
import { ebJepaAc } from './eb-jepa-ac.ts';
import { ebJepaVideoClaim } from './eb-jepa-video.ts';

test.each([ebJepaAc, ebJepaVideoClaim])('the model of $case trains and predicts as the reference', async (claim) => {
  const root = fileURLToPath(new URL(`../${claim.case}`, import.meta.url));
  const [report] = await runParity(root, [claim]);
  expect(report!.error).toBeUndefined();
  expect(report!.comparisons.filter(fails)).toEqual([]);
  expect(report!.comparisons.filter(({ status }) => status === 'ok').length).toBeGreaterThan(100);
});
