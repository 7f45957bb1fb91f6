// What a linear map can read out of the frozen embedding: a table, and true against predicted values.

import { absent, escapeHtml, section } from '../html.ts';
import type { Part } from '../read.ts';
import { linearScale, shortNumber } from '../scale.ts';
import type { ProbeFile, ProbeSample } from '../schema.ts';

const LEAD =
  'The encoder never saw a coordinate. A probe is fitted on the frozen embedding of training episodes; points are frames of ' +
  'held-out episodes, and lie on the diagonal when the probe is right.';
const SIZE = 300;
const PAD = 40;

/** The section with the probe table and scatter. */
export function probeSection(probe: Part<ProbeFile>): string {
  const title = 'What the embedding knows';
  if (!probe.ok)
    return section('probe', title, LEAD, absent(probe.why, 'It is written by <code>jepa eval RUN</code>.'));
  const { probes, sample } = probe.value;
  const rows = probes
    .flatMap((p) =>
      p.dimensions.map(
        (d) =>
          `<tr><td>${escapeHtml(p.target)} ${escapeHtml(d.name)}</td><td>${escapeHtml(p.kind)}</td><td><b>${d.r.toFixed(4)}</b></td>` +
          `<td>${d.r2.toFixed(4)}</td><td>${p.samples ?? ''}</td></tr>`,
      ),
    )
    .join('');
  const table =
    `<div class="card scroll"><table><thead><tr><th>target</th><th>probe</th><th>Pearson r</th><th>R²</th><th>samples</th></tr></thead>` +
    `<tbody>${rows}</tbody></table></div>`;
  const plots =
    sample === undefined
      ? absent('evals/probe.json holds no sample of predictions.', '')
      : sample.names.map((name, d) => scatter(sample, name, d)).join('');
  return section('probe', title, LEAD, `<div class="charts probe">${plots}${table}</div>`);
}

function scatter(sample: ProbeSample, name: string, d: number): string {
  const pairs = sample.truth
    .map((row, i) => [row[d], sample.predicted[i]?.[d]] as const)
    .filter((p): p is readonly [number, number] => Number.isFinite(p[0]) && Number.isFinite(p[1]));
  const all = pairs.flat();
  const scale = linearScale(Math.min(...all), Math.max(...all));
  const at = (v: number): number => Math.round((PAD + scale.at(v) * (SIZE - PAD - 12)) * 10) / 10;
  const up = (v: number): number => Math.round((SIZE - at(v)) * 10) / 10;
  const ticks = scale.ticks
    .map(
      (t) =>
        `<line class="grid" x1="${PAD}" x2="${SIZE - 12}" y1="${up(t)}" y2="${up(t)}"/>` +
        `<text x="${PAD - 6}" y="${up(t) + 4}" text-anchor="end">${shortNumber(t)}</text>` +
        `<text x="${at(t)}" y="${SIZE - PAD + 16}" text-anchor="middle">${shortNumber(t)}</text>`,
    )
    .join('');
  const dots = pairs.map(([x, y]) => `M${at(x)} ${up(y)}h0`).join('');
  const unit = sample.unit === undefined ? '' : `, ${escapeHtml(sample.unit)}`;
  return (
    `<figure class="card chart square"><figcaption><b>${escapeHtml(sample.target)} ${escapeHtml(name)}</b>` +
    `<small>${escapeHtml(sample.kind)} probe, ${pairs.length} held-out frames${unit}</small></figcaption>` +
    `<svg viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label="true against predicted ${escapeHtml(name)}">${ticks}` +
    `<line class="rule stroke-muted" x1="${at(scale.low)}" y1="${up(scale.low)}" x2="${at(scale.high)}" y2="${up(scale.high)}"/>` +
    `<path class="dots" d="${dots}"/>` +
    `<text class="label" x="${SIZE - 12}" y="${SIZE - 6}" text-anchor="end">true ${escapeHtml(name)}</text>` +
    `<text class="label" x="${PAD + 6}" y="9">predicted ${escapeHtml(name)}</text></svg></figure>`
  );
}
