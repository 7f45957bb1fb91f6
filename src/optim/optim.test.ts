// Every optimiser against the sequences that torch and the reference codes produced (parity case `optim`).

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { flatLayout, flatView } from '../core/index.ts';
import { toFloat32 } from '../data/index.ts';
import { readSafetensors } from '../data/node.ts';
import {
  adam,
  adamW,
  clipByGlobalNorm,
  cosineMomentum,
  decayMatrices,
  emaUpdate,
  larsEb,
  larsVicreg,
  linearMomentum,
  type Optimiser,
  sgd,
} from './index.ts';

const folder = new URL('../../parity/optim/', import.meta.url);
const reference = JSON.parse(readFileSync(new URL('case.json', folder), 'utf8')) as {
  readonly config: {
    readonly steps: number;
    readonly lr: number;
    readonly lr_sequence: readonly number[];
    readonly adamw: { readonly weight_decay: number; readonly betas: [number, number]; readonly eps: number };
    readonly sgd: { readonly momentum: number; readonly weight_decay: number };
    readonly lars: Readonly<Record<'weight_decay' | 'momentum' | 'eta' | 'lr' | 'lr_biases', number>>;
    readonly lars_eb: Readonly<Record<'weight_decay' | 'momentum' | 'eta' | 'lr', number>>;
    readonly clip: number;
    readonly ema: readonly [number, number];
    readonly spt_ema: readonly [number, number];
  };
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly atol?: number }>>;
};
const { config, tensors: described } = reference;
const stored = readSafetensors(new URL('tensors.safetensors', folder).pathname).tensors;

/** The stored tensor, float32. */
function tensor(name: string): Float32Array {
  const found = stored.get(name);
  if (found === undefined) throw new Error(`the case has no tensor '${name}'`);
  return toFloat32(found);
}

const names = ['w', 'v', 'b', 'z'];
const layout = flatLayout(names.map((name) => ({ name, shape: described[`input.p.${name}`]?.shape ?? [] })));

/** The named tensors of `prefix` in one flat buffer; `step` picks one row of those that have a leading step axis. */
function flat(prefix: string, step?: number): Float32Array {
  const out = new Float32Array(layout.size);
  for (const { name, size } of layout.entries) {
    const values = tensor(`${prefix}.${name}`);
    flatView(layout, out, name).set(step === undefined ? values : values.subarray(step * size, (step + 1) * size));
  }
  return out;
}

/** Compares a flat buffer with `output.<prefix>.*` at `step`, each tensor within its own tolerance. */
function expectStep(prefix: string, step: number, got: Float32Array): void {
  const expected = flat(`output.${prefix}`, step);
  for (const { name, offset, size } of layout.entries) {
    const atol = described[`output.${prefix}.${name}`]?.atol ?? 0;
    for (let i = offset; i < offset + size; i++) {
      const difference = Math.abs((got[i] ?? Number.NaN) - (expected[i] ?? Number.NaN));
      expect(difference, `${prefix}.${name}[${i - offset}] after step ${step + 1}`).toBeLessThanOrEqual(atol);
    }
  }
}

const { weight_decay: weightDecay, betas, eps } = config.adamw;
const lars = { weightDecay: config.lars.weight_decay, momentum: config.lars.momentum, eta: config.lars.eta };
const eb = { weightDecay: config.lars_eb.weight_decay, momentum: config.lars_eb.momentum, eta: config.lars_eb.eta };
const biasScale = config.lars.lr_biases / config.lars.lr;

const optimisers: Readonly<Record<string, { readonly optimiser: () => Optimiser; readonly lr?: number }>> = {
  adamw: { optimiser: () => adamW(layout, { weightDecay, betas, eps }) },
  adamw_nodecay1d: { optimiser: () => adamW(layout, { weightDecay, betas, eps, group: decayMatrices }) },
  adam: { optimiser: () => adam(layout, { betas, eps }) },
  adam_l2: { optimiser: () => adam(layout, { weightDecay, betas, eps }) },
  sgd_nesterov: {
    optimiser: () =>
      sgd(layout, { momentum: config.sgd.momentum, weightDecay: config.sgd.weight_decay, nesterov: true }),
  },
  lars_vicreg: { optimiser: () => larsVicreg(layout, lars), lr: config.lars.lr },
  lars_barlow: {
    optimiser: () =>
      larsVicreg(layout, {
        ...lars,
        group: (entry) => ({ ...decayMatrices(entry), lrScale: entry.shape.length === 1 ? biasScale : 1 }),
      }),
    lr: config.lars.lr,
  },
  lars_eb: { optimiser: () => larsEb(layout, eb), lr: config.lars_eb.lr },
  lars_eb_all: { optimiser: () => larsEb(layout, { ...eb, adapt: () => true }), lr: config.lars_eb.lr },
  lars_eb_noclip: { optimiser: () => larsEb(layout, { ...eb, clipLr: false }), lr: config.lars_eb.lr },
};

