import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { f32Tensor } from '../../src/data/index.ts';
import { writeSafetensors } from '../../src/data/node.ts';
import { readCase } from './read-case.ts';
import { type ParityTensor } from './case.ts';
import type { ParityClaim, ParityResult } from './claim.ts';
import { hfImages } from '../claims/hf-images.ts';
import { leWmClaim, leWmDefaultInit } from '../claims/le-wm.ts';
import { optim } from '../claims/optim.ts';
import { probes } from '../claims/probes.ts';
import { pushTClaim } from '../claims/push-t.ts';
import { quasimetricClaim } from '../claims/quasimetric.ts';
import { rcAuxClaim } from '../claims/rc-aux.ts';
import { schedules } from '../claims/schedules.ts';
import { sigregClaim } from '../claims/sigreg.ts';
import { swmSolvers } from '../claims/swm-solvers.ts';
import { tdJepaClaim } from '../claims/td-jepa.ts';
import { compareCase, compareScalars, compareTensor, fails } from './compare.ts';
import { main } from './main.ts';
import { caseLines, summaryLines } from './print.ts';
import { allAgree, type CaseReport, runParity } from './run.ts';

const scratch = mkdtempSync(join(tmpdir(), 'jepa-parity-'));
afterAll(() => rmSync(scratch, { recursive: true }));

interface CaseFiles {
  readonly json?: object;
  readonly tensors?: Readonly<Record<string, readonly number[]>>;
  readonly after?: Readonly<Record<string, readonly number[]>>;
}

let count = 0;
/** Writes a case folder `root/<folder>` with vectors as tensors; returns root. */
function makeCase({ json = {}, tensors = { 'output.y': [1, 2] }, after }: CaseFiles, folder = 'any'): string {
  const root = join(scratch, String(count++));
  const dir = join(root, folder);
  mkdirSync(dir, { recursive: true });
  const described = Object.fromEntries(Object.keys(tensors).map((name) => [name, { atol: 1e-3 }]));
  writeFileSync(join(dir, 'case.json'), JSON.stringify({ name: 'toy', config: {}, tensors: described, ...json }));
  const list = (of: Readonly<Record<string, readonly number[]>>) =>
    Object.entries(of).map(([n, v]) => [n, f32Tensor([v.length], Float32Array.from(v))] as const);
  writeSafetensors(join(dir, 'tensors.safetensors'), list(tensors));
  if (after !== undefined) writeSafetensors(join(dir, 'after.safetensors'), list(after));
  return root;
}

const claim = (result: ParityResult, notReproduced: Readonly<Record<string, string>> = {}): ParityClaim => ({
  case: 'toy',
  notReproduced,
  run: () => result,
});
const y = (...data: number[]): ParityResult => ({ tensors: { 'output.y': { shape: [data.length], data } } });
const only = async (root: string, c: ParityClaim): Promise<CaseReport> => (await runParity(root, [c]))[0]!;
const vector = (...data: number[]): ParityTensor => ({
  shape: [data.length],
  dtype: 'float32',
  data: Float32Array.from(data),
});

test.each([leWmClaim, leWmDefaultInit, optim, probes, pushTClaim, quasimetricClaim, rcAuxClaim, schedules, sigregClaim, swmSolvers, tdJepaClaim])(
  'the reference numbers of $case are reproduced',
  async (c) => {
    const root = fileURLToPath(new URL(`../${c.case}`, import.meta.url));
    const report = await only(root, c);
    expect(report.error).toBeUndefined();
    expect(report.comparisons.filter(fails)).toEqual([]);
    expect(report.comparisons.length).toBeGreaterThan(4);
  },
);

/** Of the second layout one case is kept here; the other families are the same networks. */
const kept = hfImages.filter(({ case: name }) => !name.startsWith('hf_formula_') || name === 'hf_formula_ijepa');

test.each(kept)('the HuggingFace encoder of $case is reproduced, within a tenth of its tolerance', async (c) => {
  const root = fileURLToPath(new URL(`../${c.case}`, import.meta.url));
  const report = await only(root, c);
  expect(report.error).toBeUndefined();
  expect(report.comparisons.length).toBeGreaterThan(0);
  for (const { status, ratio } of report.comparisons) {
    expect(status).toBe('ok');
    expect(ratio).toBeLessThan(0.1);
  }
});

test('a case is dispatched on its name, whatever its folder is called, at any depth', async () => {
  const report = await only(makeCase({}, 'deep/er/other-name'), claim(y(1, 2)));
  expect(report).toMatchObject({ folder: 'deep/er/other-name', name: 'toy', outcome: 'ok' });
});

