// Nearest neighbours and patch maps of the first seed of each row, side by side.

import type { PicturesFile } from '../../run/index.ts';
import { damageOf } from '../damage.ts';
import { escapeHtml, section } from '../html.ts';
import type { Comparison } from './table.ts';

const image = (uri: string, title: string, same = false): string =>
  `<img src="${uri}" alt="${escapeHtml(title)}" title="${escapeHtml(title)}"${same ? ' class="same"' : ''}>`;

function panels({ rows }: Comparison, draw: (file: PicturesFile) => string): string {
  const each = rows.map(({ label, group }) => {
    const { pictures, run } = group.runs[0]!;
    const body = pictures.ok ? draw(pictures.value) : `<p class="after">${escapeHtml(pictures.why)}</p>`;
    return `<div class="card panel"><h3>${escapeHtml(label)} <small>seed ${run.seed}</small></h3>${body}</div>`;
  });
  return `<div class="panels">${each.join('')}</div>`;
}

/** Whether a row has such pictures. */
function some({ rows }: Comparison, of: (file: PicturesFile) => readonly unknown[]): boolean {
  return rows.some(({ group }) =>
    group.runs.some(({ pictures }) => (pictures.ok ? of(pictures.value).length > 0 : damageOf(pictures) !== undefined)),
  );
}

/** Test images, each followed by its most similar training images; nothing where no row has them. */
export function neighbourSection(comparison: Comparison): string {
  if (!some(comparison, ({ neighbours }) => neighbours)) return '';
  const body = panels(comparison, ({ neighbours }) =>
    neighbours
      .map(({ query, label, neighbours: near }) => {
        const found = near.map((n) =>
          image(n.image, `${n.label}, cosine ${n.similarity.toFixed(3)}`, n.label === label),
        );
        return `<div class="pictures">${image(query, label)}${found.join('')}</div>`;
      })
      .join(''),
  );
  const lead =
    'Left a test image, then the training images whose features point most nearly the same way. A green frame: the same class.';
  return section('neighbours', 'Nearest neighbours', lead, body);
}

/** Images, their patch tokens as colours, and the similarity to the middle patch; nothing where no row has them. */
export function patchSection(comparison: Comparison): string {
  if (!some(comparison, ({ patches }) => patches)) return '';
  const body = panels(comparison, ({ patches }) =>
    patches.length === 0
      ? '<p class="after">The encoder gives no square of patch tokens.</p>'
      : patches
          .map((p) => {
            const three = [
              image(p.image, 'image'),
              image(p.components, 'principal components'),
              image(p.similarity, 'similarity to the middle patch'),
            ];
            return `<div class="pictures">${three.join('')}</div>`;
          })
          .join(''),
  );
  const lead =
    'The image; its patch tokens, their first three principal components as red, green and blue; and the cosine of each token with the one in the middle. Colours do not carry over from one method to another.';
  return section('patches', 'Patch maps', lead, body);
}
