// Line charts as hand-written SVG. The page's script (client.ts) reads the JSON beside each chart to show values under
// the pointer; without scripts the chart is still complete.

import { escapeHtml, scriptJson } from './html.ts';
import { extentOf, linearScale, logScale, type Scale, shortNumber } from './scale.ts';

/** Colour of a line, by its name in style.ts. */
export type Hue =
  | 'blue'
  | 'orange'
  | 'green'
  | 'purple'
  | 'red'
  | 'teal'
  | 'muted'
  | 'gold'
  | 'pink'
  | 'lime'
  | 'brown';

/** One line of a chart. */
export interface Series {
  readonly name: string;
  readonly hue: Hue;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Lower and upper edge of a band around the line. */
  readonly band?: { readonly low: readonly number[]; readonly high: readonly number[] };
  readonly dashed?: boolean;
  /** Draws the values faintly and a running mean boldly. */
  readonly smooth?: boolean;
  /** What the legend calls it; lines of one colour and one such name are one entry. */
  readonly legend?: string;
  /** Draws points instead of a line; x must ascend all the same. */
  readonly dots?: boolean;
}

/** A horizontal reference line with its label. */
export interface Rule {
  readonly y: number;
  readonly label: string;
  readonly hue: Hue;
}

/** What a line chart shows. */
export interface ChartSpec {
  readonly title: string;
  readonly note?: string;
  readonly xLabel: string;
  readonly series: readonly Series[];
  readonly rules?: readonly Rule[];
  /** A vertical line with its label. */
  readonly mark?: { readonly x: number; readonly label: string };
  readonly log?: boolean;
  /** Values the y axis must include. */
  readonly include?: readonly number[];
}

const WIDTH = 560;
const HEIGHT = 300;
const LEFT = 52;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 36;
const MAX_POINTS = 600;

/** The chart as a `<figure>` with legend, SVG and hover data. */
export function lineChart(spec: ChartSpec): string {
  const series = spec.series.map((s) => thin(s, spec.log === true)).filter((s) => s.x.length > 0);
  if (series.length === 0) {
    return `<figure class="card chart"><figcaption><b>${escapeHtml(spec.title)}</b></figcaption><p class="empty">no values</p></figure>`;
  }
  const x = linearScale(...extentOf(series.flatMap((s) => [s.x[0]!, s.x[s.x.length - 1]!])), { round: false });
  const y = yScale(spec, series);
  const px = (v: number): number => LEFT + x.at(v) * (WIDTH - LEFT - RIGHT);
  const py = (v: number): number =>
    HEIGHT - BOTTOM - Math.min(1.02, Math.max(-0.02, y.at(v))) * (HEIGHT - TOP - BOTTOM);
  const body = [
    axes(x, y, px, py, spec.xLabel),
    spec.mark === undefined ? '' : markMarkup(spec.mark, px),
    ...series.map((s) => seriesMarkup(s, px, py, spec.log === true)),
    ...(spec.rules ?? []).map((r) => ruleMarkup(r, py)),
    `<g class="cursor" hidden=""><line y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>${series.map((s) => `<circle r="3.5" class="fill-${s.hue}"/>`).join('')}</g>`,
  ];
  const keys = new Set(
    series.map((s) => `<span class="key"><i class="bg-${s.hue}"></i>${escapeHtml(s.legend ?? s.name)}</span>`),
  );
  const legend = series.length > 1 ? [...keys].join('') : '';
  const hover = {
    left: LEFT,
    right: WIDTH - RIGHT,
    xLabel: spec.xLabel,
    series: series.map((s) => ({
      name: s.name,
      hue: s.hue,
      x: s.x,
      y: s.y.map((v) => shortNumber(v)),
      px: s.x.map((v) => round(px(v))),
      py: (s.smooth === true ? runningMean(s.y, spec.log === true) : s.y).map((v) => round(py(v))),
    })),
  };
  return (
    `<figure class="card chart"><figcaption><b>${escapeHtml(spec.title)}</b>${spec.note === undefined ? '' : `<small>${spec.note}</small>`}` +
    `<span class="legend">${legend}</span></figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(spec.title)}">${body.join('')}</svg>` +
    `<div class="tip" hidden></div><script type="application/json">${scriptJson(hover)}</script></figure>`
  );
}

function round(v: number): number {
  return Math.round(v * 10) / 10;
}