test('a difference above its tolerance is an excess that names the element', async () => {
  const report = await only(makeCase({}), claim(y(1, 2.002)));
  expect(report.outcome).toBe('excess');
  expect(caseLines(report, false).join('\n')).toMatch(/output\.y {2}abs 2\.00e-3.*200 %\) EXCESS: worst at element 1/);
});

test('a stored tensor or scalar that is not produced is missing, which fails, unless the claim gives a reason', async () => {
  const root = makeCase({ json: { scalars: { loss: 1 } }, tensors: { 'output.y': [1, 2], 'grad.w': [0] } });
  const report = await only(root, claim(y(1, 2)));
  expect(report.comparisons.map((c) => `${c.name} ${c.status}`)).toEqual([
    'output.y ok',
    'grad.w missing',
    'scalar.loss missing',
  ]);
  expect(report.outcome).toBe('excess');
  const excused = await only(root, claim(y(1, 2), { 'grad.*': 'no gradients here', 'scalar.loss': 'nor a loss' }));
  expect(excused.outcome).toBe('ok');
  expect(caseLines(excused, false).join('\n')).toContain('not reproduced: grad.w (no gradients here)');
});

test('a wrong shape fails although the numbers agree', () => {
  const c = compareTensor('output.y', { shape: [2, 1], data: [1, 2] }, vector(1, 2), { atol: 1 });
  expect(c).toMatchObject({ status: 'shape', detail: 'shape [2,1] with 2 numbers, expected [2]' });
});

test('NaN never agrees with a number', () => {
  expect(compareTensor('y', { shape: [1], data: [NaN] }, vector(1), { atol: 1e9 }).status).toBe('excess');
  expect(compareTensor('y', { shape: [1], data: [NaN] }, vector(1), { atol: 1, noise: true }).status).toBe('excess');
  expect(compareScalars('s', [NaN], [1], undefined, 1e-5).status).toBe('excess');
});

test('tensors without a tolerance: integers must be equal, floats agree to 2e-6 of the largest', async () => {
  const root = makeCase({ json: { tensors: {} }, tensors: { 'output.y': [100, 0] } });
  expect((await only(root, claim(y(100, 1.9e-4)))).outcome).toBe('ok');
  expect((await only(root, claim(y(100, 2.1e-4)))).outcome).toBe('excess');
  const labels: ParityTensor = { shape: [1], dtype: 'int32', data: Int32Array.of(3) };
  expect(compareTensor('y', { shape: [1], data: [4] }, labels, { atol: 0 }).status).toBe('excess');
  expect(compareTensor('y', { shape: [1], data: [3] }, labels, { atol: 0 }).status).toBe('ok');
});

test('a scalar that rounding decides may differ by five times what the reference differs from itself', () => {
  const compare = (ours: number) => compareScalars('s', [ours], [1], [1 + 1e-4], 1e-5).status;
  expect([compare(1 - 4e-4), compare(1 - 6e-4)]).toEqual(['ok', 'excess']);
});

test('after optimiser steps 95 % of the elements must keep the tighter tolerance', () => {
  const reference = vector(...new Array<number>(100).fill(0));
  const withOff = (n: number) => Array.from({ length: 100 }, (_, i) => (i < n ? 0.5 : 0));
  const compare = (n: number) =>
    compareTensor('after.w', { shape: [100], data: withOff(n) }, reference, { atol: 1, atol95: 0.1 });
  expect(compare(5).status).toBe('ok');
  expect(compare(6)).toMatchObject({ status: 'excess', detail: expect.stringMatching(/6 of 100 elements/) });
});

test('parameters whose gradient is rounding noise are shown after the steps but do not count; exact zeros do', async () => {
  const json = {
    after_tensors: { noisy: { atol: 1e-3, atol_95pct_of_elements: 1e-4 }, exact: { atol: 1e-3 } },
    mathematically_zero_gradients: { parameters: ['noisy', 'exact'], exactly_zero: ['exact'] },
  };
  const root = makeCase({ json, tensors: { 'input.x': [0] }, after: { noisy: [0], exact: [0] } });
  const produced = (noisy: number, exact: number): ParityClaim =>
    claim({
      tensors: { 'after.noisy': { shape: [1], data: [noisy] }, 'after.exact': { shape: [1], data: [exact] } },
    });
  const report = await only(root, produced(5e-3, 1e-4));
  expect(report.outcome).toBe('ok');
  expect(report.comparisons.map((c) => c.status)).toEqual(['noise', 'ok']);
  expect((await only(root, produced(0, 2e-3))).outcome).toBe('excess');
});

