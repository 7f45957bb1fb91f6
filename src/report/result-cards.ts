// Cards of results that the control benchmark and the comparison share: a table, and bars of success rates.

import type { Hue } from './chart.ts';
import type { Proportion } from './control/proportion.ts';
import { percentOf, type ResultTable } from './control/tables.ts';
import { escapeHtml } from './html.ts';
import { rateBar } from './rate.ts';

/** A table in a card that scrolls sideways in itself where the page is narrow. */
export function tableCard({ head, rows }: Pick<ResultTable, 'head' | 'rows'>): string {
  const cells = (row: readonly string[], tag: string): string =>
    row.map((c) => `<${tag}>${escapeHtml(c)}</${tag}>`).join('');
  return (
    `<div class="card scroll"><table><thead><tr>${cells(head, 'th')}</tr></thead>` +
    `<tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('')}</tbody></table></div>`
  );
}

/** A row of a card of bars: the name, the bar with its interval, both in percent. */
export function rateRow(name: string, { successes, tasks, rate, interval: [low, high] }: Proportion, hue: Hue): string {
  return (
    `<tr><td>${escapeHtml(name)}</td><td class="wide">${rateBar(successes, tasks, hue)}</td>` +
    `<td><b>${percentOf(rate)} %</b></td><td>${percentOf(low)} to ${percentOf(high)}</td></tr>`
  );
}

/** A card of such rows. */
export function rateCard(title: string, note: string, rows: readonly string[]): string {
  return (
    `<div class="card scroll"><h3>${escapeHtml(title)}<small>${escapeHtml(note)}</small></h3>` +
    `<table><tbody>${rows.join('')}</tbody></table></div>`
  );
}
