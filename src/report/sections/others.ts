// Results of an evaluation that were made with other settings than those of the run, below the run's own.

import type { Part } from '../../run/index.ts';
import { absent, escapeHtml } from '../html.ts';
import type { OtherResult } from '../notes.ts';

/** A block for each result: its settings, its command, and what `draw` makes of it. */
export function otherResults<T>(others: readonly Part<OtherResult<T>>[], draw: (value: T) => string): string {
  return others
    .map((part) => {
      if (!part.ok) return absent(part.why, '');
      const { name, settings, command, value } = part.value;
      const said = settings.length === 0 ? `evals/${name}` : settings.join(', ');
      const how = command === undefined ? '' : `<p class="after"><code>${escapeHtml(command)}</code></p>`;
      return `<div class="other"><h3>With other settings<small>${escapeHtml(said)}</small></h3>${draw(value)}${how}</div>`;
    })
    .join('');
}
