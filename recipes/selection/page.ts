// The page of the experiment: both tables, and accuracy against each score.

import { escapeHtml, type Hue, htmlPage, lineChart } from '../../src/report/index.ts';
import { type Outcome, outcomeRows, rankingRows, type Selection, scores } from './correlate.ts';

const HUES: readonly Hue[] = ['blue', 'teal', 'green', 'gold', 'orange', 'red', 'purple', 'pink', 'brown', 'muted'];

/** The page as text. */
export function selectionPage(outcomes: readonly Outcome[], selection: Selection, exponent: number): string {
  const { configurations, broken } = selection;
  const lead =
    `${configurations} configurations of one small LeJEPA on CIFAR-10${broken > 0 ? `, ${broken} of which diverged and are left out` : ''}. ` +
    'Does the training loss, which sees no label, say which of them has the best features? Spearman is the rank correlation of ' +
    'minus the score with the accuracy; picked is the accuracy of the configuration with the smallest score.';
  const body =
    `<header><div class="top"><span class="brand">jepa <em>selection without labels</em></span>` +
    `<button type="button" id="theme" aria-label="switch between light and dark">◐</button></div>` +
    `<h1>Choosing a model by its loss</h1><p class="lead">${lead}</p></header>` +
    `<section id="rankings"><h2>Rankings</h2>${table(rankingRows(selection))}</section>` +
    `<section id="figures"><h2>Accuracy against score</h2><div class="charts">${figures(outcomes, exponent)}</div></section>` +
    `<section id="outcomes"><h2>Configurations</h2>${table(outcomeRows(outcomes, exponent))}</section>`;
  return htmlPage('selection without labels', body);
}

function table(rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td'): string =>
    `<tr>${cells.map((c) => `<${tag}>${escapeHtml(c)}</${tag}>`).join('')}</tr>`;
  const [head = [], ...body] = rows;
  return `<div class="card scroll"><table>${line(head, 'th')}${body.map((r) => line(r, 'td')).join('')}</table></div>`;
}

function figures(outcomes: readonly Outcome[], exponent: number): string {
  const lambdas = [...new Set(outcomes.map((o) => o.lambda))].sort((a, b) => a - b);
  return scores(exponent)
    .map(({ name, of }) =>
      lineChart({
        title: `k-NN against ${name}`,
        note: 'percent; a colour for each lambda',
        xLabel: `log10 of ${name}`,
        series: lambdas.map((lambda, i) => {
          const points = outcomes
            .flatMap((o) =>
              o.ok && o.lambda === lambda && of(o) > 0 ? [[Math.log10(of(o)), 100 * o.knn] as const] : [],
            )
            .sort((a, b) => a[0] - b[0]);
          return {
            name: `lambda ${lambda}`,
            hue: HUES[i % HUES.length]!,
            x: points.map(([x]) => x),
            y: points.map(([, y]) => y),
            dots: true,
          };
        }),
      }),
    )
    .join('');
}
