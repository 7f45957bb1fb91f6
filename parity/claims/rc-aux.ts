// Parity case `rc_aux`: the losses of reachability, temporal distance and open-loop rollout with all statistics and gradients, the
// heads' logits, and the planner's costs. Legend: B clips, T rows, D width, E tasks, S candidates, H blocks.

import { grad } from '../../src/autodiff/index.ts';
import { JepaError } from '../../src/core/index.ts';
import { type PairWeighting, pairWeightings, type ReachabilityOptions, reachabilityLoss, rolloutLoss, type StepWeighting, temporalClassLoss, withoutIdentity } from '../../src/jepa/index.ts';
import { module, param, zero } from '../../src/nn/index.ts';
import { effortCost, latentCost, pairCost, type Cost, type Reduce, reachability, reachabilityCost, sumCost, temporalClass } from '../../src/plan/index.ts';
import { add, addAll, affine, at, concat, constant, cumulativeSum, div, matmul, reduceMean, reshape, slice, square, sub, tanh, transpose, type Tensor } from '../../src/tensor/index.ts';
import type { JsonObject, JsonValue, ParityCase } from '../runner/case.ts';
import type { ParityClaim, ProducedTensor } from '../runner/claim.ts';
import { numberOf, objectOf } from '../runner/config.ts';
import { type Scored, scored } from './cost-pass.ts';
import { stored, trainPass } from './pass.ts';

/** Takes the case `rc_aux`. */
export const rcAuxClaim: ParityClaim = {
  case: 'rc_aux',
  async run(c) {
    const n = (name: string): number => numberOf(c.config, name);
    const [D, E] = [n('D'), n('E')];
    const reach = reachability(D, { hidden: n('reach.hidden_dim'), maxHorizon: n('reach.max_horizon'), horizonDim: n('reach.horizon_dim'), standardise: false });
    const td = temporalClass(D, { hidden: n('td.hidden_dim'), maxHorizon: n('td.max_horizon'), standardise: false });
    // The predictor of the case is no one's: a formula of its notes.
    const predictor = module(
      { A: param([D, D], zero), M: param([D, D], zero), K: param([E, D], zero), b: param([D], zero) },
      (m) => (x: Tensor, actions: Tensor) => {
        const window = x.shape[1]!;
        const counts = constant(Float32Array.from({ length: window }, (_, t) => t + 1), [window, 1], 'f32');
        const means = div(cumulativeSum(x, 1), counts);
        return add(x, tanh(addAll([matmul(x, m.A), matmul(means, m.M), affine(actions, transpose(m.K, [1, 0]), m.b)])));
      },
    );
    const model = module({ reachability_head: reach.module, temporal_distance_head: td.module, predictor }, (m) => m);
    const { tensors, terms, program } = await trainPass(c, model, (m) => {
      const [emb, actions, predicted] = [stored(c, 'input.emb'), stored(c, 'input.act_emb'), stored(c, 'input.pred_emb')];
      const reached = reachabilityLoss(m.reachability_head.logit, { embeddings: emb, predicted, others: {
        encoded: permutation(c, 'reach_true'),
        predicted: permutation(c, 'reach_pred'),
        terminal: permutation(c, 'reach_terminal'),
        terminalPredicted: permutation(c, 'reach_terminal_pred'),
      } }, reachOptions(n('ctx'), objectOf(c.config, 'reach')));
      const distance = temporalClassLoss(m.temporal_distance_head.logits, { embeddings: emb, predicted, others: {
        encoded: permutation(c, 'td'),
        terminal: permutation(c, 'td_terminal'),
        terminalPredicted: permutation(c, 'td_terminal_pred'),
      } }, distanceOptions(n('ctx'), objectOf(c.config, 'td')));
      const ahead = openLoop(m.predictor, emb, actions, n('ctx'), n('rollout_h'));
      const rollout = rolloutLoss(ahead, slice(emb, 1, n('ctx'), n('ctx') + n('rollout_h')), { weighting: stepWeighting(c.config) });
      const one = m.predictor(slice(emb, 1, 0, n('ctx')), slice(actions, 1, 0, n('ctx')));
      const oneStep = reduceMean(square(sub(one, slice(emb, 1, 1, n('ctx') + 1))));
      const [first, last] = [at(emb, 1, 0), at(emb, 1, -1)];
      const slopes = (loss: Tensor, name: string, wrt: Readonly<Record<string, Tensor>>): Record<string, Tensor> => {
        const by = grad(loss, Object.values(wrt));
        return Object.fromEntries(Object.keys(wrt).map((input, i) => [`output.d_${name}.${input}`, by[i]!]));
      };
      return {
        loss: addAll([reached.value, distance.value, rollout.value]),
        terms: {
          'reach.loss': reached.value,
          ...named('reach.reach_', reached.stats),
          'td.loss': distance.value,
          ...named('td.td_', distance.stats),
          'rollout.loss': rollout.value,
          'one_step.loss': oneStep,
        },
        observe: {
          ...slopes(reached.value, 'reach', { emb, pred_emb: predicted }),
          ...slopes(distance.value, 'td', { emb, pred_emb: predicted }),
          ...slopes(rollout.value, 'rollout', { emb, act_emb: actions }),
          'output.rollout.pred_emb': ahead,
          'output.rollout.step_losses': rollout.steps,
          'output.logits.td': m.temporal_distance_head.logits(first, last),
          'output.logits.reach': budgetLogits(m.reachability_head.logit, first, last, c.tensor('output.logits.reach').shape[1]!),
        },
      };
    });
    await program.program.dispose();
    const planned = await planCosts(c, { reach, td });
    return { tensors: { ...tensors, ...planned }, scalars: { ...terms, 'rollout.horizon': n('rollout_h') } };
  },
};

