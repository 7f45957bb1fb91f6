// Part 3: predict embeddings instead of pictures; what that buys, what keeps it from collapsing, and what it costs.

import { fold, key } from '../../../src/core/index.ts';
import type { Canvas } from '../../../src/raster/index.ts';
import { lineChart, type Series } from '../../../src/report/index.ts';
import { chartFile, correlationPicture, gif, greyPicture, labelledPictures, planePicture, png } from '../figures.ts';
import { metricsOf } from '../files.ts';
import { captioned, jointMeasures, meanOf, narrow, overSeeds, table } from '../joint-measures.ts';
import { allRows, type JointMeasures } from '../measure.ts';
import { trainedEyes, trainedJoint } from '../models.ts';
import { forSeeds, type PartContext, type StoryPart } from '../part.ts';
import type { EyesName, JointName, ViewsName } from '../variants.ts';
import { variants } from '../variants.ts';
import { ballBatch, ballTransitions } from '../world/transitions.ts';

const ALL_SEEDS: readonly JointName[] = ['jepa-clean', 'jepa-noisy', 'jepa-noisy-fixed', 'jepa-two-frames'];
const ONE_SEED: readonly JointName[] = ['jepa-two-frames-clean', 'jepa-sigreg'];
const COLLAPSE: readonly ViewsName[] = ['collapse-naive', 'collapse-barlow', 'collapse-sigreg'];

const LABELS: Readonly<Partial<Record<JointName, string>>> = {
  'jepa-clean': 'VICReg, clean',
  'jepa-noisy': 'VICReg, distractors drawn anew',
  'jepa-noisy-fixed': 'VICReg, distractors stored once per pair',
  'jepa-two-frames': 'VICReg, two frames, distractors drawn anew',
  'jepa-two-frames-clean': 'VICReg, two frames, clean',
  'jepa-sigreg': 'SIGReg, clean',
};

/** Pictures, the next ones, and what a decoder draws from the predicted embeddings. */
async function eyesFilm(context: PartContext, eyes: EyesName, seed: number): Promise<Canvas[]> {
  const { config, out, runtime } = context;
  const { world } = config;
  const { of } = variants[eyes];
  const model = await trainedJoint(config, out, { variant: of, seed }, runtime);
  const decode = await trainedEyes(config, out, { variant: eyes, seed }, runtime);
  const frames = 20;
  const episode = ballTransitions(world, frames, fold(key(7), 'film'));
  const view = { frames: 1, noise: variants[of].noise } as const;
  const { now, next } = ballBatch(episode, allRows(frames), view, fold(key(7), 'film-noise'));
  const drawn = await decode(await model.predict(await model.embed(now)));
  const pixels = world.size * world.size;
  const picture = (data: Float32Array, t: number): Canvas =>
    greyPicture(data.subarray(t * pixels, (t + 1) * pixels), world.size);
  return Array.from({ length: frames }, (_, t) =>
    labelledPictures(
      [
        { label: 'now', picture: picture(now, t) },
        { label: 'next', picture: picture(next, t) },
        { label: 'decoded', picture: picture(drawn, t) },
      ],
      Math.max(1, Math.floor(128 / world.size)),
    ),
  );
}

interface Snapshot {
  readonly step: number;
  readonly plane: readonly number[];
  readonly correlation: readonly number[];
  readonly deviation: number;
  readonly rankMe: number;
  readonly sigreg: number;
}

function snapshots(context: PartContext, variant: ViewsName): Snapshot[] {
  return metricsOf(context.out, { variant, seed: context.seeds[0]! }).flatMap(({ step, instruments }) =>
    instruments === undefined ? [] : [{ step, ...instruments } as unknown as Snapshot],
  );
}

/** Mean diagonal and root mean square off the diagonal of a correlation matrix [d, d]. */
function diagonalAndRest(c: readonly number[], d: number): readonly [number, number] {
  let [diagonal, rest] = [0, 0];
  c.forEach((v, i) => {
    if (i % (d + 1) === 0) diagonal += v / d;
    else rest += v * v;
  });
  return [diagonal, Math.sqrt(rest / (d * (d - 1)))];
}

