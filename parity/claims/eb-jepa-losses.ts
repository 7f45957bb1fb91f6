// Parity case `eb_jepa_losses`: the losses of eb_jepa (states, inverse dynamics, two views) and of stable-worldmodel
// (PLDM, temporal straightening), with gradients. Legend: B clips, C channels, T time steps, D dimensions.

import { grad } from '../../src/autodiff/index.ts';
import { inverseDynamics, LE_JEPA, leJepa, pldmTerms, type StateTerms, stateTerms, temporalSimilarity, temporalStraightening, vicregTerms } from '../../src/jepa/index.ts';
import { expander, module } from '../../src/nn/index.ts';
import { add, addAll, mul, reshape, type Tensor, transpose, zeros } from '../../src/tensor/index.ts';
import type { JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim } from '../runner/claim.ts';
import { numberOf, widthsOf } from '../runner/config.ts';
import { stored, trainPass } from './pass.ts';

type Scalars = Record<string, Tensor>;
type Outputs = Record<string, Tensor>;

/** Takes the case `eb_jepa_losses`. */
export const ebJepaLosses: ParityClaim = {
  case: 'eb_jepa_losses',
  async run(c) {
    const n = (name: string): number => numberOf(c.config, name);
    const idm = inverseDynamics({ dim: n('Dv'), actionDim: n('A'), hiddenDim: n('idm_hidden') });
    const net = module({ 'projector.net': expander(widthsOf(c.config, 'proj')), idm }, (m) => m);
    const { tensors, terms, program } = await trainPass(c, net, (model) => {
      const scalars: Scalars = {};
      const observe: Outputs = {};
      const project = model['projector.net'];
      const [vc, inverse] = statesOf(c, project, model.idm.loss, scalars, observe);
      twoViews(c, scalars, observe);
      trajectories(c, scalars, observe);
      return { loss: add(vc, inverse), terms: scalars, observe };
    });
    await program.program.dispose();
    return { tensors, scalars: nested(terms) };
  },
};

/** Names 'a.b' as objects. */
function nested(flat: Readonly<Record<string, number>>): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(flat)) {
    const [group, inner] = name.split('.') as [string, string | undefined];
    out[group] = inner === undefined ? value : { ...((out[group] ?? {}) as Record<string, JsonValue>), [inner]: value };
  }
  return out;
}

/** [B, C, T, H, W] with channels last: [B, T, H, W, C]. */
const channelsLast = (x: Tensor): Tensor => transpose(x, [0, 2, 3, 4, 1]);

function statesOf(
  c: ParityCase,
  project: (rows: Tensor) => Tensor,
  idmLoss: (states: Tensor, actions: Tensor) => Tensor,
  scalars: Scalars,
  observe: Outputs,
): [Tensor, Tensor] {
  const x = stored(c, 'input.x');
  const xv = stored(c, 'input.xv');
  const [B, Dv, T] = xv.shape as [number, number, number];
  const vectors = transpose(reshape(xv, [B, Dv, T]), [0, 2, 1]);
  const losses: Record<string, Tensor> = {};
  for (const [name, options] of [
    ['vcloss', { placesAsSamples: true, project }],
    ['vcloss_noproj', { placesAsSamples: true }],
  ] as const) {
    const { variance, covariance } = stateTerms(channelsLast(x), options);
    const weigh = (weight: string, t: Tensor): Tensor => mul(t, numberOf(c.config, `${weight}_coeff`));
    losses[name] = add(weigh('std', variance), weigh('cov', covariance));
    scalars[`${name}.loss`] = losses[name];
    scalars[`${name}.unweighted`] = add(variance, covariance);
    scalars[`${name}.std_loss`] = variance;
    scalars[`${name}.cov_loss`] = covariance;
    observe[`output.d_${name}`] = grad(losses[name], [x])[0]!;
  }
  const similarity = temporalSimilarity(vectors);
  const inverse = idmLoss(vectors, transpose(stored(c, 'input.actions'), [0, 2, 1]));
  scalars.temporal_similarity = similarity;
  scalars.idm = inverse;
  observe['output.d_sim'] = grad(similarity, [xv])[0]!;
  observe['output.d_idm'] = grad(inverse, [xv])[0]!;

  // A has the weights of the shipped two-room example; those of B and C stand in no file of the case.
  const composite = (name: string, wrt: Tensor, t: StateTerms, weights: Weights, idm: Tensor): void => {
    const weighted = [mul(t.covariance, weights[0]), mul(t.variance, weights[1]), mul(t.similarity, weights[2]), idm];
    const loss = addAll(weighted);
    scalars[`${name}.loss`] = loss;
    scalars[`${name}.unweighted`] = addAll([t.covariance, t.variance, t.similarity, idm]);
    scalars[`${name}.cov_loss`] = t.covariance;
    scalars[`${name}.std_loss`] = t.variance;
    scalars[`${name}.sim_loss_t`] = t.similarity;
    scalars[`${name}.idm_loss`] = idm;
    observe[`output.d_${name}`] = grad(loss, [wrt])[0]!;
  };
  const maps = channelsLast(x);
  composite('composite_A', xv, stateTerms(vectors), [8, 16, 12], inverse);
  const byPlace = stateTerms(maps, { placesAsSamples: true, firstStepOnly: true, project });
  const similarityB = mixedSimilarity(maps, project);
  composite('composite_B', x, { ...byPlace, similarity: similarityB }, [3, 5, 2], zeros([]));
  composite('composite_C', x, stateTerms(maps, { firstStepOnly: true }), [3, 5, 2], zeros([]));
  return [losses.vcloss!, inverse];
}