/** Runs one optimiser over the stored gradients and calls `after` with the parameters after each step. */
function run(name: string, after: (params: Float32Array, step: number) => void): void {
  const chosen = optimisers[name];
  if (chosen === undefined) throw new Error(`no optimiser '${name}'`);
  const optimiser = chosen.optimiser();
  const params = flat('input.p');
  for (let step = 0; step < config.steps; step++) {
    // The sequence is the curve of config.lr; other peak rates follow the same curve.
    const lr = ((chosen.lr ?? config.lr) / config.lr) * (config.lr_sequence[step] ?? Number.NaN);
    optimiser.step(params, flat('input.g', step), lr);
    after(params, step);
  }
  expect(optimiser.stepCount).toBe(config.steps);
}

test('every output of the reference case is compared', () => {
  const families = new Set(
    Object.keys(described)
      .filter((n) => n.startsWith('output.'))
      .map((n) => n.split('.')[1]),
  );
  expect([...families].sort()).toEqual([...Object.keys(optimisers), 'clip_norm', 'clip_g', 'ema', 'spt_ema'].sort());
});

test.each(Object.keys(optimisers))('%s gives the reference parameters after each of eight steps', (name) => {
  run(name, (params, step) => expectStep(name, step, params));
});

test("clipping by the global norm gives torch's norms and gradients", () => {
  const norms = tensor('output.clip_norm');
  for (let step = 0; step < config.steps; step++) {
    const grads = flat('input.g', step);
    if (step % 3 === 2) for (let i = 0; i < grads.length; i++) grads[i] = Math.fround(grads[i]! * 0.05);
    const norm = clipByGlobalNorm(grads, config.clip);
    expect(Math.abs(norm - (norms[step] ?? Number.NaN))).toBeLessThanOrEqual(described['output.clip_norm']?.atol ?? 0);
    expectStep('clip_g', step, grads);
  }
});

test.each([
  ['ema', linearMomentum({ totalSteps: config.steps, start: config.ema[0], final: config.ema[1] })],
  ['spt_ema', cosineMomentum({ totalSteps: config.steps, start: config.spt_ema[0], final: config.spt_ema[1] })],
] as const)('the %s teacher follows the AdamW student as in the reference', (name, momentum) => {
  const teacher = flat('input.teacher0');
  run('adamw', (params, step) => {
    emaUpdate(teacher, params, momentum(step));
    expectStep(name, step, teacher);
  });
});

const golden = {
  layout: flatLayout([{ name: 'p', shape: [2, 2] }]),
  p: [0.5, -0.3, 0.2, 0.8],
  g: [0.1, -0.2, 0.3, 0.05],
};

test.each([
  [
    'AdamW',
    adamW(golden.layout, { weightDecay: 0.1 }),
    0.01,
    [
      [0.489500001, -0.2897000005, 0.1898000003, 0.789200002],
      [0.4793586814, -0.2797584805, 0.1799583783, 0.778758983],
      [0.4692993109, -0.26989871, 0.1701984098, 0.7684002126],
    ],
  ],
  [
    'LARS',
    larsVicreg(golden.layout),
    0.2,
    [
      [0.4999464913, -0.299892983, 0.1998394747, 0.7999732454],
      [0.4998448308, -0.2996896626, 0.1995344942, 0.7999224147],
      [0.4996998449, -0.2993996914, 0.1990995376, 0.7998499213],
    ],
  ],
] as const)('%s takes the three golden float64 steps', (_name, optimiser, lr, expected) => {
  const params = Float32Array.from(golden.p);
  for (const [s, row] of expected.entries()) {
    optimiser.step(
      params,
      Float32Array.from(golden.g, (g) => g * (s + 1)),
      lr,
    );
    for (const [i, value] of row.entries()) expect(params[i]).toBeCloseTo(value, 6);
  }
});
