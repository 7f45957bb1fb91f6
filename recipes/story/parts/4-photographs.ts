// Part 4: what an encoder that was trained by prediction in embedding space says about a photograph, patch by patch.

import { fitTokenPca, patchSimilarity, pcaImage } from '../../../src/measure/index.ts';
import { blendImages, type Canvas, heatImage, resizeBilinear, resizeNearest } from '../../../src/raster/index.ts';
import { encodePng } from '../../../src/raster/node.ts';
import { escapeHtml } from '../../../src/report/index.ts';
import { hoverPhoto, hoverScript } from '../hover.ts';
import type { PartContext, PartOutcome, StoryPart } from '../part.ts';
import { type PhotoTokens, pretrainedTokens, readPhotograph, tiledTokens } from '../photograph.ts';

/** Mean over patches of the cosine with a neighbour to the right, and with a patch half a picture away. */
function locality({ tokens, columns }: PhotoTokens): { readonly near: number; readonly far: number } {
  const { rows } = tokens;
  let [near, far] = [0, 0];
  const step = Math.max(1, Math.floor(rows / 64));
  let count = 0;
  for (let patch = 0; patch < rows; patch += step) {
    if (patch % columns === columns - 1) continue;
    const cosines = patchSimilarity(tokens, patch);
    near += cosines[patch + 1]!;
    far += cosines[(patch + Math.floor(rows / 2) + Math.floor(columns / 2)) % rows]!;
    count++;
  }
  return { near: near / count, far: far / count };
}

async function one(
  context: PartContext,
  name: string,
  of: Promise<PhotoTokens>,
  photo: Awaited<ReturnType<typeof readPhotograph>>,
): Promise<PartOutcome> {
  const found = await of;
  const { tokens, columns, encoder } = found;
  const rows = tokens.rows / columns;
  const middle = Math.floor(rows / 2) * columns + Math.floor(columns / 2);
  const [width, height] = [448, Math.round((448 * photo.height) / photo.width)];
  const large = resizeBilinear(photo, width, height);
  const over = (small: Canvas, alpha: number): Buffer => {
    const picture = blendImages(large, resizeNearest(small, width, height), alpha);
    return encodePng(picture.pixels, width, height);
  };
  const pca = context.figure(
    `photograph-${name}-components.png`,
    over(pcaImage(fitTokenPca([tokens]), tokens, columns), 0.8),
    `${encoder}: three principal components of the patch tokens as colours`,
  );
  context.figure(
    `photograph-${name}-similarity.png`,
    over(heatImage(patchSimilarity(tokens, middle), columns), 0.7),
    `${encoder}: similarity to the middle patch`,
  );
  const { near, far } = locality(found);
  const html =
    `<h3>${escapeHtml(encoder)}</h3>` +
    hoverPhoto(
      photo,
      tokens,
      columns,
      middle,
      `${encoder}: move the pointer; light patches are like the one under it`,
    ) +
    `<p>Three principal components of the tokens as red, green and blue:</p>${pca}` +
    `<p>Mean cosine of a patch with its neighbour ${near.toFixed(2)}, with a patch half a picture away ${far.toFixed(2)}.</p>`;
  return { html, metrics: { [`photograph.${name}.near`]: near, [`photograph.${name}.far`]: far } };
}

const MISSING =
  '<p>No photograph was given, so this part is empty. Give one, and an encoder: ' +
  '<code>npx jepa story --set photograph.image=photo.jpg --set photograph.trained=runs/cifar10-lejepa-seed0</code>, or a ' +
  'DINOv2 or DINOv3 checkpoint with <code>--set photograph.pretrained=FOLDER</code>.</p>';

/** Part 4. */
export const photographs: StoryPart = {
  id: '4-photographs',
  title: '4. A production encoder',
  lead:
    'Encoders of photographs are trained on the same argument. Their tokens say which parts of a picture belong together, ' +
    'though nobody ever told them: point at one patch, and what is like it lights up.',
  jobs: () => [],
  async run(context) {
    const { image, pretrained, trained } = context.config.photograph;
    if (image === null) return { html: MISSING, metrics: {} };
    const photo = await readPhotograph(image);
    const outcomes: PartOutcome[] = [];
    if (pretrained !== null)
      outcomes.push(await one(context, 'pretrained', pretrainedTokens(photo, pretrained), photo));
    if (trained !== null) outcomes.push(await one(context, 'trained', tiledTokens(photo, trained, context.log), photo));
    if (outcomes.length === 0) return { html: MISSING.replace('No photograph', 'No encoder'), metrics: {} };
    return {
      html: outcomes.map((o) => o.html).join('') + hoverScript,
      metrics: Object.assign({}, ...outcomes.map((o) => o.metrics)) as Record<string, number>,
    };
  },
};
