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

/** A linear axis over [low, high], widened to round ticks when `round`. */
export function linearScale(low: number, high: number, options: { ticks?: number; round?: boolean } = {}): Scale {
  const { ticks: wanted = 5, round = true } = options;
  if (!(high > low)) {
    const pad = Math.abs(low) > 0 ? Math.abs(low) * 0.1 : 1;
    return linearScale(low - pad, low + pad, options);
  }
  const raw = (high - low) / wanted;
  const magnitude = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * magnitude).find((s) => s >= raw * 0.999) ?? 10 * magnitude;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  const [from, to] = round ? [first * step, last * step] : [low, high];
  const ticks: number[] = [];
  for (let i = first; i <= last; i++) {
    const tick = Number((i * step).toPrecision(12));
    if (tick >= from - step * 1e-6 && tick <= to + step * 1e-6) ticks.push(tick);
  }
  return { log: false, low: from, high: to, ticks, at: (v) => (v - from) / (to - from) };
}

/** A logarithmic axis that holds all positive `values`; ticks at 1, 2 and 5 times powers of ten, or at powers only. */
export function logScale(low: number, high: number): Scale {
  const floor = Math.max(low, 1e-12);
  const from = Math.log10(floor) - 0.04 * Math.max(0.3, Math.log10(high / floor));
  const to = Math.log10(Math.max(high, floor)) + 0.04 * Math.max(0.3, Math.log10(high / floor));
  const decades = to - from;
  const mantissas = decades > 4 ? [1] : decades > 1.6 ? [1, 3] : decades > 0.7 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 6, 8];
  const every = Math.max(1, Math.ceil(decades / 7));
  const ticks: number[] = [];
  for (let power = Math.floor(from); power <= Math.ceil(to); power++) {
    if (every > 1 && power % every !== 0) continue;
    for (const m of mantissas) {
      const tick = m * 10 ** power;
      if (Math.log10(tick) >= from && Math.log10(tick) <= to) ticks.push(tick);
    }
  }
  return { log: true, low: 10 ** from, high: 10 ** to, ticks, at: (v) => (Math.log10(v) - from) / (to - from) };
}

/** A number for people: three or four significant digits, thousands as 12k, tiny ones as 3e-5. */
export function shortNumber(value: number): string {
  if (!Number.isFinite(value)) return 'n/a';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1e6) return `${trim((value / 1e6).toFixed(1))}M`;
  if (size >= 1e4) return `${trim((value / 1e3).toFixed(1))}k`;
  if (size >= 100) return trim(value.toFixed(size >= 1000 ? 0 : 1));
  if (size >= 1e-3) return trim(value.toPrecision(3));
  return value.toExponential(1).replace('.0e', 'e');
}

function trim(digits: string): string {
  return digits.includes('.') ? digits.replace(/\.?0+$/, '') : digits;
}
