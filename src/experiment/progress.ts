// The progress line: rewritten in place on a terminal, a plain line every few seconds elsewhere.

import type { ProgressLine } from './recipe.ts';

/** Where lines go: a terminal has `isTTY` and `columns`. */
export interface LineStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Writes progress and other lines to one stream without mixing them. */
export interface ProgressReporter {
  show(line: ProgressLine): void;
  /** Prints a line of its own; the progress line comes back after it. */
  print(line: string): void;
  /** Leaves the last progress line standing. */
  end(): void;
}

const TERMINAL_MS = 100;
const PLAIN_MS = 5000;

/** A reporter on `stream`; `clock` gives milliseconds. */
export function progressReporter(stream: LineStream, clock: () => number = () => performance.now()): ProgressReporter {
  const terminal = stream.isTTY === true;
  let open = false;
  let text = '';
  let shownAt = Number.NEGATIVE_INFINITY;
  let stage = '';
  let first = { step: 0, at: 0 };
  const draw = (): void => {
    stream.write(terminal ? `\r\u001b[2K${text.slice(0, Math.max(20, (stream.columns ?? 100) - 1))}` : `${text}\n`);
    open = terminal;
  };
  const end = (): void => {
    if (open) stream.write('\n');
    open = false;
  };
  return {
    show(line) {
      const now = clock();
      if (line.stage !== stage) {
        end();
        stage = line.stage;
        first = { step: line.step, at: now };
        // A plain log starts a stage with its first line only after a while: short stages then print just their end.
        shownAt = terminal ? Number.NEGATIVE_INFINITY : now;
      }
      const last = line.step >= line.total;
      if (!last && now - shownAt < (terminal ? TERMINAL_MS : PLAIN_MS)) return;
      shownAt = now;
      const done = line.step - first.step;
      const pace = done > 0 ? (now - first.at) / 1000 / done : Number.NaN;
      text = progressText(line, line.secondsLeft ?? pace * (line.total - line.step));
      draw();
      if (last) end();
    },
    print(line) {
      if (open) stream.write('\r\u001b[2K');
      stream.write(`${line}\n`);
      if (open) draw();
    },
    end,
  };
}

/** One progress line: stage, step, share, terms, rate and time left. */
export function progressText(line: ProgressLine, secondsLeft: number): string {
  const share = line.total > 0 ? `${Math.floor((100 * line.step) / line.total)}%` : '';
  const terms = Object.entries(line.terms ?? {}).map(([name, value]) => `${name} ${digits(value)}`);
  const rate = line.imagesPerSecond === undefined ? '' : `${Math.round(line.imagesPerSecond)} images/s`;
  const left = line.step < line.total && Number.isFinite(secondsLeft) ? `${duration(secondsLeft)} left` : '';
  const parts = [line.stage, `${line.step}/${line.total}`, share, ...terms, rate, left];
  return parts.filter((part) => part !== '').join('  ');
}

/** What `progressText` wrote, apart from numbers that only people read; undefined for any other line. */
export function parseProgress(text: string): ProgressLine | undefined {
  const found = /^(\S.*?) {2}(\d+)\/(\d+)(?= {2}|$)/.exec(text);
  if (found === null) return undefined;
  return { stage: found[1]!, step: Number(found[2]), total: Number(found[3]) };
}

/** A time span as `0:07`, `12:30` or `1:02:00`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Four digits that matter, without an exponent where that is short. */
function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(2) : value.toPrecision(4);
}
