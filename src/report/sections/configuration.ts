// The complete configuration as dotted paths, which are also what `--set` takes, and every metric of the run.

import type { Part, RunFile } from '../../run/index.ts';
import { escapeHtml, section } from '../html.ts';
import { shortNumber } from '../scale.ts';

/** The section with command, configuration and metrics; what is known to be changed from the recipe stands first, and open. */
export function configurationSection(run: Part<RunFile>): string {
  if (!run.ok) return '';
  const { command, config, changed, metrics } = run.value;
  const parts = [
    command === undefined ? '' : `<pre class="card command">${escapeHtml(command)}</pre>`,
    details(
      'Metrics',
      Object.entries(metrics ?? {}).map(([k, v]) => [k, shortNumber(v)]),
    ),
    ...configurationParts(leaves(config, ''), changed),
  ];
  return section('again', 'Run it again', 'Everything that made this result.', parts.join(''));
}

function configurationParts(all: readonly (readonly [string, string])[], changed?: readonly string[]): string[] {
  if (changed === undefined) return [details('Configuration', all)];
  const own = all.filter(([path]) => changed.includes(path));
  const rest = all.filter(([path]) => !changed.includes(path));
  const same = own.length === 0 ? '<p class="after">Every setting is as the recipe has it.</p>' : '';
  return [details('Changed settings', own, true), same, details('Settings as in the recipe', rest)];
}

function details(title: string, rows: readonly (readonly [string, string])[], open = false): string {
  if (rows.length === 0) return '';
  const body = rows.map(([k, v]) => `<tr><td>${escapeHtml(k)}</td><td>${escapeHtml(v)}</td></tr>`).join('');
  return `<details class="card"${open ? ' open' : ''}><summary>${title} <small>${rows.length}</small></summary><table class="plain">${body}</table></details>`;
}

/** Dotted paths of all values that are not objects, with the values as JSON. */
export function leaves(value: unknown, path: string): (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return path === '' ? [] : [[path, JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}
