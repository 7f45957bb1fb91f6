// One model over masks of several sizes. Legend: B images.

import { expect, test } from 'vitest';
import { key, uniform } from '../core/index.ts';
import { encoder, SIZE } from '../jepa/encoders/tiny-encoder.law.ts';
import { methods, multiBlock } from '../jepa/index.ts';
import { runtime } from '../nn/run-module.law.ts';
import { jepaProgram, type StepInputs, sizedJepaProgram } from './index.ts';

const B = 4;
const pixels = Uint8Array.from(uniform(key(1), new Float32Array(B * SIZE * SIZE * 3)), (u) => Math.floor(256 * u));
const sampler = multiBlock({ grid: [4, 4], compat: 'reference', targetScale: [0.2, 0.4], targets: 2, minKeep: 1 });

type Sizes = Parameters<typeof methods.iJepa>[0]['masks'];
const specOf = (masks: Sizes) =>
  methods.iJepa({ encoder, batch: B, size: SIZE, predictor: { dim: 12, depth: 1, heads: 3 }, masks, momentum: 0.9 });

function drawn(step: number): { readonly sizes: Sizes; readonly inputs: StepInputs } {
  const { context, contextSize, targets, targetSize } = sampler.sample(key(step), B);
  return {
    sizes: { context: contextSize, targets: 2, target: targetSize },
    inputs: { view0: pixels, context, target0: targets[0]!, target1: targets[1]! },
  };
}
type Batch = ReturnType<typeof drawn>;
const common = { key: key(2), runtime, inputs: (b: Batch) => b.inputs };

test('at every size, loss and gradients are those of a program of that size alone', async () => {
  const batches = Array.from({ length: 12 }, (_, step) => drawn(step));
  const sized = await sizedJepaProgram({ ...common, spec: specOf, sizeOf: (b) => b.sizes, first: batches[0]!.sizes });
  const seen = new Set<string>();
  for (const batch of batches) {
    const { loss, terms } = await sized.step(batch, key(0), 0);
    const name = JSON.stringify(batch.sizes);
    if (seen.has(name)) continue;
    seen.add(name);
    const alone = await jepaProgram({ ...common, spec: specOf(batch.sizes), values: sized.values });
    expect(await alone.step(batch, key(0), 0)).toEqual({ loss, terms });
    expect(sized.grads).toEqual(alone.grads);
    expect(sized.observed).toEqual(alone.observed);
    expect(sized.program.outputs['observe:context']!.shape[1]).toBe(batch.sizes.context);
  }
  expect(seen.size).toBeGreaterThan(2);
});

test('an update at one size is seen at the others, and the teacher follows the one student', async () => {
  const [a, b] = [
    drawn(0),
    Array.from({ length: 20 }, (_, i) => drawn(i)).find((d) => d.sizes.context !== drawn(0).sizes.context)!,
  ];
  const sized = await sizedJepaProgram({ ...common, spec: specOf, sizeOf: (d) => d.sizes, first: a.sizes });
  const before = (await sized.step(b, key(0), 0)).loss;
  await sized.step(a, key(0), 0);
  sized.grads.forEach((g, i) => {
    sized.params[i]! -= 0.5 * g;
  });
  const teacher = sized.buffers.slice();
  sized.afterUpdate(0);
  expect(sized.buffers).not.toEqual(teacher);
  expect((await sized.step(b, key(0), 1)).loss).not.toBe(before);
});

test('of more sizes than are kept the oldest is freed, and compiled again when it comes back', async () => {
  const bySize = new Map(Array.from({ length: 40 }, (_, i) => drawn(i)).map((d) => [JSON.stringify(d.sizes), d]));
  const batches = [...bySize.values()].slice(0, 3);
  const first = batches[0]!;
  const sized = await sizedJepaProgram({
    ...common,
    spec: specOf,
    sizeOf: (d) => d.sizes,
    first: first.sizes,
    keep: 1,
  });
  const { loss } = await sized.step(first, key(0), 0);
  const compiled = sized.program;
  for (const batch of batches) await sized.step(batch, key(0), 0);
  expect((await sized.step(first, key(0), 0)).loss).toBe(loss);
  expect(sized.program).not.toBe(compiled);
});

test('a cache of no programs is refused', async () => {
  const { sizes } = drawn(0);
  const made = sizedJepaProgram({ ...common, spec: specOf, sizeOf: (d) => d.sizes, first: sizes, keep: 0 });
  await expect(made).rejects.toThrow(/keep must be a whole number of at least 1, got 0/);
});
