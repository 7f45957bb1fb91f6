// Refuses a composition in which nothing keeps the embedding from collapsing, before a step is trained. A loss term
// protects only the latent that it reads: a language-model loss beside a cosine objective does not protect the position at
// which the embedding is taken, and the loss still falls while the embedding collapses.

import { JepaError } from '../../core/index.ts';
import type { Condition, JepaSpec, Mechanism, Reads, Term } from './types.ts';

const REMEDIES = [
  'a term of mechanism gaussian (sigReg), or variance with covariance (vicReg), or contrast (infoNce), on the embedding that is compared',
  "an EMA teacher (target.kind 'ema')",
  "a frozen or raw target (target.kind 'frozen' or 'raw')",
  'allowCollapse: true, for a control experiment',
];

/** The mechanisms of a term. */
function mechanismsOf(term: Pick<Term<never>, 'mechanism'>): readonly Mechanism[] {
  return typeof term.mechanism === 'string' ? [term.mechanism] : term.mechanism;
}

/** What speaks for and against a composition. */
export interface CollapseCheck {
  /** Why the embedding cannot collapse, or null when nothing prevents it. */
  readonly protection: string | null;
  readonly warnings: readonly string[];
}

/** Looks for something that protects the embedding which the predictive energy reads. */
export function checkCollapse<M, Z extends Condition>(spec: Pick<JepaSpec<M, Z>, 'target' | 'terms'>): CollapseCheck {
  const having = (m: Mechanism, reads?: Reads): Term<M, Z> | undefined =>
    spec.terms.find((t) => t.weight !== 0 && mechanismsOf(t).includes(m) && (reads === undefined || t.reads === reads));
  const warnings: string[] = [];
  const variance = having('variance', 'embedding');
  if (variance !== undefined && having('covariance', 'embedding') === undefined) {
    warnings.push(`${variance.name}: variance without covariance keeps the embedding from a point, not from a line`);
  }
  if (having('predict') === undefined) return { protection: 'no term predicts an embedding', warnings };
  const { kind } = spec.target;
  if (kind === 'frozen' || kind === 'raw') return { protection: `the target is ${kind}`, warnings };
  if (kind === 'ema') return { protection: 'the target is a moving average, without gradient', warnings };
  const protector =
    having('gaussian', 'embedding') ?? having('contrast', 'embedding') ?? variance ?? having('grounded', 'embedding');
  for (const { name, reads, mechanism } of spec.terms) {
    const regulates = mechanismsOf({ mechanism }).some((m) => m !== 'predict' && m !== 'grounded');
    if (regulates && reads !== 'embedding') {
      warnings.push(
        `${name} reads the ${reads}, not the embedding that the energy compares: it protects only what it reads`,
      );
    }
  }
  return { protection: protector === undefined ? null : `${protector.name} acts on the embedding`, warnings };
}

/**
 * The method, once it is known that something protects its embedding.
 *
 * @throws JepaError `usage` when nothing does and `allowCollapse` is not set; the remedies are listed.
 */
export function defineJepa<M, Z extends Condition = Condition>(spec: JepaSpec<M, Z>): JepaSpec<M, Z> {
  const names = spec.terms.map((t) => t.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new JepaError('usage', `${spec.name}: two terms are called '${twice}'`);
  const { protection } = checkCollapse(spec);
  if (protection === null && spec.allowCollapse !== true) {
    throw new JepaError(
      'usage',
      `${spec.name}: nothing keeps the embedding that the prediction is compared with from collapsing; add one of: ${REMEDIES.join('; ')}`,
      { remedies: REMEDIES },
    );
  }
  return spec;
}
