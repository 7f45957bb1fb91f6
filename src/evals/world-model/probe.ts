// How much of the true state can be read from the frozen embedding, by a linear and by a non-linear probe, fitted on
// training episodes and scored on held-out ones: one row per target, as in the tables of LeWorldModel (arXiv 2603.19312).

import { fold, JepaError, type Key } from '../../core/index.ts';
import type { ProbeTarget } from '../../envs/index.ts';
import {
  columnMeans,
  columnVariances,
  type Matrix,
  mlpProbe,
  type Probe,
  type ProbeScore,
  ridgeProbe,
  scoreProbe,
} from '../../measure/index.ts';
import type { ProbeFile, ProbeResult } from '../../run/index.ts';
import type { EmbeddedRows } from './embeddings.ts';
import { targetColumns, targetValues } from './targets.ts';

/** Both probes of one target. `linear` and `mlp` predict the columns of `targetColumns`. */
export interface TargetProbes {
  readonly target: ProbeTarget;
  readonly linear: Probe;
  readonly mlp: Probe;
  readonly linearScore: ProbeScore;
  readonly mlpScore: ProbeScore;
}

/** The probes of every target, and the record of `evals/probe.json`. */
export interface ProbeOutcome {
  readonly targets: readonly TargetProbes[];
  readonly file: ProbeFile;
}

/** Pairs of true and predicted values that are kept for the report's picture. */
const SAMPLE = 1000;

function rowsOf(m: Matrix, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => Array.from(m.data.subarray(i * m.cols, (i + 1) * m.cols)));
}

function result(target: ProbeTarget, kind: string, score: ProbeScore): ProbeResult {
  return {
    target: target.name,
    kind,
    samples: score.samples,
    r: score.meanR,
    mse: score.meanMse,
    dimensions: targetColumns(target).map((name, i) => ({
      name,
      r: score.r[i]!,
      r2: score.r2[i]!,
      mse: score.mse[i]!,
    })),
  };
}

/** Whether some column of a target never changes: no probe can be fitted to it, and its correlation is undefined. */
function constantIn(values: Matrix): boolean {
  return columnVariances(values, columnMeans(values)).some((v) => !(v > 0));
}

/**
 * Probes a state for `targets`, see `probeTargetsOf`: probes are fitted on `fit` and scored on `held`. Targets with a component
 * that is the same in all rows of either split (the wall of a world whose wall stands still) are left out, and said to be.
 *
 * @param key draws the start of the non-linear probes
 * @throws JepaError `data` when every target is constant; the signal's reason when aborted
 *
 * @example
 * const { file } = await probeState(fit, held, probeTargetsOf(env.spec), key(0));
 */
export async function probeState(
  fit: EmbeddedRows,
  held: EmbeddedRows,
  targets: readonly ProbeTarget[],
  key: Key,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<ProbeOutcome> {
  const leftOut: { name: string; why: string }[] = [];
  const probed: TargetProbes[] = [];
  for (const target of targets) {
    const [y, yHeld] = [targetValues(fit.state, target), targetValues(held.state, target)];
    if (constantIn(y) || constantIn(yHeld)) {
      leftOut.push({ name: target.name, why: 'it is the same in all frames' });
      continue;
    }
    const linear = ridgeProbe(fit.z, y);
    const mlp = await mlpProbe(fit.z, y, {
      key: fold(key, target.name),
      groups: fit.episode,
      ...(signal === undefined ? {} : { signal }),
    });
    const linearScore = scoreProbe(linear, held.z, yHeld);
    probed.push({ target, linear, mlp, linearScore, mlpScore: scoreProbe(mlp, held.z, yHeld) });
  }
  const shown = probed[0];
  if (shown === undefined) {
    throw new JepaError(
      'data',
      `probeState: needs a target that changes, got ${targets.length === 0 ? 'no targets' : leftOut.map((t) => t.name).join(', ')}, the same in all frames`,
    );
  }
  const count = Math.min(SAMPLE, held.z.rows);
  return {
    targets: probed,
    file: {
      probes: probed.flatMap(({ target, linearScore, mlpScore }) => [
        result(target, 'linear', linearScore),
        result(target, 'mlp', mlpScore),
      ]),
      sample: {
        target: shown.target.name,
        kind: 'linear',
        names: targetColumns(shown.target),
        truth: rowsOf(targetValues(held.state, shown.target), count),
        predicted: rowsOf(shown.linear.predict(held.z), count),
      },
      ...(leftOut.length === 0 ? {} : { leftOut }),
    },
  };
}
