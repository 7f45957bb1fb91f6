// The progress line: step, loss terms, images per second, time left. Pure formatting; the caller owns the stream.

/** Where a run stands after a step. */
export interface Progress {
  /** Updates done. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Smoothed over the last steps. */
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

/** A duration as people say it: `42 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '?';
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (n: number): string => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** Four significant digits, with an exponent only where it is shorter: `0.01234`, `1.235e-7`. */
export function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/**
 * One line of plain text without a line break.
 *
 * @example
 * progressLine(p); // => 'step 40/1200  loss 0.5312  predict 0.4218  sigreg 1.094  312 images/s  1 min 58 s left'
 */
export function progressLine(progress: Progress): string {
  const { step, steps, loss, terms, imagesPerSecond, secondsLeft } = progress;
  return [
    `step ${step}/${steps}`,
    `loss ${formatNumber(loss)}`,
    ...Object.entries(terms).map(([name, value]) => `${name} ${formatNumber(value)}`),
    `${formatNumber(imagesPerSecond)} images/s`,
    step < steps ? `${formatDuration(secondsLeft)} left` : 'done',
  ].join('  ');
}

/** The same line for a terminal `columns` wide: it replaces the line that stands there, and is cut to fit. */
export function terminalLine(progress: Progress, columns: number): string {
  const text = progressLine(progress);
  const room = Math.max(1, columns - 1);
  return `\r${text.length > room ? `${text.slice(0, room - 1)}…` : text}\u001b[K`;
}
