// What a run had seen and spent at each line of metrics.jsonl, and what an instrument read at a given point of that: the
// ground on which runs of different length and speed are compared.

import type { MetricsLine } from '../../run/index.ts';

/** Images seen and seconds of training at each line; NaN where the lines hold no timing. */
export interface TrainingAxes {
  readonly images: readonly number[];
  /** Without the pauses for instruments and checkpoints, which are not training. */
  readonly seconds: readonly number[];
  readonly imagesPerStep: number;
}

/**
 * The axes of some lines, in the order of their steps. Images per step are the median of imagesPerSecond * seconds / steps
 * over the lines, rounded; an interval lasts steps * imagesPerStep / imagesPerSecond. So a line whose interval began at
 * a resumed checkpoint counts the steps since the line before at its own pace.
 */
export function trainingAxes(lines: readonly MetricsLine[]): TrainingAxes {
  const stepsOf = lines.map((line, i) => line.step - (lines[i - 1]?.step ?? 0));
  const perStep = lines.flatMap(({ timing }, i) => {
    const { imagesPerSecond = Number.NaN, seconds = Number.NaN, pauseShare = 0 } = timing ?? {};
    const count = (imagesPerSecond * seconds * (1 - pauseShare)) / stepsOf[i]!;
    return Number.isFinite(count) && count > 0 ? [count] : [];
  });
  const imagesPerStep = Math.round(median(perStep));
  let spent = 0;
  const seconds = lines.map(({ timing }, i) => {
    spent += (stepsOf[i]! * imagesPerStep) / (timing?.imagesPerSecond || Number.NaN);
    return spent;
  });
  return { images: lines.map(({ step }) => step * imagesPerStep), seconds, imagesPerStep };
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** An instrument's readings against what was seen or spent, in ascending order of x. */
export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The readings of `pick` where it finds a finite number, against `x`. */
export function curveOf(
  lines: readonly MetricsLine[],
  x: readonly number[],
  pick: (line: MetricsLine) => number | undefined,
): Curve {
  const kept = lines.flatMap((line, i) => {
    const y = pick(line);
    return y !== undefined && Number.isFinite(y) && Number.isFinite(x[i]) ? [[x[i]!, y] as const] : [];
  });
  return { x: kept.map(([at]) => at), y: kept.map(([, y]) => y) };
}

/** The value at `at`, linear between the two readings around it; undefined outside the readings: nothing is extrapolated. */
export function valueAt({ x, y }: Curve, at: number): number | undefined {
  if (x.length === 0 || at < x[0]! || at > x[x.length - 1]!) return undefined;
  const after = x.findIndex((v) => v >= at);
  if (x[after] === at) return y[after];
  const share = (at - x[after - 1]!) / (x[after]! - x[after - 1]!);
  return y[after - 1]! + share * (y[after]! - y[after - 1]!);
}

/** Mean loss over the last `share` of the steps, from the lines that lie in them; undefined when no line holds a loss. */
export function finalLoss(lines: readonly MetricsLine[], share = 0.1): number | undefined {
  const logged = lines.filter((line) => line.loss !== undefined);
  const last = logged.at(-1)?.step;
  if (last === undefined) return undefined;
  const tail = logged.filter(({ step }) => step > last * (1 - share));
  return tail.reduce((sum, { loss }) => sum + loss!, 0) / tail.length;
}