/** The stored permutation of that name as RC-aux uses it; none where none is stored. */
function permutation(c: ParityCase, name: string): Tensor {
  const stands = c.tensors().has(`input.perm.${name}`);
  return withoutIdentity(stands ? stored(c, `input.perm.${name}`) : constant(Int32Array.from({ length: numberOf(c.config, 'B') }, (_, b) => b), [numberOf(c.config, 'B')], 'i32'));
}

const named = (prefix: string, stats: Readonly<Record<string, Tensor>>): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(stats).map(([name, value]) => [prefix + name, value]));

/** A number of a section, or what RC-aux's code takes when it is absent or null. */
const among = (section: JsonObject) => (name: string, otherwise: number): number => {
  const value: JsonValue | undefined = section[name];
  return typeof value === 'number' ? value : otherwise;
};

/** 'delta_balanced' of RC-aux is 'gap-balanced' of ours. */
function pairWeighting(value: JsonValue | undefined): PairWeighting | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.replace('delta', 'gap').replace('_', '-');
  const found = pairWeightings.find((weighting) => weighting === name);
  if (found === undefined) throw new JepaError('corrupt', `case.json: a pair weighting must be one of RC-aux's, got '${value}'`, { value });
  return found;
}

function reachOptions(history: number, section: JsonObject): ReachabilityOptions {
  const n = among(section);
  const [hard, rank] = [n('temporal_neg_weight', 1), n('terminal_rank_weight', 0)];
  const weighting = pairWeighting(section.horizon_weighting) ?? 'uniform';
  const power = n('horizon_weight_power', 1);
  return {
    history,
    maxHorizon: n('max_horizon', 5),
    sources: section.source_mode === 'dense_rollout' ? 'dense' : 'context',
    weighting,
    power,
    terminalWeighting: pairWeighting(section.terminal_horizon_weighting) ?? weighting,
    terminalPower: n('terminal_horizon_weight_power', power),
    hard,
    predicted: n('pred_weight', 0),
    predictedHard: n('pred_temporal_neg_weight', hard),
    terminal: n('terminal_weight', 0),
    terminalPredicted: n('terminal_pred_weight', 0),
    terminalHard: n('terminal_neg_weight', hard),
    rank,
    predictedRank: n('terminal_pred_rank_weight', rank),
    rankMargin: n('terminal_rank_margin', 0),
    align: n('terminal_pred_align_weight', 0),
    over: n('terminal_pred_over_weight', 0),
    overMargin: n('terminal_pred_over_margin', 0),
    gap: n('terminal_pred_gap_weight', 0),
    teacher: n('rollout_teacher_weight', 0),
    sourceTeacher: n('rollout_source_teacher_weight', 0),
  };
}

