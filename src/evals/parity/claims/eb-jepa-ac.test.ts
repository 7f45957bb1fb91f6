import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runParity } from '../run.ts';
import { ebJepaAc } from './eb-jepa-ac.ts';

test("EB-JEPA's world model trains, imagines and plans as the reference", async () => {
  const root = fileURLToPath(new URL('../../../../parity/eb_jepa_ac', import.meta.url));
  const [report] = await runParity(root, [ebJepaAc]);
  expect(report!.error).toBeUndefined();
  expect(report!.comparisons.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(report!.comparisons.length).toBeGreaterThan(100);
});
