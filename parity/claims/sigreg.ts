// Parity case `sigreg`: the sliced Epps-Pulley statistic of the lejepa package, stable-worldmodel and eb_jepa, on every
// batch `input.x.*` that is stored, with gradients.
// Legend: T groups, N samples, D dimensions, M slices.

import { grad } from '../../src/autodiff/index.ts';
import { type EppsPulleyOptions, eppsPulley, sigreg, unitColumns } from '../../src/jepa/index.ts';
import { input, reshape, type Tensor } from '../../src/tensor/index.ts';
import type { JsonValue } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf } from '../runner/config.ts';
import { evaluate } from './pass.ts';

/** The older form: 10 knots on [-3, 3], without the factor N (lejepa's DeprecatedEppsPulley, eb_jepa). */
const OLD: EppsPulleyOptions = { knots: 10, tMax: 3, interval: 'full', timesN: false };
const WIDER: EppsPulleyOptions = { knots: 9, tMax: 5 };

/** Takes the case `sigreg`. */
export const sigregClaim: ParityClaim = {
  case: 'sigreg',
  async run(c) {
    const tensors: Record<string, ProducedTensor> = {};
    const scalars: Record<string, JsonValue> = {};
    const options: EppsPulleyOptions = { knots: numberOf(c.config, 'knots'), tMax: numberOf(c.config, 't_max') };
    const [D, M] = c.tensor('input.directions').shape as [number, number];
    const directions = input('input.directions', [D, M]);
    Object.assign(tensors, await evaluate(c, { 'output.directions_unit': unitColumns(directions) }));

    for (const name of c.tensors().keys()) {
      const kind = /^input\.x\.(.+)$/.exec(name)?.[1];
      if (kind === undefined) continue;
      const x = input(name, c.tensor(name).shape);
      const [N] = x.shape as [number];
      const now = sigreg(x, directions, options);
      const old = sigreg(x, directions, OLD);
      const slices = (t: Tensor): Tensor => reshape(t, [-1]);
      const clipped = sigreg(x, directions, { ...options, clipBelow: numberOf(c.config, 'clip_value') });
      const outputs = {
        per_slice: slices(now.perSlice),
        dx: grad(now.value, [x])[0]!,
        value: slices(now.value),
        univariate: slices(eppsPulley(reshape(x, [1, N, D]), options)),
        per_slice5: slices(sigreg(x, directions, WIDER).perSlice),
        value_clip: slices(clipped.value),
        old_per_slice: slices(old.perSlice),
        value_old: slices(old.value),
        dx_old: grad(old.value, [x])[0]!,
      };
      const named = Object.entries(outputs).map(([output, t]) => [`output.${output}.${kind}`, t] as const);
      Object.assign(tensors, await evaluate(c, Object.fromEntries(named)));
      // One formula of ours stands for the forms that agree.
      const scalarOf = (output: string): number => tensors[`output.${output}.${kind}`]!.data[0]!;
      for (const form of ['lejepa', 'minimal', 'swm']) scalars[`${form}.${kind}`] = scalarOf('value');
      for (const form of ['lejepa_deprecated', 'eb_jepa']) scalars[`${form}.${kind}`] = scalarOf('value_old');
    }

    const xt = input('input.xt', c.tensor('input.xt').shape);
    const { value } = sigreg(xt, directions, options);
    Object.assign(
      tensors,
      await evaluate(c, { 'output.value_seq': reshape(value, [1]), 'output.dx_seq': grad(value, [xt])[0]! }),
    );
    return { tensors, scalars };
  },
};