/** The collapse demonstration: animation, matrices and table. */
function collapseHtml(context: PartContext): { readonly html: string; readonly metrics: Record<string, number> } {
  const d = context.config.networks.dim;
  const all = COLLAPSE.map((name) => ({ name, label: name.replace('collapse-', ''), shots: snapshots(context, name) }));
  const count = Math.min(...all.map((a) => a.shots.length));
  // Barlow Twins does not care about scale, so every run has limits of its own: the largest it ever reaches.
  const limits = all.map(({ shots }) => 1.05 * Math.max(1e-9, ...shots.flatMap((s) => s.plane.map(Math.abs))));
  const pictures = Array.from({ length: count }, (_, t) =>
    labelledPictures(
      all.map(({ label, shots }, i) => ({
        label: `${label} ${shots[t]!.step}`,
        picture: planePicture(shots[t]!.plane, limits[i]!, 190),
      })),
      1,
    ),
  );
  const animation = context.figure(
    'collapse.gif',
    gif(pictures, 200, 8),
    'principal components of the embeddings during training',
  );
  const times = [0, Math.floor(count / 4), Math.floor(count / 2), count - 1];
  const matrices = all.map(({ label, shots }) => {
    const strip = labelledPictures(
      times.map((t) => ({
        label: `${label} ${shots[t]!.step}`,
        picture: correlationPicture(shots[t]!.correlation, d),
      })),
      Math.max(1, Math.floor(128 / d)),
    );
    return context.figure(`correlation-${label}.png`, png(strip), `cross-correlation of two views, ${label}`);
  });
  const metrics: Record<string, number> = {};
  const rows = all.map(({ label, shots }) => {
    const last = shots.at(-1)!;
    const [on, off] = diagonalAndRest(last.correlation, d);
    metrics[`collapse.${label}.deviation`] = last.deviation;
    metrics[`collapse.${label}.diagonal`] = on;
    return [
      label,
      last.deviation.toPrecision(2),
      last.rankMe.toFixed(1),
      last.sigreg.toFixed(1),
      on.toFixed(2),
      off.toFixed(2),
    ];
  });
  const html =
    `<h3>What keeps it from collapsing</h3><p>An encoder is to give two views of a picture (shifted, darkened) the same embedding. With nothing else asked, the ` +
    `cheapest answer is to give every picture the same embedding. The pictures show ${256} embeddings along their first two principal ` +
    `components, coloured by the ball's column, each run at the largest scale it ever had.</p>` +
    captioned(
      animation,
      'Without anything against collapse the points fall together; Barlow Twins and SIGReg spread them along the one line that a column is.',
    ) +
    matrices.map((m) => captioned(m, '')).join('') +
    `<p>The matrices are the correlations of the numbers of one view (rows) with those of the other (columns), red 1, white 0, blue &minus;1, at four times of training. ` +
    `Barlow Twins asks for the identity. The diagonal comes to ${metrics['collapse.barlow.diagonal']!.toFixed(2)}; off the diagonal zero is out of reach, because the world has essentially one dimension, the column, and ` +
    `${d} numbers about one thing cannot be uncorrelated. The naive matrix turns blank: numbers that vary less than the normalisation's &epsilon; correlate with nothing.</p>` +
    table(['objective', 'deviation', 'RankMe', 'SIGReg statistic', 'diagonal', 'off-diagonal, rms'], rows) +
    `<p>A rank sees no scale. That of a collapsed encoder is the rank of its mean and its rounding noise, and comes out low or high by chance: read it beside the deviation. ` +
    `The SIGReg statistic of 256 embeddings is 1.05 when they are Gaussian and 102.9 when all are zero. Barlow Twins does not care about scale either, so neither deviation nor statistic judges it.</p>`;
  return { html, metrics };
}

function row(label: string, all: readonly JointMeasures[]): string[] {
  const each = (field: 'sim' | 'unexplained' | 'copyLast' | 'deviation' | 'position' | 'alias', digits = 3): string =>
    overSeeds(
      all.map((m) => m[field]),
      digits,
    );
  return [
    label,
    each('sim'),
    overSeeds(all.map((m) => m.trainUnexplained)),
    each('unexplained'),
    each('copyLast', 2),
    each('deviation', 2),
    overSeeds(
      all.map((m) => m.rankMe),
      1,
    ),
    overSeeds(
      all.map((m) => m.noiseShare),
      3,
    ),
    each('alias', 2),
    all.map((m) => m.autocorrelation.map((v) => v.toFixed(2)).join(' '))[0]!,
    each('position', 3),
  ];
}

