// What each method is made of, and that every part learns. Legend: B images.

import { expect, test } from 'vitest';
import { key, uniform } from '../../core/index.ts';
import { runtime } from '../../nn/run-module.law.ts';
import { jepaProgram, type StepInputs } from '../../train/index.ts';
import type { Condition, JepaSpec } from '../contract/types.ts';
import { encoder, SIZE } from '../encoders/tiny-encoder.law.ts';
import { LE_JEPA } from '../objectives/le-jepa.ts';
import * as methods from './index.ts';

const B = 6;
const views = { encoder, batch: B, views: [SIZE, SIZE] };
const masked = { encoder, batch: B, size: SIZE };
const predictor = { dim: 12, depth: 1, heads: 3 };
const masks = { context: 4, targets: 2, target: 3 };

type Any = JepaSpec<never, Condition>;
const all: Readonly<Record<string, Any>> = Object.fromEntries(
  [
    methods.vicReg({ ...views, expander: [10, 8] }),
    methods.barlowTwins({ ...views, projector: [10, 8] }),
    methods.leJepa({ ...views, views: [SIZE, SIZE, SIZE], projector: [10, 4], globalViews: 2, loss: LE_JEPA.paper }),
    methods.simClr({ ...views, projector: [10, 8] }),
    methods.naive({ ...views, projector: [10, 8] }),
    methods.dino({ ...views, globalViews: 2, hidden: 8, bottleneck: 6, prototypes: 5, momentum: 0.9 }),
    methods.iJepa({ ...masked, predictor, masks, momentum: 0.9 }),
    methods.iJepa({ ...masked, predictor, masks, momentum: 0.9, target: 'pixels' }),
    methods.mae({ ...masked, decoder: predictor, kept: 4 }),
    methods.supervised({ ...views, views: [SIZE], classes: 3 }),
  ].map((spec) => [spec.name, spec as unknown as Any]),
);

/** Distinct ascending ids for masks, bytes for pixels, classes for labels. */
function batchOf(spec: Any): Record<string, Uint8Array | Int32Array> {
  return Object.fromEntries(
    Object.entries(spec.inputs).map(([name, { dtype, shape }], i) => {
      const size = shape.reduce((a, b) => a * b, 1);
      if (dtype === 'u8')
        return [name, Uint8Array.from(uniform(key(i), new Float32Array(size)), (u) => Math.floor(256 * u))];
      const per = shape[1] ?? 1;
      return [name, Int32Array.from({ length: size }, (_, at) => (name === 'labels' ? at % 3 : i + (at % per)))];
    }),
  );
}

test.each(Object.keys(all))(
  '%s: the loss is the weighted sum of its terms, and the encoder learns from it',
  async (name) => {
    const spec = all[name]!;
    // Every parameter must influence the loss: the program refuses one that does not.
    const p = await jepaProgram({ spec, key: key(1), runtime, inputs: (b: StepInputs) => b });
    const { loss, terms } = await p.step(batchOf(spec), key(3), 0);
    await p.program.dispose();
    const sum = spec.terms.reduce((s, t) => s + Number(t.weight) * terms[t.name]!, 0);
    expect(Number.isFinite(loss)).toBe(true);
    expect(Math.abs(loss - sum)).toBeLessThan(1e-4 * (1 + Math.abs(sum)));
    const patches = p.layout.entries.filter((e) => e.name.endsWith('patch_embeddings.projection.weight'));
    expect(patches).toHaveLength(1); // a teacher's is a buffer
    const { offset, size } = patches[0]!;
    expect(p.grads.subarray(offset, offset + size).some((g) => Math.abs(g) > 1e-8)).toBe(true);
  },
);
