// The story's models as methods: what protects each from collapse, and what they compute.

import { expect, test } from 'vitest';
import { compile } from '../../src/compile/index.ts';
import { key, normal } from '../../src/core/index.ts';
import { checkCollapse, defineJepa } from '../../src/jepa/index.ts';
import { bind, initialise } from '../../src/nn/index.ts';
import { nodeRuntime } from '../../src/runtime/index.ts';
import { input } from '../../src/tensor/index.ts';
import { jepaProgram } from '../../src/train/index.ts';
import { jointMethod, pixelMethod, viewsMethod } from './methods.ts';
import type { NetworkSizes } from './networks.ts';

const runtime = nodeRuntime({ threads: 1 });
const sizes: NetworkSizes = { imageSize: 8, frames: 1, channels: [2, 3, 2], dim: 3, hidden: 4 };
const of = { sizes, batch: 6 };
const pictures = (seed: number): Float32Array => normal(key(seed), new Float32Array(6 * 64));

test.each([
  ['vicreg', 'agreement acts on the embedding'],
  ['sigreg', 'sigreg acts on the embedding'],
  ['contrastive', 'contrast acts on the embedding'],
] as const)('a model with the objective %s is protected: %s', (objective, protection) => {
  expect(checkCollapse(jointMethod({ ...of, action: true, objective }))).toEqual({ protection, warnings: [] });
});

test('pixels cannot collapse, Barlow Twins and SIGReg on views are protected, and the naive encoder is let through', () => {
  expect(checkCollapse(pixelMethod(of)).protection).toBe('the target is raw');
  for (const objective of ['barlow', 'sigreg'] as const) {
    const spec = viewsMethod({ ...of, objective });
    expect([checkCollapse(spec).protection, spec.allowCollapse]).toEqual([expect.any(String), false]);
  }
  const naive = viewsMethod({ ...of, objective: 'naive' });
  expect([checkCollapse(naive).protection, naive.allowCollapse]).toEqual([null, true]);
  expect(() => defineJepa({ ...naive, allowCollapse: false })).toThrow(
    /story-views-naive: nothing keeps the embedding/,
  );
});

test('the loss of VICReg is 25 (sim + variance) + covariance, and all of it is reported', async () => {
  const program = await jepaProgram({
    spec: jointMethod({ ...of, action: false, objective: 'vicreg' }),
    key: key(2),
    runtime,
    inputs: (seed: number) => ({ now: pictures(seed), next: pictures(seed + 1) }),
  });
  const { loss, terms } = await program.step(5, key(0), 0);
  const { sim, variance, covariance, agreement } = terms as Record<string, number>;
  expect(agreement! / (sim! + variance!)).toBeCloseTo(1, 6);
  expect(loss / (25 * (sim! + variance!) + covariance!)).toBeCloseTo(1, 6);
  await program.program.dispose();
});

test('two views embedded in one pass have the embeddings of each alone', async () => {
  const spec = viewsMethod({ ...of, objective: 'naive' });
  const values = initialise(spec.module, key(3));
  const program = await jepaProgram({
    spec,
    key: key(3),
    values,
    runtime,
    inputs: (seed: number) => ({ a: pictures(seed), b: pictures(seed + 1) }),
  });
  await program.step(5, key(0), 0);
  const encode = bind(spec.module, 'eval').model;
  const alone = await compile({ z: encode(input('x', [6, 1, 8, 8])) }, { runtime });
  for (const [name, seed] of [
    ['context', 5],
    ['target', 6],
  ] as const) {
    const out = await alone.run({
      inputs: { x: pictures(seed) },
      parameters: values.parameters,
      state: values.buffers,
    });
    const [got, expected] = [program.observed[name] as Float32Array, out.z as Float32Array];
    for (const [i, v] of expected.entries()) expect(Math.abs(got[i]! - v)).toBeLessThan(1e-5);
  }
  await alone.dispose();
  await program.program.dispose();
});
