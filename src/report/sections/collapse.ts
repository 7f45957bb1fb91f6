// The collapse meter: whether the embedding spreads over its dimensions or shrinks to a point.

import { SIGREG_COLLAPSED_PER_SAMPLE, SIGREG_GAUSSIAN } from '../../measure/index.ts';
import type { EmbeddingFile, Instruments, MetricsLine, Part, RunFile } from '../../run/index.ts';
import { lineChart, type Rule } from '../chart.ts';
import { absent, escapeHtml, section } from '../html.ts';
import { shortNumber } from '../scale.ts';
import { leaves } from './configuration.ts';
import { seriesOf } from './training.ts';

const LEAD =
  'A falling loss does not show that anything was learnt: a constant embedding is perfectly predictable. These instruments do. ' +
  'SIGReg is 1.0525 for a standard normal embedding and 0.40205 N for a collapsed one.';

/** The section with the collapse instruments. */
export function collapseSection(
  metrics: Part<readonly MetricsLine[]>,
  embedding: Part<EmbeddingFile>,
  run?: Part<RunFile>,
): string {
  const title = 'Is the embedding healthy?';
  if (!metrics.ok) return section('collapse', title, LEAD, absent(metrics.why, ''));
  const lines = metrics.value;
  const latest: Instruments = {};
  for (const { instruments } of lines) Object.assign(latest, instruments);
  const known = Object.keys(latest).length > 0;
  if (!known) return section('collapse', title, LEAD, unmeasured(lines, run));
  return section(
    'collapse',
    title,
    LEAD,
    `${meter(latest)}<div class="charts">${charts(lines, latest)}${embedding.ok ? deviationChart(embedding.value.deviations) : ''}</div>`,
  );
}

/** Why there is nothing to see: no measurement was due, or the training was given none to make. */
function unmeasured(lines: readonly MetricsLine[], run: Part<RunFile> | undefined): string {
  const last = lines[lines.length - 1]!.step;
  const every = run?.ok === true ? instrumentsEvery(run.value.config) : undefined;
  const why =
    every !== undefined && every > last
      ? `They are measured every ${every} steps, and this run logged ${last}: see train.instrumentsEvery.`
      : 'The training was given none to measure. Those of a vector are not measured where the embedding of a frame is a map of tokens, of which they say nothing.';
  return absent(
    `No collapse instrument was measured in this run: none of the ${lines.length} lines of metrics.jsonl holds any.`,
    escapeHtml(why),
  );
}

/** Steps between measurements, where the configuration has them. */
function instrumentsEvery(config: unknown): number | undefined {
  const found = leaves(config, '').find(([path]) => path === 'train.instrumentsEvery')?.[1];
  const every = Number(found);
  return Number.isFinite(every) ? every : undefined;
}

/** A horizontal scale from the null value to the collapse value, with a needle at the last value. */
function meter({ sigreg, samples }: Instruments): string {
  if (sigreg === undefined || samples === undefined) return '';
  const collapsed = SIGREG_COLLAPSED_PER_SAMPLE * samples;
  const [low, high] = [SIGREG_GAUSSIAN / 1.6, collapsed * 1.6];
  const at = (v: number): number =>
    100 * Math.min(1, Math.max(0, Math.log(Math.max(v, 1e-9) / low) / Math.log(high / low)));
  // Halfway on the logarithmic scale between the two lines is already a bad sign.
  const share = Math.log(sigreg / SIGREG_GAUSSIAN) / Math.log(collapsed / SIGREG_GAUSSIAN);
  const verdict = share < 0.35 ? ['good', 'spread out'] : share < 0.65 ? ['warn', 'narrowing'] : ['bad', 'collapsing'];
  const tick = (v: number, label: string): string =>
    `<span class="tick" style="left:${at(v)}%"><b>${shortNumber(v)}</b>${label}</span>`;
  return (
    `<div class="card meter"><h3>SIGReg at the last step: ${shortNumber(sigreg)} <span class="badge ${verdict[0]}">${verdict[1]}</span></h3>` +
    `<div class="gauge"><i style="left:${at(sigreg)}%"></i></div>` +
    `<div class="ticks">${tick(SIGREG_GAUSSIAN, 'standard normal')}${tick(collapsed, `collapsed, N = ${samples}`)}</div></div>`
  );
}

function charts(lines: readonly MetricsLine[], latest: Instruments): string {
  const out: string[] = [];
  const some = (pick: (i: Instruments) => number | undefined): boolean =>
    lines.some((l) => pick(l.instruments ?? {}) !== undefined);
  if (some((i) => i.sigreg)) {
    const rules: Rule[] = [{ y: SIGREG_GAUSSIAN, label: 'standard normal 1.0525', hue: 'green' }];
    if (latest.samples !== undefined) {
      const y = SIGREG_COLLAPSED_PER_SAMPLE * latest.samples;
      rules.push({ y, label: `collapsed ${shortNumber(y)}`, hue: 'red' });
    }
    const series = [seriesOf(lines, 'SIGReg', 'blue', (l) => l.instruments?.sigreg, true)];
    out.push(lineChart({ title: 'SIGReg', note: 'log scale', xLabel: 'step', log: true, rules, series }));
  }
  if (some((i) => i.effectiveRank)) {
    const rules: Rule[] =
      latest.dim === undefined ? [] : [{ y: latest.dim, label: `${latest.dim} dimensions`, hue: 'muted' }];
    const series = [seriesOf(lines, 'effective rank', 'purple', (l) => l.instruments?.effectiveRank)];
    out.push(lineChart({ title: 'Effective rank', xLabel: 'step', include: [0], rules, series }));
  }
  if (some((i) => i.pooledStd)) {
    const series = [
      seriesOf(lines, 'mean', 'teal', (l) => l.instruments?.pooledStd),
      seriesOf(lines, 'least spread dimension', 'red', (l) => l.instruments?.minStd),
    ];
    const rules: Rule[] = [{ y: 1, label: 'standard normal', hue: 'green' }];
    out.push(lineChart({ title: 'Standard deviation of the dimensions', xLabel: 'step', include: [0], rules, series }));
  }
  if (some((i) => i.unexplained)) {
    out.push(
      lineChart({
        title: 'What the predictor misses',
        note: 'log scale',
        xLabel: 'step',
        log: true,
        rules: [{ y: 1, label: 'as bad as the mean, or as repeating the last', hue: 'muted' }],
        series: [
          seriesOf(lines, 'unexplained variance', 'orange', (l) => l.instruments?.unexplained, true),
          seriesOf(lines, 'error against copying', 'teal', (l) => l.instruments?.copyLastRatio, true),
        ],
      }),
    );
  }
  return out.join('');
}

function deviationChart(deviations: readonly number[]): string {
  const sorted = [...deviations].sort((a, b) => b - a);
  return lineChart({
    title: 'Deviation of each dimension',
    note: escapeHtml(`held-out frames, ${sorted.length} dimensions, largest first`),
    xLabel: 'dimension',
    include: [0],
    rules: [{ y: 1, label: 'standard normal', hue: 'green' }],
    series: [{ name: 'deviation', hue: 'teal', x: sorted.map((_, i) => i + 1), y: sorted }],
  });
}
