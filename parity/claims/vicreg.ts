// Parity case `vicreg`: the projector on two views, the three terms, gradients, and a nearly collapsed pair without projector.

import { grad } from '../../src/autodiff/index.ts';
import { type VicRegTerms, vicregTerms } from '../../src/jepa/index.ts';
import { expander, module } from '../../src/nn/index.ts';
import { add, mul, type Tensor } from '../../src/tensor/index.ts';
import type { ParityCase } from '../runner/case.ts';
import type { ParityClaim } from '../runner/claim.ts';
import { numberOf, widthsOf } from '../runner/config.ts';
import { stored, trainPass } from './pass.ts';

/** Takes the case `vicreg`. */
export const vicregClaim: ParityClaim = {
  case: 'vicreg',
  async run(c) {
    const net = module({ projector: expander([numberOf(c.config, 'F'), ...widthsOf(c.config, 'mlp')]) }, (m) => m);
    const { tensors, loss, terms, program } = await trainPass(c, net, ({ projector }) => {
      const [fa, fb] = [stored(c, 'input.feat_a'), stored(c, 'input.feat_b')];
      const [za, zb] = [projector(fa), projector(fb)];
      const main = weighted(c, vicregTerms(za, zb));
      const [ca, cb] = [stored(c, 'input.collapsed_za'), stored(c, 'input.collapsed_zb')];
      const collapsed = weighted(c, vicregTerms(ca, cb));
      const [dfa, dfb, dza, dzb] = grad(main.loss, [fa, fb, za, zb]) as [Tensor, Tensor, Tensor, Tensor];
      const [dca, dcb] = grad(collapsed.loss, [ca, cb]) as [Tensor, Tensor];
      const prefixed = Object.entries(collapsed).map(([name, t]) => [`collapsed_${name}`, t] as const);
      return {
        loss: main.loss,
        terms: { ...main, ...Object.fromEntries(prefixed) },
        observe: {
          'output.za': za,
          'output.zb': zb,
          'output.d_feat_a': dfa,
          'output.d_feat_b': dfb,
          'output.d_za': dza,
          'output.d_zb': dzb,
          'output.d_collapsed_za': dca,
          'output.d_collapsed_zb': dcb,
        },
      };
    });
    await program.program.dispose();
    return { tensors, scalars: { ...terms, loss } };
  },
};

/** The weighted sum and the terms, under the names of case.json. */
function weighted(
  c: ParityCase,
  { invariance, variance, covariance }: VicRegTerms,
): Record<string, Tensor> & { loss: Tensor } {
  const weight = (name: string): number => numberOf(c.config, `${name}_coeff`);
  const loss = add(add(mul(invariance, weight('sim')), mul(variance, weight('std'))), mul(covariance, weight('cov')));
  return { loss, repr_loss: invariance, std_loss: variance, cov_loss: covariance };
}