/** Part 3. */
export const embeddings: StoryPart = {
  id: '3-embeddings',
  title: '3. Predict embeddings',
  lead:
    'The model predicts the embedding of the next picture, which it learns itself. It may leave out what cannot be predicted, ' +
    'and it must be kept from leaving out everything.',
  jobs: (seeds) => [
    ...forSeeds(seeds, ...ALL_SEEDS),
    ...forSeeds(seeds.slice(0, 1), ...ONE_SEED, ...COLLAPSE, 'eyes-clean', 'eyes-noisy'),
  ],
  async run(context) {
    const { seeds } = context;
    const first = seeds[0]!;
    const measured = new Map<JointName, JointMeasures[]>();
    for (const name of [...ALL_SEEDS, ...ONE_SEED]) {
      const all: JointMeasures[] = [];
      for (const seed of ALL_SEEDS.includes(name) ? seeds : [first]) all.push(await jointMeasures(context, name, seed));
      measured.set(name, all);
    }
    const of = (name: JointName): JointMeasures[] => measured.get(name)!;
    const measures = table(
      [
        'model',
        'sim',
        'FVU in training',
        'FVU held out',
        'FVU of copying',
        'deviation',
        'RankMe',
        'noise share',
        'alias',
        'correlation at 1 2 3 steps',
        'R² of column',
      ],
      [...measured].map(([name, all]) => row(LABELS[name] ?? name, all)),
    );
    const clean = context.figure(
      'decoded.gif',
      gif(await eyesFilm(context, 'eyes-clean', first), 220),
      'decoded predictions',
    );
    const noisy = context.figure(
      'decoded-noisy.gif',
      gif((await eyesFilm(context, 'eyes-noisy', first)).slice(0, 10), 300),
      'decoded predictions with distractors',
    );
    const records = metricsOf(context.out, { variant: 'jepa-clean', seed: first });
    const term = (name: string): Pick<Series, 'x' | 'y'> => ({
      x: records.map((r) => r.step),
      y: records.map((r) => r.terms?.[name] ?? Number.NaN),
    });
    const series = [
      { name: 'sim', hue: 'blue', ...term('sim') },
      { name: 'variance', hue: 'orange', ...term('variance') },
      { name: 'covariance', hue: 'green', ...term('covariance') },
    ] as const;
    const chart = lineChart({ title: 'VICReg: the terms during training', xLabel: 'step', series, log: true });
    context.figure('vicreg.svg', chartFile(chart, series), 'the terms of VICReg during training');
    const collapse = collapseHtml(context);
    const stored = of('jepa-noisy-fixed');
    const fixed = {
      trainUnexplained: meanOf(stored.map((m) => m.trainUnexplained)),
      unexplained: meanOf(stored.map((m) => m.unexplained)),
    };
    const online = meanOf(of('jepa-noisy').map((m) => m.unexplained));
    const plain = meanOf(of('jepa-clean').map((m) => m.unexplained));
    const sigreg = of('jepa-sigreg')[0]!;
    const alias = meanOf(of('jepa-clean').map((m) => m.alias));
    const html =
      `<p>Loss: 25 sim + 25 variance + covariance. The error <i>sim</i> grows with the scale of the embedding, so models are compared by the fraction of ` +
      `variance unexplained (FVU): sim over the mean variance of the next embedding, on episodes that no model has seen and with distractors drawn anew. 1 is what predicting the mean gives.</p>` +
      `${measures}<p class="after">FVU in training uses the training pairs (with their own dots when those were stored). Noise share: the part of the embedding's variance that distractors cause at a fixed column. ` +
      `Alias: the part that the column modulo two steps explains. Correlation: of embeddings of static pictures 1, 2 and 3 steps apart, first seed.</p>` +
      `<p><b>Distractors.</b> Drawn anew at every step they raise the held-out FVU from ${plain.toFixed(3)} to ${online.toFixed(3)}, and cause ` +
      `${(100 * meanOf(of('jepa-noisy').map((m) => m.noiseShare))).toFixed(1)} % of the embedding's variance. Stored once per pair, as the public code has it, the FVU is ` +
      `${fixed.trainUnexplained.toFixed(3)} in training and ${fixed.unexplained.toFixed(3)} held out` +
      `${fixed.unexplained > 1.1 * fixed.trainUnexplained ? ': it has begun to learn its dots by heart' : ': a network this small does not learn its dots by heart'}. The full-size model does so thoroughly (0.09 to 0.12 in training, 0.74 to 0.79 held out).</p>` +
      `<p><b>A low error is not understanding.</b> The speed is constant, so an episode stays on x + ${context.config.world.speed} Z, and the column modulo ${2 * context.config.world.speed} can be predicted from one picture whichever way the ball goes. ` +
      `That residue explains ${(100 * alias).toFixed(0)} % of the embedding's variance with VICReg and ${(100 * sigreg.alias).toFixed(0)} % with SIGReg, which has the lower FVU (${sigreg.unexplained.toFixed(3)} against ${plain.toFixed(3)}) for that reason: ` +
      `its embeddings correlate by ${sigreg.autocorrelation[1]!.toFixed(2)} at two steps and ${sigreg.autocorrelation[0]!.toFixed(2)} at one.</p>` +
      `${narrow(chart)}<h3>For eyes only</h3><p>A decoder is trained afterwards, on frozen embeddings; nothing flows back. It draws the predicted embedding of the next picture.</p>` +
      captioned(
        clean,
        'Drawn from the predicted embedding. Where the direction is unknown the decoder, which is trained on pixels, smears like part 2: the blur comes back with the pixels.',
      ) +
      captioned(
        noisy,
        'Seen through distractors: the drawing has none, because its target has none; what the embedding keeps of them is the noise share above.',
      ) +
      collapse.html;
    const metrics: Record<string, number> = { ...collapse.metrics };
    for (const [name, all] of measured) {
      const label = name.replace('jepa-', '');
      metrics[`${label}.fvu`] = meanOf(all.map((m) => m.unexplained));
      metrics[`${label}.deviation`] = meanOf(all.map((m) => m.deviation));
      metrics[`${label}.rankMe`] = meanOf(all.map((m) => m.rankMe));
      metrics[`${label}.noiseShare`] = meanOf(all.map((m) => m.noiseShare));
      metrics[`${label}.alias`] = meanOf(all.map((m) => m.alias));
    }
    return { html, metrics };
  },
};
