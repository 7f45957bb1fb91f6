// Traces one training step of a method: encodes each view once, predicts, compares, adds up.

import { JepaError } from '../../core/index.ts';
import { add, full, input, l2Normalise, layerNormalise, mul, stopGradient, type Tensor } from '../../tensor/index.ts';
import type { Condition, JepaSpec, Latent, Normalise, Scheduled, TracedPair, TracedStep, View } from './types.ts';

/** A traced step. */
export interface TracedJepa<Z extends Condition = Condition> {
  /** Scalar: the sum of weight times term. */
  readonly loss: Tensor;
  /** The terms before their weights. */
  readonly terms: Readonly<Record<string, Tensor>>;
  readonly step: TracedStep<Z>;
  /** Scalars to feed at each step, by the name of their input. */
  readonly schedules: Readonly<Record<string, (step: number) => number>>;
}

function normalised(x: Tensor, how: Normalise): Tensor {
  if (how === 'none') return x;
  if (how === 'l2') return l2Normalise(x);
  const D = x.shape.at(-1)!;
  return layerNormalise(x, full(1, [D]), full(0, [D]));
}

/** Applies `f` once to each view, by name. */
function once(f: (view: View) => Latent): {
  readonly of: (view: View) => Latent;
  readonly seen: Record<string, Latent>;
} {
  const seen: Record<string, Latent> = {};
  const views = new Map<string, View>();
  const of = (view: View): Latent => {
    const known = views.get(view.name);
    if (known !== undefined && (known.input !== view.input || known.keep !== view.keep)) {
      throw new JepaError('usage', `two different views are called '${view.name}'`);
    }
    views.set(view.name, view);
    seen[view.name] ??= f(view);
    return seen[view.name]!;
  };
  return { of, seen };
}

/** Traces the loss of a method whose module is bound as `model`. */
export function traceJepa<M, Z extends Condition>(spec: JepaSpec<M, Z>, model: M): TracedJepa<Z> {
  const inputs = Object.fromEntries(
    Object.entries(spec.inputs).map(([name, { shape, dtype }]) => [name, input(name, shape, dtype)]),
  );
  const schedules: Record<string, (step: number) => number> = {};
  const scheduled = (name: string, value: Scheduled): Tensor => {
    if (typeof value === 'number') return full(value, []);
    schedules[`schedule.${name}`] = value;
    return input(`schedule.${name}`, []);
  };
  const { target } = spec;
  const context = once((view) => spec.encode(model, view));
  const teacher =
    target.kind === 'shared' || target.kind === 'raw' ? context : once((view) => target.encode(model, view));
  const targetOf = (view: View): Tensor => {
    if (target.kind === 'raw') return target.values(view);
    const { embedding } = teacher.of(view);
    const still = target.kind === 'ema' || target.kind === 'frozen' ? stopGradient(embedding) : embedding;
    return normalised(still, target.normalise ?? 'none');
  };
  const pairs = spec.pairs(inputs).map((pair): TracedPair<Z> => {
    const from = context.of(pair.context);
    const whole = targetOf(pair.target);
    return {
      name: pair.name,
      context: from,
      prediction: spec.predict?.(model, from, pair.z) ?? from.embedding,
      target: pair.select?.(whole) ?? whole,
      z: pair.z,
    };
  });
  const step: TracedStep<Z> = {
    pairs,
    latents: context.seen,
    targets: target.kind === 'raw' ? {} : teacher.seen,
    inputs,
    scheduled,
  };
  const terms = Object.fromEntries(spec.terms.map((term) => [term.name, term.trace(step, model)]));
  const weighted = spec.terms.map(({ name, weight }) =>
    weight === 1 ? terms[name]! : mul(terms[name]!, scheduled(`weight.${name}`, weight)),
  );
  return { loss: weighted.reduce((a, b) => add(a, b)), terms, step, schedules };
}
