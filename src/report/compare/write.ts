// One self-contained page for some runs.

import { writeFileAtomic } from '../../data/node.ts';
import { escapeHtml } from '../html.ts';
import { htmlPage } from '../page.ts';
import { neighbourSection, patchSection } from './pictures.ts';
import { readCompared } from './read.ts';
import {
  alarmSection,
  learningSection,
  lossSection,
  spectrumSection,
  tableSection,
  worldSections,
} from './sections.ts';
import { type Comparison, compareRuns } from './table.ts';

/** The page as text. */
function renderComparison(comparison: Comparison): string {
  const { rows, runs } = comparison;
  const machines = [...new Set(runs.flatMap(({ run }) => run.machine?.cpu ?? []))];
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  const facts = [count(runs.length, 'run'), count(rows.length, 'configuration'), ...machines.map(escapeHtml)];
  const warning =
    machines.length > 1
      ? '<p class="after">The runs come from different machines: their times cannot be compared.</p>'
      : '';
  const header =
    `<header><div class="top"><span class="brand">jepa <em>comparison</em></span>` +
    `<button type="button" id="theme" aria-label="switch between light and dark">◐</button></div>` +
    `<h1>${rows.length === 1 ? escapeHtml(rows[0]!.label) : 'Methods side by side'}</h1>` +
    `<p class="record">${facts.map((f) => `<span>${f}</span>`).join('')}</p>${warning}</header>`;
  const sections = [
    tableSection(comparison),
    worldSections(comparison),
    learningSection(comparison),
    lossSection(comparison),
    spectrumSection(comparison),
    neighbourSection(comparison),
    patchSection(comparison),
    alarmSection(comparison),
  ];
  return htmlPage('comparison', header + sections.join(''));
}

/**
 * Compares run folders and writes the page to `path`, whole or not at all. Errors: those of `readCompared`; `io` when the
 * page cannot be written.
 *
 * @example
 * const { rows } = writeComparison(['runs/cifar10-vicreg-seed0', 'runs/cifar10-random-seed0'], 'compare.html');
 */
export function writeComparison(dirs: readonly string[], path: string): Comparison {
  const comparison = compareRuns(readCompared(dirs));
  writeFileAtomic(path, [new TextEncoder().encode(renderComparison(comparison))]);
  return comparison;
}
