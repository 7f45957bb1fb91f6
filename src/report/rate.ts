// A success rate as a bar with the whiskers of its 95 % Wilson interval.

import { wilsonInterval } from '../measure/index.ts';
import type { Hue } from './chart.ts';

/** The floor and the ceiling of a table: policies that are no planner of the model. */
export const BASELINES: readonly string[] = ['random', 'oracle'];

/** The bar as HTML; it fills its container. */
export function rateBar(successes: number, tasks: number, hue: Hue): string {
  const [low, high] = wilsonInterval(successes, tasks);
  return (
    `<div class="rate"><i class="bg-${hue}" style="width:${share(successes / tasks)}%"></i>` +
    `<s style="left:${share(low)}%;width:${share(high - low)}%"></s></div>`
  );
}

/** A part of the width in percent, with two decimals. */
function share(value: number): number {
  return Math.round(value * 1e4) / 100;
}
