// Loss programs of joint-embedding methods. Legend: B images or clips, T frames.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { flatView, key, uniform } from '../core/index.ts';
import { encoder, SIZE } from '../jepa/encoders/tiny-encoder.law.ts';
import { methods, multiBlock } from '../jepa/index.ts';
import { gaussian, runtime } from '../nn/run-module.law.ts';
import { adamW, clipByGlobalNorm } from '../optim/index.ts';
import { createRun } from '../run/node.ts';
import { type Acting, type LeWm, leWmMethod } from '../world/index.ts';
import { TINY } from '../world/le-wm/tiny.law.ts';
import { jepaProgram, type StepInputs } from './index.ts';
import { train } from './node.ts';

const B = 8;
const pixels = (seed: number, count = B * SIZE * SIZE * 3): Uint8Array =>
  Uint8Array.from(uniform(key(seed), new Float32Array(count)), (u) => Math.floor(256 * u));

const masks = multiBlock({ grid: [4, 4], compat: 'fixed', targetScale: [0.2, 0.4], targets: 2 });
const blocks = masks.sample(key(3), B);
const maskSizes = { context: blocks.contextSize, targets: 2, target: blocks.targetSize };
const blockInputs = { context: blocks.context, target0: blocks.targets[0]!, target1: blocks.targets[1]! };
const predictor = { dim: 12, depth: 1, heads: 3 };

test('a LeWorldModel learns a fixed batch: both the loss and the prediction error fall', async () => {
  const [clips, T] = [8, 4] as const;
  const batch = { pixels: pixels(1, clips * T * 16 * 16 * 3), actions: gaussian(clips * T * TINY.actionDim, 4) };
  const p = await jepaProgram<LeWm, Acting, StepInputs>({
    spec: leWmMethod(TINY, { batch: clips, frames: T }),
    key: key(1),
    runtime,
    inputs: (b) => b,
  });
  const optimiser = adamW(p.layout, { weightDecay: 1e-3 });
  const losses: number[] = [];
  const predictions: number[] = [];
  for (let step = 0; step < 60; step++) {
    const { loss, terms } = await p.step(batch, key(step), step);
    clipByGlobalNorm(p.grads, 1);
    optimiser.step(p.params, p.grads, 2e-3);
    losses.push(loss);
    predictions.push(terms.prediction!);
  }
  expect(losses.at(-1)!).toBeLessThan(0.6 * losses[0]!);
  expect(predictions.at(-1)!).toBeLessThan(0.5 * predictions[0]!);
});

test('the teacher starts as its student and follows it by the momentum of the step', async () => {
  const p = await jepaProgram({
    spec: methods.iJepa({ encoder, batch: B, size: SIZE, predictor, masks: maskSizes, momentum: (s) => 0.9 + 0.1 * s }),
    key: key(2),
    runtime,
    inputs: (b: StepInputs) => b,
  });
  const name = 'vit.encoder.layer.0.output.dense.weight';
  const student = flatView(p.layout, p.params, `encoder.${name}`);
  const teacher = flatView(p.bufferLayout, p.buffers, `target_encoder.${name}`);
  expect(teacher).toEqual(student);
  await p.step({ view0: pixels(1), ...blockInputs }, key(0), 0);
  expect(p.layout.entries.some((e) => e.name.startsWith('target_encoder'))).toBe(false);
  const before = teacher.slice();
  student.fill(2);
  p.afterUpdate(0);
  for (const [i, v] of teacher.entries()) expect(v).toBeCloseTo(0.9 * before[i]! + 0.1 * 2, 6);
  const after = teacher.slice();
  p.afterUpdate(1); // momentum 1: the teacher stands still
  expect(teacher).toEqual(after);
});

