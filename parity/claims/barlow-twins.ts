// Parity case `barlow_twins`: the projector on two views, the correlation matrix, the loss, gradients and running statistics.

import { grad } from '../../src/autodiff/index.ts';
import { barlowTwins } from '../../src/jepa/index.ts';
import { batchNorm1d, expander, module } from '../../src/nn/index.ts';
import type { Tensor } from '../../src/tensor/index.ts';
import type { ParityClaim } from '../runner/claim.ts';
import { numberOf, widthsOf } from '../runner/config.ts';
import { stored, trainPass } from './pass.ts';

/** Takes the case `barlow_twins`. */
export const barlowTwinsClaim: ParityClaim = {
  case: 'barlow_twins',
  async run(c) {
    const widths = widthsOf(c.config, 'projector');
    const net = module(
      {
        projector: expander([numberOf(c.config, 'F'), ...widths], { hiddenBias: false }),
        // The normalisation inside the loss: its running statistics are stored, though nothing reads them.
        bn: batchNorm1d(widths.at(-1)!, { affine: false }),
      },
      (m) => m,
    );
    const { tensors, loss, terms, program } = await trainPass(c, net, ({ projector, bn }) => {
      const [fa, fb] = [stored(c, 'input.feat_a'), stored(c, 'input.feat_b')];
      const [za, zb] = [projector(fa), projector(fb)];
      bn(za);
      bn(zb);
      const { value, onDiagonal, offDiagonal, correlation } = barlowTwins(za, zb, {
        lambda: numberOf(c.config, 'lambd'),
      });
      const [dfa, dfb, dza, dzb] = grad(value, [fa, fb, za, zb]) as [Tensor, Tensor, Tensor, Tensor];
      return {
        loss: value,
        terms: { on_diag: onDiagonal, off_diag: offDiagonal },
        observe: {
          'output.za': za,
          'output.zb': zb,
          'output.c': correlation,
          'output.d_feat_a': dfa,
          'output.d_feat_b': dfb,
          'output.d_za': dza,
          'output.d_zb': dzb,
        },
      };
    });
    await program.program.dispose();
    return { tensors, scalars: { ...terms, loss } };
  },
};
