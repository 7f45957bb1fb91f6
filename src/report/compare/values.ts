// The numbers of a comparison: what is taken of each run, and what a group of seeds makes of it.

import { wilsonInterval } from '../../measure/index.ts';
import { curveOf, finalLoss, valueAt } from './curve.ts';
import type { RunGroup } from './group.ts';
import type { ComparedRun } from './read.ts';

/** How a number is written. */
export type Unit = 'percent' | 'number' | 'count';

/** A number of one run, or why there is none. `trials` makes it a proportion, which has an interval. */
export type RunValue =
  | { readonly value: number; readonly trials?: number; readonly note?: string }
  | { readonly why: string };

/** A number of a group: the mean over its seeds, smallest and largest where there are several, Wilson's 95 % interval of the mean. */
export type Cell =
  | {
      readonly mean: number;
      readonly seeds: number;
      readonly range?: readonly [low: number, high: number];
      readonly interval?: readonly [low: number, high: number];
      readonly note?: string;
    }
  | { readonly why: string };

/** A column of the table. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly unit: Unit;
  /** `own`: results that only some recipes have. */
  readonly part: 'score' | 'cost' | 'own';
  /** Another table of the page says the same with more beside it. */
  readonly elsewhere?: boolean;
  of(run: ComparedRun): RunValue;
}

/** The point up to which every trained run went: where runs of different length or speed are compared. */
export interface EqualPoint {
  /** The smallest number of images at a run's last online evaluation; undefined when no run has one. */
  readonly images?: number;
  /** The smallest time of training, in seconds, at a run's last online evaluation. */
  readonly seconds?: number;
}

/** Online k-NN of a run against images or seconds. */
export function onlineKnn({ metrics, axes }: ComparedRun, axis: 'images' | 'seconds'): ReturnType<typeof curveOf> {
  return curveOf(metrics.ok ? metrics.value : [], axes[axis], (line) => line.instruments?.knn);
}

/** Where all compared runs meet. Runs without online evaluations do not enter. */
export function equalPoint(runs: readonly ComparedRun[]): EqualPoint {
  const ends = (axis: 'images' | 'seconds'): number[] => runs.flatMap((run) => onlineKnn(run, axis).x.at(-1) ?? []);
  const [images, seconds] = [ends('images'), ends('seconds')];
  return {
    ...(images.length === 0 ? {} : { images: Math.min(...images) }),
    ...(seconds.length === 0 ? {} : { seconds: Math.min(...seconds) }),
  };
}

const probe =
  (name: string) =>
  ({ features }: ComparedRun): RunValue => {
    if (!features.ok) return { why: features.why };
    const found = features.value.probes.find((p) => p.probe === name);
    return found === undefined ? { why: `not evaluated` } : { value: found.accuracy, trials: found.n };
  };

const instrument =
  (name: 'rankMe' | 'effectiveRank') =>
  ({ features }: ComparedRun): RunValue => {
    if (!features.ok) return { why: features.why };
    const value = features.value.instruments?.[name];
    return value === undefined ? { why: 'not measured' } : { value };
  };

const equalKnn =
  (axis: 'images' | 'seconds', at: number | undefined) =>
  (run: ComparedRun): RunValue => {
    if (!run.trained) {
      const own = probe('knn-20')(run);
      return 'value' in own ? { ...own, note: 'no training: its final k-NN' } : own;
    }
    if (!run.metrics.ok) return { why: run.metrics.why };
    const curve = onlineKnn(run, axis);
    if (at === undefined || curve.x.length === 0) return { why: 'no online k-NN' };
    const value = valueAt(curve, at);
    return value === undefined ? { why: 'first measured later' } : { value };
  };

/** The columns for runs that meet at `equal`. */
export function columnsAt(equal: EqualPoint): Column[] {
  const score = (key: string, title: string, unit: Unit, of: Column['of']): Column => ({
    key,
    title,
    unit,
    part: 'score',
    of,
  });
  const cost = (key: string, title: string, unit: Unit, of: Column['of']): Column => ({
    ...score(key, title, unit, of),
    part: 'cost',
  });
  return [
    score('knn-20', 'k-NN 20', 'percent', probe('knn-20')),
    score('linear', 'linear', 'percent', probe('linear')),
    score('ridge', 'ridge', 'percent', probe('ridge')),
    score('low-shot-1%', '1 % of labels', 'percent', probe('low-shot-1%')),
    score('low-shot-12-per-class', '12 per class', 'percent', probe('low-shot-12-per-class')),
    score('rankMe', 'RankMe', 'number', instrument('rankMe')),
    score('effectiveRank', 'effective rank', 'number', instrument('effectiveRank')),
    cost('knnAtEqualImages', 'k-NN at equal images', 'percent', equalKnn('images', equal.images)),
    cost('knnAtEqualTime', 'k-NN at equal time', 'percent', equalKnn('seconds', equal.seconds)),
    cost('loss', 'loss, last 10 %', 'number', (run) => {
      const value = run.metrics.ok ? finalLoss(run.metrics.value) : undefined;
      if (value !== undefined) return { value };
      return { why: run.metrics.ok ? 'not logged' : run.trained ? run.metrics.why : 'not trained' };
    }),
    cost('images', 'images seen', 'count', (run) => last(run, run.axes.images)),
    cost('trainingMinutes', 'training min', 'number', (run) => {
      const seconds = last(run, run.axes.seconds);
      return 'value' in seconds ? { value: seconds.value / 60 } : seconds;
    }),
    cost('minutes', 'whole run min', 'number', ({ run }) =>
      run.minutes === undefined ? { why: 'not recorded' } : { value: run.minutes },
    ),
    cost('imagesPerSecond', 'images/s', 'number', (run) => {
      if (!run.trained) return { why: 'not trained' };
      const [images, seconds] = [last(run, run.axes.images), last(run, run.axes.seconds)];
      return 'value' in images && 'value' in seconds ? { value: images.value / seconds.value } : seconds;
    }),
    cost('parameters', 'trained parameters', 'count', ({ parameters }) =>
      parameters === undefined ? { why: 'no checkpoint' } : { value: parameters },
    ),
  ];
}

function last(run: ComparedRun, axis: readonly number[]): RunValue {
  if (!run.trained) return { value: 0 };
  const value = axis.at(-1);
  return value === undefined || !Number.isFinite(value)
    ? { why: run.metrics.ok ? 'no timing' : run.metrics.why }
    : { value };
}

/** The runs of a group in one column. A seed without the number is left out and said in the note. */
export function cellOf(group: RunGroup, of: Column['of']): Cell {
  const all = group.runs.map(of);
  const found = all.flatMap((v) => ('value' in v && Number.isFinite(v.value) ? [v] : []));
  if (found.length === 0) {
    const [first] = all;
    return { why: first !== undefined && 'why' in first ? first.why : 'not finite' };
  }
  const values = found.map((v) => v.value);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const { trials, note } = found[0]!;
  const notes = [note, found.length < all.length ? `${found.length} of ${all.length} seeds` : undefined];
  const said = notes.filter((n) => n !== undefined).join('; ');
  return {
    mean,
    seeds: values.length,
    ...(new Set(values).size > 1 ? { range: [Math.min(...values), Math.max(...values)] as const } : {}),
    ...(trials === undefined ? {} : { interval: wilsonInterval(mean * trials, trials) }),
    ...(said === '' ? {} : { note: said }),
  };
}
