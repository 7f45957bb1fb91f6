import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readCase } from '../runner/read-case.ts';
import { compareCase, fails } from '../runner/compare.ts';
import { dinoWmPlanner, ebJepaPlanners } from './stored-planners.ts';

test.each([
  ['eb_jepa_ac', ebJepaPlanners, 15],
  ['dino_wm', dinoWmPlanner, 6],
] as const)('the planners of %s agree with the reference where its costs are given', async (name, planners, count) => {
  const c = await readCase(fileURLToPath(new URL(`../${name}`, import.meta.url)));
  const result = await planners(c);
  const produced = [...Object.keys(result.tensors), ...Object.keys(result.scalars ?? {}).map((s) => `scalar.${s}`)];
  const compared = compareCase(c, { case: name, run: () => result }, result).filter((r) => produced.includes(r.name));
  expect(compared).toHaveLength(count);
  expect(compared.filter(fails)).toEqual([]);
});
