// Does a training loss, which sees no label, rank configurations as their accuracy does? LeJEPA, arXiv 2511.08544,
// section on label-free model selection: the rank correlation of loss / lambda^0.4 with the accuracy of a probe.

import { spearman, spearmanInterval } from '../../src/measure/index.ts';
import { alignedTable, shortNumber } from '../../src/report/index.ts';
import type { Choice } from './config.ts';

/** What one configuration gave. `why` instead of numbers when its training broke off. */
export type Outcome = Choice &
  (
    | {
        readonly ok: true;
        /** Mean over the last tenth of the steps. */
        readonly loss: number;
        readonly invariance: number;
        readonly sigreg: number;
        readonly knn: number;
        readonly ridge: number;
        readonly effectiveRank: number;
      }
    | { readonly ok: false; readonly why: string }
  );

type Finished = Extract<Outcome, { readonly ok: true }>;

/** A score without labels that is to rank configurations; smaller should be better. */
interface Score {
  readonly name: string;
  of(outcome: Finished): number;
}

/** How well one score ranks the configurations by one accuracy. */
export interface Ranking {
  readonly score: string;
  readonly accuracy: 'knn' | 'ridge';
  /** Spearman's rho of minus the score with the accuracy: 1 when the smallest score is the best configuration, and so on. */
  readonly rho: number;
  /** Approximate 95 % interval. */
  readonly interval: readonly [low: number, high: number];
  /** Accuracy of the configuration with the smallest score. */
  readonly picked: number;
}

/** The rankings of all finished configurations. */
export interface Selection {
  readonly configurations: number;
  readonly broken: number;
  readonly rankings: readonly Ranking[];
  readonly best: { readonly knn: number; readonly ridge: number };
  readonly median: { readonly knn: number; readonly ridge: number };
}

/** The scores that are compared. The parts of the loss show what the whole adds to them. */
export function scores(exponent: number): Score[] {
  return [
    { name: 'loss', of: ({ loss }) => loss },
    { name: `loss / lambda^${exponent}`, of: ({ loss, lambda }) => loss / lambda ** exponent },
    { name: 'invariance', of: ({ invariance }) => invariance },
    { name: 'sigreg', of: ({ sigreg }) => sigreg },
  ];
}

/** Ranks the finished configurations; fewer than two have no ranking. */
export function select(outcomes: readonly Outcome[], exponent: number): Selection {
  const done = outcomes.filter((o): o is Finished => o.ok);
  const rankings =
    done.length < 2
      ? []
      : scores(exponent).flatMap(({ name, of }) =>
          (['knn', 'ridge'] as const).map((accuracy): Ranking => {
            const values = done.map(of);
            const rho = spearman(
              values.map((v) => -v),
              done.map((o) => o[accuracy]),
            );
            const picked = done[values.indexOf(Math.min(...values))]![accuracy];
            return { score: name, accuracy, rho, interval: spearmanInterval(rho, done.length), picked };
          }),
        );
  const of = (accuracy: 'knn' | 'ridge'): number[] => done.map((o) => o[accuracy]).sort((a, b) => a - b);
  const [knn, ridge] = [of('knn'), of('ridge')];
  const middle = (sorted: readonly number[]): number =>
    sorted.length === 0 ? Number.NaN : (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  return {
    configurations: outcomes.length,
    broken: outcomes.length - done.length,
    rankings,
    best: { knn: knn.at(-1) ?? Number.NaN, ridge: ridge.at(-1) ?? Number.NaN },
    median: { knn: middle(knn), ridge: middle(ridge) },
  };
}

const percent = (share: number): string => (100 * share).toFixed(1);

/** The table of configurations, best k-NN first, the head first. */
export function outcomeRows(outcomes: readonly Outcome[], exponent: number): string[][] {
  const by = (o: Outcome): number => (o.ok ? o.knn : -1);
  return [
    [
      'lambda',
      'learning rate',
      'loss',
      `loss / lambda^${exponent}`,
      'invariance',
      'SIGReg',
      'k-NN 20 %',
      'ridge %',
      'effective rank',
    ],
    ...[...outcomes]
      .sort((a, b) => by(b) - by(a))
      .map((o) => [
        String(o.lambda),
        String(o.learningRate),
        ...(o.ok
          ? [
              ...[o.loss, o.loss / o.lambda ** exponent, o.invariance, o.sigreg].map(shortNumber),
              percent(o.knn),
              percent(o.ridge),
              shortNumber(o.effectiveRank),
            ]
          : [o.why, '', '', '', '', '', '']),
      ]),
  ];
}

/** The table of rankings, the head first. */
export function rankingRows({ rankings, best, median }: Selection): string[][] {
  return [
    ['score', 'accuracy', 'Spearman', '95 % interval', 'picked %', 'best %', 'median %'],
    ...rankings.map(({ score, accuracy, rho, interval, picked }) => [
      score,
      accuracy === 'knn' ? 'k-NN 20' : 'ridge',
      rho.toFixed(3),
      `${interval[0].toFixed(2)} to ${interval[1].toFixed(2)}`,
      percent(picked),
      percent(best[accuracy]),
      percent(median[accuracy]),
    ]),
  ];
}

/** Both tables for a terminal. */
export function selectionText(outcomes: readonly Outcome[], selection: Selection, exponent: number): string {
  return `${alignedTable(outcomeRows(outcomes, exponent))}\n\n${alignedTable(rankingRows(selection))}`;
}
