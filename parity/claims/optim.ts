// Parity case `optim`: each update rule on a given sequence of gradients, clipping, and two EMA teachers.

import { type FlatEntry, type FlatLayout, flatLayout, flatView } from '../../src/core/index.ts';
import { adam, adamW, clipByGlobalNorm, cosineMomentum, decayMatrices, emaUpdate, larsEb, larsVicreg, linearMomentum, type Optimiser, type Schedule, sgd } from '../../src/optim/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf, numbersOf } from '../runner/config.ts';

/** Takes the case `optim`. */
export const optim: ParityClaim = {
  case: 'optim',
  run(c) {
    const tensors: Record<string, ProducedTensor> = {};
    const scalars: Record<string, JsonValue> = {};
    const steps = numberOf(c.config, 'steps');
    const layout = parameterLayout(c);
    const student: Float32Array[] = [];
    for (const [name, { optimiser, peak }] of Object.entries(optimisers(c, layout))) {
      const params = flat(c, layout, 'input.p');
      const collect = collector(layout, steps, `output.${name}`, tensors);
      const curve = numbersOf(c.config, 'lr_sequence');
      for (let step = 0; step < steps; step++) {
        // The sequence is the curve of config.lr; the other peak rates follow the same curve.
        const lr = (peak / numberOf(c.config, 'lr')) * (curve[step] ?? numberOf(c.config, 'lr'));
        optimiser.step(params, flat(c, layout, 'input.g', step), lr);
        collect(step, params);
        if (name === 'adamw') student.push(params.slice());
      }
    }
    clipping(c, layout, steps, tensors);
    for (const [name, make] of [
      ['ema', linearMomentum],
      ['spt_ema', cosineMomentum],
    ] as const) {
      const [start, final] = numbersOf(c.config, name) as readonly [number, number];
      const momentum: Schedule = make({ totalSteps: steps, start, final });
      const teacher = flat(c, layout, 'input.teacher0');
      const collect = collector(layout, steps, `output.${name}`, tensors);
      student.forEach((params, step) => {
        emaUpdate(teacher, params, momentum(step));
        collect(step, teacher);
      });
      scalars[`${name}_momentum`] = student.map((_, step) => momentum(step));
    }
    return { tensors, scalars };
  },
};

function optimisers(
  c: ParityCase,
  layout: FlatLayout,
): Readonly<Record<string, { readonly optimiser: Optimiser; readonly peak: number }>> {
  const n = (path: string): number => numberOf(c.config, path);
  const betas = numbersOf(c.config, 'adamw.betas') as readonly [number, number];
  const adamOptions = { betas, eps: n('adamw.eps') };
  const weightDecay = n('adamw.weight_decay');
  const lars = { weightDecay: n('lars.weight_decay'), momentum: n('lars.momentum'), eta: n('lars.eta') };
  const eb = { weightDecay: n('lars_eb.weight_decay'), momentum: n('lars_eb.momentum'), eta: n('lars_eb.eta') };
  const biasScale = n('lars.lr_biases') / n('lars.lr');
  const barlow = (entry: FlatEntry): { decay: boolean; lrScale: number } => ({
    ...decayMatrices(entry),
    lrScale: entry.shape.length === 1 ? biasScale : 1,
  });
  const momentum = n('sgd.momentum');
  const sgdOptions = { momentum, weightDecay: n('sgd.weight_decay'), nesterov: true };
  return {
    adamw: { optimiser: adamW(layout, { ...adamOptions, weightDecay }), peak: n('lr') },
    adamw_nodecay1d: {
      optimiser: adamW(layout, { ...adamOptions, weightDecay, group: decayMatrices }),
      peak: n('lr'),
    },
    adam: { optimiser: adam(layout, adamOptions), peak: n('lr') },
    adam_l2: { optimiser: adam(layout, { ...adamOptions, weightDecay }), peak: n('lr') },
    sgd_nesterov: { optimiser: sgd(layout, sgdOptions), peak: n('lr') },
    lars_vicreg: { optimiser: larsVicreg(layout, lars), peak: n('lars.lr') },
    lars_barlow: { optimiser: larsVicreg(layout, { ...lars, group: barlow }), peak: n('lars.lr') },
    lars_eb: { optimiser: larsEb(layout, eb), peak: n('lars_eb.lr') },
    lars_eb_all: { optimiser: larsEb(layout, { ...eb, adapt: () => true }), peak: n('lars_eb.lr') },
    lars_eb_noclip: { optimiser: larsEb(layout, { ...eb, clipLr: false }), peak: n('lars_eb.lr') },
  };
}

/** Clipping by the global norm; every third gradient is small, so that the clip is inactive there (case notes). */
function clipping(c: ParityCase, layout: FlatLayout, steps: number, tensors: Record<string, ProducedTensor>): void {
  const norms = new Float64Array(steps);
  const collect = collector(layout, steps, 'output.clip_g', tensors);
  for (let step = 0; step < steps; step++) {
    const grads = flat(c, layout, 'input.g', step);
    if (step % 3 === 2) for (let i = 0; i < grads.length; i++) grads[i]! *= 0.05;
    norms[step] = clipByGlobalNorm(grads, numberOf(c.config, 'clip'));
    collect(step, grads);
  }
  tensors['output.clip_norm'] = { shape: [steps], data: norms };
}

/** The parameters `input.p.*` in the order in which they are stored. */
function parameterLayout(c: ParityCase): FlatLayout {
  const prefix = 'input.p.';
  const named = [...c.tensors()].filter(([name]) => name.startsWith(prefix));
  return flatLayout(named.map(([name, { shape }]) => ({ name: name.slice(prefix.length), shape })));
}

/** The named tensors of `prefix` in one buffer; `step` picks a row of those with a leading step axis. */
function flat(c: ParityCase, layout: FlatLayout, prefix: string, step?: number): Float32Array {
  const out = new Float32Array(layout.size);
  for (const { name, size } of layout.entries) {
    const { data } = c.tensor(`${prefix}.${name}`);
    flatView(layout, out, name).set(step === undefined ? data : data.subarray(step * size, (step + 1) * size));
  }
  return out;
}

/** Adds `prefix.<name>` [steps, ...] for each parameter to `tensors`; the result fills the row of one step. */
function collector(
  layout: FlatLayout,
  steps: number,
  prefix: string,
  tensors: Record<string, ProducedTensor>,
): (step: number, buffer: Float32Array) => void {
  const rows = layout.entries.map((entry) => ({ entry, data: new Float32Array(steps * entry.size) }));
  for (const { entry, data } of rows) tensors[`${prefix}.${entry.name}`] = { shape: [steps, ...entry.shape], data };
  return (step, buffer) => {
    for (const { entry, data } of rows) data.set(flatView(layout, buffer, entry.name), step * entry.size);
  };
}
