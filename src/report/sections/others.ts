// Results of an evaluation that were made with other settings than those of the run, below the run's own.

import { originWords, type Part } from '../../run/index.ts';
import type { OtherResult } from '../../run/node.ts';
import { absent, escapeHtml } from '../html.ts';

/** A block for each result: its settings, its command, and what `draw` makes of it. */
export function otherResults<T>(others: readonly Part<OtherResult<T>>[], draw: (value: T) => string): string {
  return others
    .map((part) => {
      if (!part.ok) return absent(part.why, '');
      const { origin, value } = part.value;
      const said = `<small>${escapeHtml(originWords(origin).join(', '))}</small>`;
      const how = `<p class="after"><code>${escapeHtml(origin.command)}</code></p>`;
      return `<div class="other"><h3>With other settings${said}</h3>${draw(value)}${how}</div>`;
    })
    .join('');
}