test('the training loop moves the teacher without being told to', async () => {
  const m = 0.75;
  const p = await jepaProgram({
    spec: methods.iJepa({ encoder, batch: B, size: SIZE, predictor, masks: maskSizes, momentum: m }),
    key: key(2),
    runtime,
    inputs: (b: StepInputs) => b,
  });
  const name = 'vit.encoder.layer.0.output.dense.weight';
  const student = flatView(p.layout, p.params, `encoder.${name}`);
  const teacher = flatView(p.bufferLayout, p.buffers, `target_encoder.${name}`);
  const start = student.slice();
  const students: Float32Array[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'jepa-teacher-'));
  await train({
    run: createRun(join(folder, 'run'), { config: {}, seed: 0, versions: {} }),
    program: p,
    batches: () => ({ next: () => ({ view0: pixels(1), ...blockInputs }), close: () => {} }),
    optimiser: adamW(p.layout),
    learningRate: () => 0.01,
    steps: 3,
    seed: 0,
    imagesPerStep: B,
    checkpointEvery: 3,
    logEvery: 3,
    onMessage: () => {},
    onProgress: () => students.push(student.slice()),
  });
  rmSync(folder, { recursive: true });
  // t_0 = s_0, t_n = m t_(n-1) + (1 - m) s_n
  for (const [i, v] of teacher.entries()) {
    const expected = students.reduce((t, s) => m * t + (1 - m) * s[i]!, start[i]!);
    expect(v).toBeCloseTo(expected, 6);
  }
  expect(Math.abs(teacher[0]! - start[0]!)).toBeGreaterThan(1e-3);
});

test('with the same numbers the context of I-JEPA holds what its patches say and nothing of the others', async () => {
  const p = await jepaProgram({
    spec: methods.iJepa({ encoder, batch: B, size: SIZE, predictor, masks: maskSizes, momentum: 1 }),
    key: key(2),
    runtime,
    inputs: (b: StepInputs) => b,
  });
  const images = pixels(1);
  await p.step({ view0: images, ...blockInputs }, key(0), 0);
  const context = Float32Array.from(p.observed.context as Float32Array);
  const target = Float32Array.from(p.observed.target as Float32Array);
  // Blacken, in image 0, a patch outside the context.
  const inside = new Set(blocks.context.subarray(0, blocks.contextSize));
  const outside = Array.from({ length: 16 }, (_, i) => i).find((i) => !inside.has(i))!;
  const changed = images.slice();
  for (let y = 0; y < 4; y++)
    for (let x = 0; x < 12; x++) changed[((Math.floor(outside / 4) * 4 + y) * SIZE + (outside % 4) * 4) * 3 + x] = 0;
  await p.step({ view0: changed, ...blockInputs }, key(0), 0);
  expect(p.observed.context).toEqual(context);
  expect(p.observed.target).not.toEqual(target); // the teacher sees the whole image
});

test('a weight that follows a schedule multiplies its term at each step', async () => {
  const spec = methods.vicReg({ encoder, batch: B, views: [SIZE, SIZE], expander: [16, 16] });
  const terms = spec.terms.map((t) => (t.name === 'variance' ? { ...t, weight: (step: number) => 10 * step } : t));
  const p = await jepaProgram({ spec: { ...spec, terms }, key: key(4), runtime, inputs: (b: StepInputs) => b });
  for (const step of [0, 3]) {
    const { loss, terms: t } = await p.step({ view0: pixels(1), view1: pixels(2) }, key(0), step);
    const expected = 25 * t.invariance! + 10 * step * t.variance! + t.covariance!;
    expect(Math.abs(loss / expected - 1)).toBeLessThan(1e-5);
  }
});

test("DINO's centre moves towards the teacher's mean output after the step, and not before", async () => {
  const config = { globalViews: 2, hidden: 16, bottleneck: 8, prototypes: 6, momentum: 0.99 };
  const p = await jepaProgram({
    spec: methods.dino({ encoder, batch: B, views: [SIZE, SIZE], ...config }),
    key: key(5),
    runtime,
    inputs: (b: StepInputs) => b,
  });
  const centre = flatView(p.bufferLayout, p.buffers, 'center');
  expect([...centre]).toEqual([0, 0, 0, 0, 0, 0]);
  const batch = { view0: pixels(1), view1: pixels(2) };
  const { loss } = await p.step(batch, key(0), 0);
  const first = centre.slice();
  expect(first.some((v) => Math.abs(v) > 1e-6)).toBe(true);
  // The teacher has not moved: the same mean enters again, 0.9 c + 0.1 m with c = 0.1 m.
  const second = await p.step(batch, key(0), 1);
  for (const [i, v] of centre.entries()) expect(v).toBeCloseTo(1.9 * first[i]!, 5);
  expect(second.loss).not.toBe(loss);
});

test('a teacher without the tensors of its student is refused', async () => {
  const spec = methods.iJepa({ encoder, batch: B, size: SIZE, predictor, masks: maskSizes, momentum: 1 });
  const target = { ...spec.target, teacher: 'nobody' } as typeof spec.target;
  await expect(
    jepaProgram({ spec: { ...spec, target }, key: key(0), runtime, inputs: (b: StepInputs) => b }),
  ).rejects.toThrow(/encoder\..* has no counterpart nobody\./);
});