/** Drops values that cannot be drawn, then averages neighbours until at most MAX_POINTS remain. */
function thin(s: Series, log: boolean): Series {
  const keep = s.x
    .map((_, i) => i)
    .filter((i) => Number.isFinite(s.x[i]!) && Number.isFinite(s.y[i]!) && (!log || s.y[i]! > 0));
  const size = Math.max(1, Math.ceil(keep.length / MAX_POINTS));
  const groups = Array.from({ length: Math.ceil(keep.length / size) }, (_, g) => keep.slice(g * size, (g + 1) * size));
  const mean = (values: readonly number[]): number[] => groups.map((g) => meanOf(g.map((i) => values[i]!)));
  const band = s.band === undefined ? {} : { band: { low: mean(s.band.low), high: mean(s.band.high) } };
  return { ...s, x: groups.map((g) => s.x[g[g.length - 1]!]!), y: mean(s.y), ...band };
}

/** The mean; of parts where the sum of finite numbers is too large for one. */
function meanOf(values: readonly number[]): number {
  const sum = values.reduce((a, b) => a + b, 0);
  return Number.isFinite(sum) ? sum / values.length : values.reduce((a, b) => a + b / values.length, 0);
}

/** Mean over a centred window of about 4 % of the points; of logarithms on a logarithmic axis. */
function runningMean(y: readonly number[], log: boolean): number[] {
  const half = Math.round(y.length * 0.02);
  const values = log ? y.map(Math.log) : y;
  return y.map((_, i) => {
    // The window shrinks at both ends so that it stays centred.
    const reach = Math.min(half, i, y.length - 1 - i);
    const mean = meanOf(values.slice(i - reach, i + reach + 1));
    return log ? Math.exp(mean) : mean;
  });
}

function yScale(spec: ChartSpec, series: readonly Series[]): Scale {
  const drawn = series.flatMap((s) => [s.y, s.band?.low ?? [], s.band?.high ?? []]);
  const values = [...drawn, (spec.rules ?? []).map((r) => r.y), spec.include ?? []].flat();
  const usable = values.filter((v) => Number.isFinite(v) && (spec.log !== true || v > 0));
  const [low, high] = extentOf(usable);
  return spec.log === true ? logScale(low, high) : linearScale(low, high);
}

function axes(x: Scale, y: Scale, px: (v: number) => number, py: (v: number) => number, xLabel: string): string {
  const bottom = HEIGHT - BOTTOM;
  const horizontal = y.ticks.map((t) => {
    const at = round(py(t));
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${shortNumber(t)}</text>`;
  });
  const vertical = x.ticks.map(
    (t) => `<text x="${round(px(t))}" y="${bottom + 17}" text-anchor="middle">${shortNumber(t)}</text>`,
  );
  const label = `<text class="label" x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${escapeHtml(xLabel)}</text>`;
  return `${horizontal.join('')}<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>${vertical.join('')}${label}`;
}

function ruleMarkup(rule: Rule, py: (v: number) => number): string {
  const at = round(py(rule.y));
  const text = at < TOP + 16 ? at + 13 : at - 5;
  return (
    `<line class="rule stroke-${rule.hue}" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at}" y2="${at}"/>` +
    `<text class="rule-label fill-${rule.hue}" x="${WIDTH - RIGHT}" y="${text}" text-anchor="end">${escapeHtml(rule.label)}</text>`
  );
}

function markMarkup(mark: { x: number; label: string }, px: (v: number) => number): string {
  const at = round(px(mark.x));
  const left = at > WIDTH * 0.7;
  return (
    `<line class="mark" x1="${at}" x2="${at}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>` +
    `<text class="rule-label" x="${left ? at - 6 : at + 6}" y="${TOP + 10}" text-anchor="${left ? 'end' : 'start'}">${escapeHtml(mark.label)}</text>`
  );
}

function seriesMarkup(s: Series, px: (v: number) => number, py: (v: number) => number, log: boolean): string {
  const points = (y: readonly number[]): string => y.map((v, i) => `${round(px(s.x[i]!))},${round(py(v))}`).join(' ');
  const parts: string[] = [];
  if (s.band !== undefined) {
    const upper = points(s.band.high);
    const lower = points(s.band.low).split(' ').reverse().join(' ');
    parts.push(`<polygon class="band fill-${s.hue}" points="${upper} ${lower}"/>`);
  }
  if (s.dots === true) {
    return s.x
      .map((x, i) => `<circle class="fill-${s.hue}" r="4" cx="${round(px(x))}" cy="${round(py(s.y[i]!))}"/>`)
      .join('');
  }
  if (s.smooth === true) parts.push(`<polyline class="faint stroke-${s.hue}" points="${points(s.y)}"/>`);
  const line = s.smooth === true ? runningMean(s.y, log) : s.y;
  parts.push(`<polyline class="line stroke-${s.hue}${s.dashed === true ? ' dashed' : ''}" points="${points(line)}"/>`);
  return parts.join('');
}
