// Imagination against reality: how far what was imagined is from what was seen, by how many blocks ahead.

import type { ImaginationFile, Part } from '../../run/index.ts';
import type { OtherResult } from '../../run/node.ts';
import { type Hue, lineChart, type Series } from '../chart.ts';
import { absent, section } from '../html.ts';
import { otherResults } from './others.ts';

const LEAD =
  'From one frame of a held-out episode the model imagines what the recorded actions lead to, predictions fed back, as it does with ' +
  'plans. Standing still is what a model would say that expects nothing to move. What is read off the embedding by a linear probe has ' +
  'an error of its own, shown too.';

/** The section with errors by horizon: of the embedding, and of what is read off it. */
export function imaginationSection(
  imagination: Part<ImaginationFile>,
  others: readonly Part<OtherResult<ImaginationFile>>[] = [],
  byRecipe: boolean = true,
): string {
  const own = imagination.ok
    ? charts(imagination.value)
    : absent(imagination.why, byRecipe ? 'It is written by <code>jepa eval RUN</code>.' : '');
  return section('imagination', 'Imagination against reality', LEAD, own + otherResults(others, charts));
}

function charts({ clips, blocks, imagined, still, targets }: ImaginationFile): string {
  const line = (name: string, hue: Hue, y: readonly number[], dashed = false): Series => ({
    name,
    hue,
    x: blocks,
    y,
    dashed,
  });
  const chart = (title: string, note: string, series: readonly Series[]): string =>
    lineChart({ title, note, xLabel: 'blocks ahead', include: [0], series });
  const share = imagined.map((error, i) => error / still[i]!);
  const last = share.at(-1);
  const embedding = chart(
    'embedding',
    `squared error over that of standing still${last === undefined ? '' : `: <b>${(100 * last).toFixed(0)} %</b> after ${blocks.at(-1)} blocks`}, ${clips} clips`,
    [
      line('imagined', 'blue', share),
      line(
        'standing still',
        'muted',
        share.map(() => 1),
        true,
      ),
    ],
  );
  const read = targets.map((t) =>
    chart(t.name, "root mean squared error, in the world's units", [
      line('imagined', 'blue', t.imagined),
      line('seen', 'green', t.seen, true),
      line('standing still', 'muted', t.still, true),
    ]),
  );
  return `<div class="charts">${[embedding, ...read].join('')}</div>`;
}
