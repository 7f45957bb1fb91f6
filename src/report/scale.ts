// Axes: from data to pixels, with round tick values.

/** Maps data to the unit interval, and says where ticks go. */
export interface Scale {
  readonly log: boolean;
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** 0 at `low`, 1 at `high`. */
  at(value: number): number;
}

/** The smallest and the largest of the finite numbers among `values`; [0, 1] without any. */
export function extentOf(values: readonly number[]): readonly [low: number, high: number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

/** Relative distance below which neighbouring ticks have the same twelve digits. */
const FINEST = 1e-11;
/** Smaller numbers and ranges are as good as none: a tenth of them need not be a normal number. */
const TINY = 1e-300;

/**
 * A linear axis over [low, high], widened to round ticks when `round`. A range of one point is widened by a tenth to both
 * sides; one too narrow for round numbers has its two ends as ticks. Infinite ends stand for the largest finite numbers,
 * and without an order (NaN, or low above high) the axis is 0 to 1.
 */
export function linearScale(low: number, high: number, options: { ticks?: number; round?: boolean } = {}): Scale {
  const { ticks: wanted = 5, round = true } = options;
  if (!(low <= high)) return linearScale(0, 1, options);
  const [least, most] = [finite(low), finite(high)];
  if (most - least < TINY) {
    const pad = Math.abs(least) >= TINY ? Math.abs(least) * 0.1 : 1;
    return linearScale(least - pad, least + pad, options);
  }
  // Divided first: the difference of two finite numbers may be infinite.
  const raw = Number.isFinite(most - least) ? (most - least) / wanted : most / wanted - least / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * magnitude).find((s) => s >= raw * 0.999) ?? 10 * magnitude;
  if (step < FINEST * Math.max(Math.abs(least), Math.abs(most))) return linear(least, most, [least, most]);
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(most / step - 1e-9);
  const [from, to] = round ? [finite(first * step), finite(last * step)] : [least, most];
  const ticks: number[] = [];
  for (let i = first; i <= last; i++) {
    const tick = Number((i * step).toPrecision(12));
    if (Number.isFinite(tick) && tick >= from - step * 1e-6 && tick <= to + step * 1e-6) ticks.push(tick);
  }
  return linear(from, to, ticks);
}

function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

function linear(low: number, high: number, ticks: readonly number[]): Scale {
  const span = high - low;
  // A value beside a wide axis may lie further away than the largest number: a quarter of it does not.
  const at =
    span < Number.MAX_VALUE / 4
      ? (v: number): number => (v - low) / span
      : (v: number): number => (v / 4 - low / 4) / (high / 4 - low / 4);
  return { log: false, low, high, ticks, at };
}

/** Smaller values leave the axis at its foot, unless all are smaller: the rest would lie in a line at its head. */
const LOG_FLOOR = 1e-12;
/** So far above the least numbers that the width of a narrow axis is one. */
const LOG_LEAST = 1e-280;

/**
 * A logarithmic axis over [low, high], positive numbers; ticks at 1, 2 and 5 times powers of ten, or at powers only. Its
 * foot is not below 1e-12, or below 1e-12 of `high` where that is less. An infinite end stands for the largest finite
 * number and one below 1e-280 for 1e-280; without a positive number the axis is 0.1 to 10.
 */
export function logScale(low: number, high: number): Scale {
  if (!(low <= high) || !(high > 0)) return logScale(0.1, 10);
  const most = Math.max(LOG_LEAST, finite(high));
  const foot = most > LOG_FLOOR ? LOG_FLOOR : most * LOG_FLOOR;
  const floor = Math.max(finite(low), foot, LOG_LEAST);
  const margin = 0.04 * Math.max(0.3, Math.log10(most) - Math.log10(floor));
  const from = Math.log10(floor) - margin;
  const to = Math.log10(Math.max(most, floor)) + margin;
  const decades = to - from;
  const mantissas = decades > 4 ? [1] : decades > 1.6 ? [1, 3] : decades > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
  const every = Math.max(1, Math.ceil(decades / 7));
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    if (every > 1 && power % every !== 0) continue;
    for (const m of mantissas) {
      const tick = m * 10 ** power;
      if (tick > 0 && Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
    }
  }
  const [foot10, head10] = [10 ** from, finite(10 ** to)];
  // A range within one or two such numbers is marked as a linear one.
  const shown = ticks.length > 1 ? ticks : linearScale(foot10, head10, { round: false }).ticks;
  return { log: true, low: foot10, high: head10, ticks: shown, at: (v) => (Math.log10(v) - from) / (to - from) };
}

/** A number for people: three or four significant digits, thousands as 12k, tiny ones as 3e-5, huge ones as 3e12. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e12) return value.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
  if (size >= 1e6) return `${trim((value / 1e6).toFixed(1))}M`;
  if (size >= 1e4) return `${trim((value / 1e3).toFixed(1))}k`;
  if (size >= 100) return trim(value.toFixed(size >= 1000 ? 0 : 1));
  if (size >= 1e-3) return trim(value.toPrecision(3));
  return value.toExponential(1).replace('.0e', 'e');
}

function trim(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
