// Alarms over the collapse instruments: a rule must hold for several windows in a row before it is an alarm, because
// single windows mislead, most of all early in training.

import type { HealthReading } from './reading.ts';

/** What can be wrong with an embedding, a predictor or a target. */
export type AlarmCode =
  | 'CONSTANT'
  | 'LOW_RANK'
  | 'TOKENS_EQUAL'
  | 'POSITION_ONLY'
  | 'PAIRS_ALIKE'
  | 'COPIES_LAST'
  | 'NOT_GAUSSIAN'
  | 'CONTRAST_BATCH_SMALL'
  | 'EMA_TOO_SLOW';

/** A rule that held in enough windows: the number that broke it now, the step since when it holds, and what to try. */
export interface Alarm {
  readonly code: AlarmCode;
  readonly value: number;
  readonly since: number;
  readonly hint: string;
}

/** The reading of a window and the alarms that stand. */
export interface Health extends HealthReading {
  readonly step: number;
  readonly alarms: readonly Alarm[];
}

/** Limits of the rules. */
export interface HealthLimits {
  /** CONSTANT below this deviation ... (default 1e-3) */
  readonly minStd?: number;
  /** ... or below this share of the root mean square (default 0.01). */
  readonly minRelativeStd?: number;
  /** LOW_RANK below this effective rank; default 5 % of min(dim, samples - 1), at least 1.5. */
  readonly minRank?: number;
  /** TOKENS_EQUAL below this share of the root mean square (default 0.02). */
  readonly minRelativeTokenStd?: number;
  /** POSITION_ONLY above this share (default 0.95). */
  readonly maxPositionShare?: number;
  /** PAIRS_ALIKE below this margin of true over wrong pairs (default 0.1). */
  readonly minPairMargin?: number;
  /** COPIES_LAST above this ratio (default 1). */
  readonly maxCopyLastRatio?: number;
  /** NOT_GAUSSIAN above this SIGReg statistic; off unless given, since only SIGReg asks for a Gaussian embedding. */
  readonly maxSigreg?: number;
  /** CONTRAST_BATCH_SMALL below this many samples (default 32). */
  readonly minContrastBatch?: number;
  /** EMA_TOO_SLOW above this relative distance of teacher and student (default 0.5). */
  readonly maxTargetDrift?: number;
  /** Windows in a row before an alarm stands (default 3). */
  readonly windows?: number;
}

interface Rule {
  readonly code: AlarmCode;
  /** The offending number, or undefined when the rule does not apply or holds no offence. */
  readonly offence: (r: HealthReading, l: HealthLimits) => number | undefined;
  readonly hint: string;
}

/** `value` when `broken`, and undefined when there is no such instrument. */
function when(value: number | undefined, broken: (v: number) => boolean): number | undefined {
  return value !== undefined && broken(value) ? value : undefined;
}

const rules: readonly Rule[] = [
  {
    code: 'CONSTANT',
    offence: (r, { minStd = 1e-3, minRelativeStd = 0.01 }) =>
      when(r.pooledStd, (v) => v < minStd || v < minRelativeStd * r.rms),
    hint: 'every input gets nearly the same embedding: raise the weight of the anti-collapse term, check that it acts on the embedding the predictor learns from, lower the learning rate',
  },
  {
    code: 'LOW_RANK',
    offence: (r, { minRank = Math.max(1.5, 0.05 * Math.min(r.dim, (r.rankSamples ?? r.samples) - 1)) }) =>
      when(r.effectiveRank, (v) => v < minRank),
    hint: 'few directions of the embedding are in use: raise the covariance or SIGReg weight, use a larger batch, or a smaller embedDim if the world has few degrees of freedom',
  },
  {
    code: 'TOKENS_EQUAL',
    offence: (r, { minRelativeTokenStd = 0.02 }) => when(r.tokenStd, (v) => v < minRelativeTokenStd * r.rms),
    hint: 'all tokens of a sample are alike: check the position embedding and the masking ratio, and that the target is normalised per token',
  },
  {
    code: 'POSITION_ONLY',
    offence: (r, { maxPositionShare = 0.95 }) => when(r.positionShare, (v) => v > maxPositionShare),
    hint: 'tokens encode their position and little of the input: mask larger blocks, weaken the position embedding of the target, train longer before judging',
  },
  {
    code: 'PAIRS_ALIKE',
    offence: (r, { minPairMargin = 0.1 }) => when(r.pairs?.margin, (v) => v < minPairMargin),
    hint: 'wrong pairs are as similar as true ones, so a low loss says nothing: protect the embedding that this loss reads (SIGReg, variance and covariance, a contrastive term or a teacher)',
  },
  {
    code: 'COPIES_LAST',
    offence: (r, { maxCopyLastRatio = 1 }) => when(r.copyLastRatio, (v) => v > maxCopyLastRatio),
    hint: 'the predictor is no better than repeating the last embedding: check the action alignment and the frame skip, train longer, or predict further ahead',
  },
  {
    code: 'NOT_GAUSSIAN',
    offence: (r, { maxSigreg = Number.POSITIVE_INFINITY }) => when(r.sigreg, (v) => v > maxSigreg),
    hint: 'the embedding is far from N(0, I): raise the SIGReg weight, and start from a spread initialisation (at exact collapse its gradient is zero)',
  },
  {
    code: 'CONTRAST_BATCH_SMALL',
    offence: (r, { minContrastBatch = 32 }) => when(r.contrastBatch, (v) => v < minContrastBatch),
    hint: 'a contrastive term needs more negatives: use a larger batch, or a term that does not contrast',
  },
  {
    code: 'EMA_TOO_SLOW',
    offence: (r, { maxTargetDrift = 0.5 }) => when(r.targetDrift, (v) => v > maxTargetDrift),
    hint: 'the teacher is far behind the student: lower the EMA momentum or the learning rate',
  },
];

/** A monitor that turns readings, window after window, into a `Health` record with the alarms that stand. */
export interface HealthMonitor {
  observe(step: number, reading: HealthReading): Health;
  /** The rules that are broken now: in how many windows in a row, since which step. Plain data. */
  broken(): BrokenRules;
  /** Goes on from there. */
  goOn(broken: BrokenRules): void;
}

/** Rules that are broken, by their code. */
export type BrokenRules = Readonly<Partial<Record<AlarmCode, { readonly count: number; readonly since: number }>>>;

/**
 * A monitor with the given limits. An alarm stands from the third window in a row that breaks its rule until a window
 * keeps it; `since` is the step of the first of them.
 */
export function healthMonitor(limits: HealthLimits = {}): HealthMonitor {
  const { windows = 3 } = limits;
  const runs = new Map<AlarmCode, { count: number; since: number }>();
  return {
    broken: () => Object.fromEntries([...runs].map(([code, run]) => [code, { ...run }])),
    goOn(broken) {
      runs.clear();
      for (const { code } of rules) if (broken[code] !== undefined) runs.set(code, { ...broken[code] });
    },
    observe(step, reading) {
      const alarms: Alarm[] = [];
      for (const { code, offence, hint } of rules) {
        const value = offence(reading, limits);
        if (value === undefined) {
          runs.delete(code);
          continue;
        }
        const run = runs.get(code) ?? { count: 0, since: step };
        run.count++;
        runs.set(code, run);
        if (run.count >= windows) alarms.push({ code, value, since: run.since, hint });
      }
      return { ...reading, step, alarms };
    },
  };
}
