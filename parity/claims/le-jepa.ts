// Parity case `lejepa_multiview`: the loss in its published forms, with gradients.
// Legend: V views, N samples, D dimensions.

import { grad } from '../../src/autodiff/index.ts';
import { leJepa, leJepaPreset } from '../../src/jepa/index.ts';
import { at, type Tensor } from '../../src/tensor/index.ts';
import type { JsonValue } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf, objectOf } from '../runner/config.ts';
import { evaluate, stored } from './pass.ts';

/** Takes the case `lejepa_multiview`. */
export const leJepaClaim: ParityClaim = {
  case: 'lejepa_multiview',
  async run(c) {
    const z = stored(c, 'input.z');
    const directions = stored(c, 'input.directions');
    const views = Array.from({ length: numberOf(c.config, 'V') }, (_, v) => at(z, 0, v));
    const tensors: Record<string, ProducedTensor> = {};
    const scalars: Record<string, JsonValue> = {};
    for (const name of Object.keys(objectOf(c.config, 'lam'))) {
      const config = { ...leJepaPreset(name.replace('_', '-')), lambda: numberOf(c.config, `lam.${name}`) };
      // eb_jepa compares two views, however many are global.
      const used = config.centre === 'other' ? views.slice(0, 2) : views;
      const globalViews = Math.min(numberOf(c.config, 'V_global'), used.length);
      const { value, invariance, sigreg } = leJepa(used, globalViews, directions, config);
      const outputs: Record<string, Tensor> = { value, invariance, sigreg, d: grad(value, [z])[0]! };
      const out = await evaluate(c, outputs);
      tensors[`output.d_${name}`] = out.d!;
      const scalar = (output: string): number => out[output]!.data[0]!;
      scalars[name] = { inv: scalar('invariance'), sigreg: scalar('sigreg'), loss: scalar('value') };
    }
    return { tensors, scalars };
  },
};
