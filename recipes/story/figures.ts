// Pictures of the story: frames, strips, animations, correlation matrices and points in a plane, and a chart as a file of
// its own.

import {
  type Canvas,
  type Color,
  drawImage,
  drawText,
  filledCanvas,
  fillRect,
  pixelsOf,
} from '../../src/raster/index.ts';
import { animatedGif, encodePng } from '../../src/raster/node.ts';
import { escapeHtml } from '../../src/report/index.ts';

const PAPER: Color = [250, 250, 248];
const INK: Color = [70, 76, 88];
const GAP = 6;
const LABEL = 14;

/** A picture with values 0 to 1, [size, size], in shades of grey. */
export function greyPicture(values: ArrayLike<number>, size: number): Canvas {
  const out = filledCanvas(size, size, [0, 0, 0]);
  for (let i = 0; i < size * size; i++)
    out.pixels.fill(Math.round(255 * Math.min(1, Math.max(0, values[i]!))), 3 * i, 3 * i + 3);
  return out;
}

/** Labelled rows of pictures of one size; a row's label stands above its first picture. */
export function pictureGrid(
  rows: readonly { readonly label: string; readonly pictures: readonly Canvas[] }[],
  scale: number,
): Canvas {
  const { width, height } = rows[0]!.pictures[0]!;
  const columns = Math.max(...rows.map((row) => row.pictures.length));
  const out = filledCanvas(
    columns * (width * scale + GAP) + GAP,
    rows.length * (height * scale + GAP + LABEL) + GAP,
    PAPER,
  );
  rows.forEach(({ label, pictures }, r) => {
    const top = GAP + r * (height * scale + GAP + LABEL);
    drawText(out, label, GAP, top, 2, INK);
    pictures.forEach((picture, c) => {
      drawImage(out, picture, GAP + c * (width * scale + GAP), top + LABEL, scale);
    });
  });
  return out;
}

/** Labelled pictures side by side, each under its own label. */
export function labelledPictures(
  items: readonly { readonly label: string; readonly picture: Canvas }[],
  scale: number,
): Canvas {
  const { width, height } = items[0]!.picture;
  const out = filledCanvas(items.length * (width * scale + GAP) + GAP, height * scale + 2 * GAP + LABEL, PAPER);
  items.forEach(({ label, picture }, i) => {
    const left = GAP + i * (width * scale + GAP);
    drawText(out, label, left, GAP, 2, INK);
    drawImage(out, picture, left, GAP + LABEL, scale);
  });
  return out;
}

/** A matrix [d, d] of correlations: white 0, red 1, blue -1. */
export function correlationPicture(values: readonly number[], d: number): Canvas {
  const out = filledCanvas(d, d, [255, 255, 255]);
  values.forEach((v, i) => {
    const plus = Math.min(1, Math.max(0, v));
    const minus = Math.min(1, Math.max(0, -v));
    out.pixels.set([255 * (1 - minus), 255 * (1 - plus - minus), 255 * (1 - plus)].map(Math.round), 3 * i);
  });
  return out;
}

/** Points [n, 2] in a square of `size` pixels that shows -limit to limit; the colour runs from the first point to the last. */
export function planePicture(points: ArrayLike<number>, limit: number, size: number): Canvas {
  const out = filledCanvas(size, size, [255, 255, 255]);
  const n = points.length / 2;
  for (let i = 0; i < n; i++) {
    const [x, y] = [0, 1].map((c) => Math.round(((points[2 * i + c]! / limit + 1) / 2) * (size - 8)) + 3) as [
      number,
      number,
    ];
    const t = i / Math.max(1, n - 1);
    fillRect(out, x - 1, size - 2 - y, x + 2, size + 1 - y, [
      Math.round(40 + 190 * t),
      Math.round(95 - 30 * t),
      Math.round(217 - 160 * t),
    ]);
  }
  return out;
}

/** The bytes of a PNG file. */
export function png(picture: Canvas): Uint8Array {
  return encodePng(pixelsOf(picture), picture.width, picture.height);
}

/** The bytes of an animation. */
export function gif(pictures: readonly Canvas[], delayMs: number, hold = 1): Uint8Array {
  return animatedGif(pictures, { delayMs, hold }).bytes;
}

const SVG_STYLE =
  'text{font:12px system-ui,sans-serif;fill:#5d6470}.grid{stroke:#e6e6e2}.axis{stroke:#9aa1ac}.line{fill:none;stroke-width:2;stroke-linejoin:round}' +
  '.faint{fill:none;opacity:.28}.dashed,.rule,.mark{stroke-dasharray:5 4}.mark{stroke:#15171c}.rule-label{font-weight:600}' +
  Object.entries({
    blue: '#2b5fd9',
    orange: '#e0681f',
    green: '#16895a',
    purple: '#7b4fd6',
    red: '#d33a4c',
    teal: '#0d8a94',
    muted: '#9aa1ac',
  })
    .map(([name, colour]) => `.stroke-${name}{stroke:${colour}}.fill-${name}{fill:${colour}}`)
    .join('');

/**
 * A chart of `lineChart` as an SVG file with its own style and legend. The pointer's line and dots stay behind: they need the
 * page's script.
 */
export function chartFile(
  figure: string,
  legend: readonly { readonly name: string; readonly hue: string }[],
): Uint8Array {
  const svg = /<svg viewBox="0 0 (\d+) (\d+)"[^>]*>(.*?)<\/svg>/s.exec(figure);
  const [width, height, whole] = svg === null ? ['560', '300', ''] : [svg[1]!, svg[2]!, svg[3]!];
  const body = whole.replace(/<g class="cursor".*?<\/g>/s, '');
  const keys = legend
    .map(
      ({ name, hue }, i) =>
        `<rect x="${56 + i * 165}" y="-13" width="12" height="4" class="fill-${hue}"/><text x="${72 + i * 165}" y="-7">${escapeHtml(name)}</text>`,
    )
    .join('');
  const text =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -26 ${width} ${Number(height) + 26}" width="${width}">` +
    `<style>${SVG_STYLE}</style><rect y="-26" width="${width}" height="${Number(height) + 26}" fill="#fff"/>${keys}${body}</svg>\n`;
  return new TextEncoder().encode(text);
}
