// Surprise along clips: prediction error of the world model when something impossible happens.

import type { Part, SurpriseCurve, SurpriseFile } from '../../run/index.ts';
import type { OtherResult } from '../../run/node.ts';
import { type Hue, lineChart, type Series } from '../chart.ts';
import { absent, escapeHtml, section } from '../html.ts';
import { shortNumber } from '../scale.ts';
import { otherResults } from './others.ts';

const LEAD =
  'Distance between the predicted and the observed next embedding. At the marked step the world does what it cannot; a ' +
  'model that understood the world is surprised by it. AUC: perturbed clips against clean ones by their largest surprise; p: ' +
  'paired t-test of the same.';

/** The section with one chart per perturbation, each beside the clean clips. */
export function surpriseSection(
  surprise: Part<SurpriseFile>,
  others: readonly Part<OtherResult<SurpriseFile>>[] = [],
  byRecipe: boolean = true,
): string {
  const title = 'Surprise at the impossible';
  const own = surprise.ok
    ? surpriseCharts(surprise.value)
    : absent(surprise.why, byRecipe ? 'It is written by <code>jepa eval RUN</code>.' : '');
  return section('surprise', title, LEAD, own + otherResults(others, surpriseCharts));
}

function surpriseCharts(file: SurpriseFile): string {
  const { clean, perturbations, perturbedAt, clips, band, leftOut = [] } = file;
  const hues: readonly Hue[] = ['red', 'purple', 'orange', 'teal', 'blue', 'pink'];
  const charts = perturbations.map((p, i) =>
    lineChart({
      title: p.name,
      note: `AUC <b>${p.auc.toFixed(3)}</b>${p.p === undefined ? '' : `, p ${shortNumber(p.p)}`}, ${clips} clips${band === undefined ? '' : `, band ${escapeHtml(band)}`}`,
      xLabel: 'step',
      include: [0],
      mark: { x: perturbedAt, label: p.name },
      series: [curve('clean', 'muted', clean), curve(p.name, hues[i % hues.length]!, p.curve)],
    }),
  );
  const said = [
    ...perturbations.flatMap(({ name, about }) => (about === undefined ? [] : [`${name}: ${about}`])),
    ...leftOut.map(({ name, why }) => `${name} is left out: ${why}.`),
  ];
  const notes = said.map((line) => `<p class="after">${escapeHtml(line)}</p>`).join('');
  return `<div class="charts">${charts.join('')}</div>${notes}`;
}

function curve(name: string, hue: Hue, { mean, low, high }: SurpriseCurve): Series {
  const band = low === undefined || high === undefined ? {} : { band: { low, high } };
  return { name, hue, x: mean.map((_, i) => i), y: mean, ...band };
}