function distanceOptions(history: number, section: JsonObject): Parameters<typeof temporalClassLoss>[2] {
  const n = among(section);
  const negatives = n('neg_weight', 1);
  return {
    history,
    maxHorizon: n('max_horizon', 5),
    pairs: n('pair_weight', 1),
    predicted: n('pred_weight', 0),
    negatives,
    terminal: n('terminal_weight', 0),
    terminalPredicted: n('terminal_pred_weight', 0),
    terminalNegatives: n('terminal_neg_weight', negatives),
  };
}

function stepWeighting(config: JsonObject): StepWeighting {
  if (config.weighting === 'power') return { power: numberOf(config, 'weight_power') };
  return config.weighting === 'uniform' ? 'uniform' : 'linear';
}

/** `h` predictions after `history` rows, each from a window of that many, own predictions fed back. */
function openLoop(predict: (x: Tensor, actions: Tensor) => Tensor, emb: Tensor, actions: Tensor, history: number, h: number): Tensor {
  let rows = slice(emb, 1, 0, history);
  for (let k = 0; k < h; k++) {
    const next = predict(slice(rows, 1, k), slice(actions, 1, k, k + history));
    rows = concat([rows, slice(next, 1, history - 1)], 1);
  }
  return slice(rows, 1, history);
}

/** Logits [B, n] of one pair of rows for the budgets 0 to n - 1. */
function budgetLogits(logit: (from: Tensor, to: Tensor, budgets: Tensor) => Tensor, from: Tensor, to: Tensor, n: number): Tensor {
  const B = from.shape[0]!;
  const each = Array.from({ length: n }, (_, budget) => logit(from, to, constant(new Int32Array(B).fill(budget), [B], 'i32')));
  return concat(each.map((column) => reshape(column, [B, 1])), 1);
}

/** All costs that are stored, by what their names say. */
async function planCosts(c: ParityCase, heads: { readonly reach: ReturnType<typeof reachability>; readonly td: ReturnType<typeof temporalClass> }): Promise<Record<string, ProducedTensor>> {
  const n = (name: string): number => numberOf(c.config, name);
  const imagined = stored(c, 'input.plan.predicted_emb');
  const [tasks, , , D] = imagined.shape as [number, number, number, number];
  const goal = reshape(stored(c, 'input.plan.goal_emb'), [tasks, D]);
  const reduceOf: Readonly<Record<string, Reduce>> = {
    terminal: { kind: 'last' },
    min: { kind: 'min' },
    mean: { kind: 'mean' },
    softmin: { kind: 'softmin', temperature: n('softmin_temperature'), form: 'free-energy' },
  };
  const out: Record<string, ProducedTensor> = {};
  const of = (name: string, weight: number): Omit<Scored, 'imagined' | 'goal'> => {
    const base = latentCost(D, 'sum', reduceOf[name]!);
    if (weight === 0) return { cost: base };
    // The weight of the latent cost, which is not applied where the head is not used.
    const weighted = sumCost([{ cost: base, weight: n('latent_weight') }]);
    return { cost: reachabilityCost(weighted, heads.reach, { weight }), names: { of: 'head.', stored: 'reachability_head.' } };
  };
  for (const name of c.expected().keys()) {
    const reached = /^output\.(d_)?plan\.(\w+)\.w([\d.]+)$/.exec(name);
    if (reached !== null) {
      const [, d, reduce, weight] = reached as unknown as [string, string | undefined, string, string];
      const found = await scored(c, { ...of(reduce, Number(weight)), imagined, goal, slope: d !== undefined });
      out[name] = d === undefined ? found.score : found.slope!;
    }
    const distance = /^output\.plan\.td_(\w+)$/.exec(name);
    if (distance !== null) {
      const cost = sumCost([
        { cost: latentCost(D, 'sum', reduceOf.terminal!), weight: 1 },
        { cost: pairCost(heads.td, reduceOf[distance[1]!]!), weight: n('td_cost_weight') },
      ]);
      const names = { of: 'parts.1.head.', stored: 'temporal_distance_head.' };
      out[name] = (await scored(c, { cost, names, imagined, goal })).score;
    }
    const effort: Readonly<Record<string, Cost>> = { 'output.plan.action_l2': effortCost(D, { l2: 1 }), 'output.plan.action_smooth': effortCost(D, { smooth: 1 }) };
    const cost = effort[name];
    if (cost !== undefined) out[name] = (await scored(c, { cost, imagined, goal, blocks: stored(c, 'input.plan.actions') })).score;
  }
  return out;
}
