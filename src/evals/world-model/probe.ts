// How much of the true state can be read from the frozen embedding, by a linear and by a non-linear probe, fitted on
// training episodes and scored on held-out ones.

import type { Key } from '../../core/index.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { mlpProbe } from '../probes/mlp.ts';
import { ridgeProbe } from '../probes/ridge.ts';
import { type Probe, type ProbeScore, scoreProbe } from '../probes/score.ts';
import type { ProbeFile, ProbeResult } from '../report/schema.ts';
import type { EmbeddedRows } from './embeddings.ts';

/** Both probes of one target, and the record of `evals/probe.json`. */
export interface ProbeOutcome {
  readonly linear: Probe;
  readonly linearScore: ProbeScore;
  readonly mlpScore: ProbeScore;
  readonly file: ProbeFile;
}

const SAMPLE = 1000;

function rowsOf(m: Matrix, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => Array.from(m.data.subarray(i * m.cols, (i + 1) * m.cols)));
}

/** Probes the state: names of its components in `names`, fitted on `fit`, scored on `held`. */
export function probeState(fit: EmbeddedRows, held: EmbeddedRows, names: readonly string[], key: Key): ProbeOutcome {
  const linear = ridgeProbe(fit.z, fit.state);
  const mlp = mlpProbe(fit.z, fit.state, { key, groups: fit.episode });
  const linearScore = scoreProbe(linear, held.z, held.state);
  const mlpScore = scoreProbe(mlp, held.z, held.state);
  const result = (kind: string, score: ProbeScore): ProbeResult => ({
    target: 'position',
    kind,
    samples: score.samples,
    dimensions: names.map((name, i) => ({ name, r: score.r[i]!, r2: score.r2[i]! })),
  });
  const shown = Math.min(SAMPLE, held.z.rows);
  return {
    linear,
    linearScore,
    mlpScore,
    file: {
      probes: [result('linear', linearScore), result('mlp', mlpScore)],
      sample: {
        target: 'position',
        kind: 'linear',
        names,
        truth: rowsOf(held.state, shown),
        predicted: rowsOf(linear.predict(held.z), shown),
        unit: 'px',
      },
    },
  };
}
