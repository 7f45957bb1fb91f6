// What a linear map can read out of the frozen embedding: a table, and true against predicted values.

import type { Part, ProbeFile, ProbeResult, ProbeSample } from '../../run/index.ts';
import type { OtherResult } from '../../run/node.ts';
import { absent, escapeHtml, section } from '../html.ts';
import { extentOf, linearScale, shortNumber } from '../scale.ts';
import { otherResults } from './others.ts';

const LEAD =
  'The encoder never saw a coordinate. A probe is fitted on the frozen embedding of training episodes; points are frames of ' +
  'held-out episodes, and lie on the diagonal when the probe is right. MSE is in units of the variance of the target: 1 is what ' +
  'its mean gives.';
const SIZE = 300;
const PAD = 40;

/** The section with the probe table and scatter. */
export function probeSection(
  probe: Part<ProbeFile>,
  others: readonly Part<OtherResult<ProbeFile>>[] = [],
  byRecipe: boolean = true,
): string {
  const title = 'What the embedding knows';
  const below = otherResults(others, probeTable);
  if (!probe.ok)
    return section(
      'probe',
      title,
      LEAD,
      absent(probe.why, byRecipe ? 'It is written by <code>jepa eval RUN</code>.' : '') + below,
    );
  const { sample } = probe.value;
  const plots =
    sample === undefined
      ? absent('evals/probe.json holds no sample of predictions.', '')
      : sample.names.map((name, d) => scatter(sample, name, d)).join('');
  return section('probe', title, LEAD, `<div class="charts probe">${plots}${probeTable(probe.value)}</div>${below}`);
}

function probeTable({ probes, leftOut = [] }: ProbeFile): string {
  return (
    `<div class="card scroll"><table><thead><tr><th>target</th><th>probe</th><th>MSE</th><th>Pearson r</th><th>R²</th><th>samples</th></tr></thead>` +
    `<tbody>${probes.map(rows).join('')}</tbody></table>${leftOut.map(({ name, why }) => `<p class="after">${escapeHtml(name)}: ${escapeHtml(why)}.</p>`).join('')}</div>`
  );
}

/** A target's row, and one for each of its coordinates where there are several. */
function rows({ target, kind, samples, r, mse, dimensions }: ProbeResult): string {
  const row = (name: string, of: { r?: number; mse?: number; r2?: number }, count: string, main: boolean): string =>
    `<tr${main ? ' class="main"' : ''}><td>${escapeHtml(name)}</td><td>${escapeHtml(kind)}</td><td>${of.mse === undefined ? '' : shortNumber(of.mse)}</td>` +
    `<td><b>${of.r === undefined ? '' : of.r.toFixed(4)}</b></td><td>${of.r2 === undefined ? '' : of.r2.toFixed(4)}</td><td>${count}</td></tr>`;
  const whole = r !== undefined && mse !== undefined && dimensions.length > 1;
  return [
    ...(whole ? [row(target, { r, mse }, `${samples ?? ''}`, true)] : []),
    ...dimensions.map((d) => row(`${target} ${d.name}`, d, whole ? '' : `${samples ?? ''}`, !whole)),
  ].join('');
}

function scatter(sample: ProbeSample, name: string, d: number): string {
  const pairs = sample.truth
    .map((row, i) => [row[d], sample.predicted[i]?.[d]] as const)
    .filter((p): p is readonly [number, number] => Number.isFinite(p[0]) && Number.isFinite(p[1]));
  const scale = linearScale(...extentOf(pairs.flat()));
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