/**
 * Slowness of projected feature maps as the reference computes it: it takes their rows for time steps (`permute(2, 0, 1, 3,
 * 4)` of [B, T, H, W, C]). `similarityAfterProjection` of `stateTerms` does what is meant.
 */
function mixedSimilarity(maps: Tensor, project: (rows: Tensor) => Tensor): Tensor {
  const [B, T, H, W, C] = maps.shape as [number, number, number, number, number];
  const projected = reshape(project(reshape(maps, [-1, C])), [B, T, H, W, -1]);
  const mixed = reshape(transpose(projected, [2, 0, 1, 3, 4]), [T, B, -1]);
  return temporalSimilarity(transpose(mixed, [1, 0, 2]));
}

type Weights = readonly [covariance: number, variance: number, similarity: number];

function twoViews(c: ParityCase, scalars: Scalars, observe: Outputs): void {
  const views = [stored(c, 'input.z1'), stored(c, 'input.z2')] as const;
  const both = (name: string, loss: Tensor): void => {
    grad(loss, views).forEach((d, v) => {
      observe[`output.d_z${v + 1}_${name}`] = d;
    });
  };
  const t = vicregTerms(...views, { variance: 'summed', covariance: 'off-diagonal-mean' });
  const loss = addAll([t.invariance, mul(t.variance, VICREG_WEIGHTS[0]), mul(t.covariance, VICREG_WEIGHTS[1])]);
  scalars['vicreg_loss.loss'] = loss;
  scalars['vicreg_loss.invariance_loss'] = t.invariance;
  scalars['vicreg_loss.var_loss'] = t.variance;
  scalars['vicreg_loss.cov_loss'] = t.covariance;
  both('vicreg', loss);
  const bcs = leJepa(views, 2, stored(c, 'input.directions'), LE_JEPA['eb-jepa']);
  scalars['bcs.loss'] = bcs.value;
  scalars['bcs.bcs_loss'] = bcs.sigreg;
  scalars['bcs.invariance_loss'] = bcs.invariance;
  both('bcs', bcs.value);
}

/** Weights of variance and covariance in eb_jepa's image example. */
const VICREG_WEIGHTS = [1, 80] as const;

function trajectories(c: ParityCase, scalars: Scalars, observe: Outputs): void {
  const z = stored(c, 'input.zt');
  const t = pldmTerms(z);
  const named = {
    temp_align_loss: t.similarity,
    std_loss: t.variance,
    std_t_loss: t.varianceOverTime,
    cov_loss: t.covariance,
    cov_t_loss: t.covarianceOverTime,
  };
  for (const [name, term] of Object.entries(named)) {
    scalars[`swm_pldm.${name}`] = term;
    observe[`output.d_zt_${name}`] = grad(term, [z])[0]!;
  }
  const straightening = temporalStraightening(z);
  scalars.swm_temporal_straightening = straightening;
  observe['output.d_zt_straightening'] = grad(straightening, [z])[0]!;
}