test('scalars agree to 1e-5 relative, with either run of the reference, nested ones by dotted names', async () => {
  const json = { scalars: { a: 1, deep: { list: [1, 0.5] } }, scalars_float64_run: { a: 1.000002 } };
  const root = makeCase({ json, tensors: { 'input.x': [0] } });
  const c = await readCase(join(root, 'any'));
  const status = (a: number, list: number[]): string[] =>
    compareCase(c, claim({ tensors: {} }), { tensors: {}, scalars: { a, deep: { list } } }).map((s) => s.status);
  expect(status(1.000009, [1, 0.5])).toEqual(['ok', 'ok']);
  expect(status(1.0000115, [1, 0.500004])).toEqual(['ok', 'ok']);
  expect(status(1.000013, [1, 0.50001])).toEqual(['excess', 'excess']);
  expect(status(1, [1])).toEqual(['ok', 'shape']);
});

test('a scalar that is a fraction already is compared absolutely', () => {
  expect(compareScalars('scalar.margin_rel', [4.05e-4], [4e-4], undefined, 1e-5).status).toBe('ok');
  expect(compareScalars('scalar.margin', [4.05e-4], [4e-4], undefined, 1e-5).status).toBe('excess');
});

test('an unclaimed case is listed and does not fail', async () => {
  const reports = await runParity(makeCase({}), []);
  expect(allAgree(reports)).toBe(true);
  expect(summaryLines(reports).join('\n')).toMatch(
    /no implementation claims: any\n0 of 0 claimed cases agree, 1 unclaimed/,
  );
});

test('a corrupt case and an implementation that throws are errors, and the other cases still run', async () => {
  const root = makeCase({});
  mkdirSync(join(root, 'broken'));
  writeFileSync(join(root, 'broken', 'case.json'), '{"name": ');
  const reports = await runParity(root, [claim(y(1, 2))]);
  expect(reports.map((r) => r.outcome)).toEqual(['ok', 'error']);
  expect(reports[1]!.error).toMatch(/case\.json is not JSON/);
  expect(allAgree(reports)).toBe(false);
  const throwing: ParityClaim = {
    case: 'toy',
    run: (c) => {
      c.tensor('input.absent');
      return y(1, 2);
    },
  };
  expect((await runParity(root, [throwing]))[0]!.error).toMatch(/has no tensor 'input.absent'/);
});

test('a golden.json folder becomes a case with its formula as input and its list outputs as tensors', async () => {
  const dir = join(scratch, 'golden');
  mkdirSync(dir);
  const golden = {
    input: 'pixel_values[1,1,2,2]=sin(0.37*i+0.5)',
    shape: [1, 2],
    last_hidden_state: [1, -2],
    pooler: [3],
  };
  writeFileSync(join(dir, 'golden.json'), JSON.stringify(golden));
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ model_type: 'ijepa', architectures: ['IJepaModel'] }));
  writeSafetensors(join(dir, 'model.safetensors'), [['w', f32Tensor([1], Float32Array.of(7))]]);
  const c = await readCase(dir);
  expect(c.name).toBe('hf_formula_ijepa');
  expect(c.tensor('input.pixel_values').shape).toEqual([1, 1, 2, 2]);
  expect(c.tensor('input.pixel_values').data[3]).toBeCloseTo(Math.sin(0.37 * 3 + 0.5), 7);
  expect(c.tensor('output.last_hidden_state').shape).toEqual([1, 2]);
  expect(c.weights().get('w')!.data[0]).toBe(7);
  expect([...c.expected()]).toEqual([
    ['output.last_hidden_state', { atol: 2e-5 }],
    ['output.pooler', { atol: expect.closeTo(3e-5, 12) }],
  ]);
});

test('the command exits 0 on agreement, 1 on an error, and 2 on a folder without cases or an unknown option', async () => {
  const write = process.stdout.write;
  const complain = process.stderr.write;
  process.stdout.write = process.stderr.write = () => true;
  try {
    expect(await main([fileURLToPath(new URL('../schedules', import.meta.url)), '--verbose'])).toBe(0);
    expect(await main([makeCase({ json: { name: 'schedules', scalars: { vicreg_lr: [1] } } })])).toBe(1);
    expect(await main([scratch, 'and-another'])).toBe(2);
    expect(await main(['--verbos'])).toBe(2);
    expect(await main([join(scratch, 'nowhere')])).toBe(2);
  } finally {
    process.stdout.write = write;
    process.stderr.write = complain;
  }
});
