// Part 2: a network that predicts the next picture does as well as anybody can, and that is a smear. The error is split into
// what nobody can avoid and what is left to learn.

import { join } from 'node:path';
import { fold, key } from '../../../src/core/index.ts';
import { lineChart } from '../../../src/report/index.ts';
import { chartFile, gif, greyPicture, labelledPictures, png } from '../figures.ts';
import { metricsOf, remembered } from '../files.ts';
import { captioned, meanOf, narrow, overSeeds, table } from '../joint-measures.ts';
import { allRows } from '../measure.ts';
import { trainedPixel } from '../models.ts';
import { forSeeds, type PartContext, type StoryPart } from '../part.ts';
import { measureSmear, type Smear, type SmearMeasures } from '../smear.ts';
import { jobName, type PixelName, type StoryJob } from '../variants.ts';
import { ballFloors, bayesPrediction } from '../world/bayes.ts';
import { ballBatch, ballTransitions } from '../world/transitions.ts';

const FILM_FRAMES = 22;

function smearOf(context: PartContext, job: StoryJob & { readonly variant: PixelName }): Promise<Smear> {
  const { config, out, runtime } = context;
  return remembered(join(out, 'measures', `${jobName(job)}.json`), async () => {
    context.signal.throwIfAborted();
    const predict = await trainedPixel(config, out, job, runtime);
    return measureSmear(config, predict, job.variant === 'pixel-noisy', job.seed);
  });
}

/** One unseen episode: what is, what comes, what is predicted, and the best possible prediction. */
async function film(
  context: PartContext,
  variant: PixelName,
  seed: number,
): Promise<ReturnType<typeof labelledPictures>[]> {
  const { config, out, runtime } = context;
  const { world } = config;
  const noisy = variant === 'pixel-noisy';
  const predict = await trainedPixel(config, out, { variant, seed }, runtime);
  const episode = ballTransitions(world, FILM_FRAMES, fold(key(7), 'film'));
  const view = { frames: 1, noise: noisy ? 'online' : 'none' } as const;
  const { now, next } = ballBatch(episode, allRows(FILM_FRAMES), view, fold(key(7), 'film-noise'));
  const guess = await predict(now);
  const pixels = world.size * world.size;
  const scale = Math.max(1, Math.floor(128 / world.size));
  const at = (data: Float32Array, t: number): Float32Array => data.subarray(t * pixels, (t + 1) * pixels);
  return Array.from({ length: FILM_FRAMES }, (_, t) =>
    labelledPictures(
      [
        { label: 'now', picture: greyPicture(at(now, t), world.size) },
        { label: 'next', picture: greyPicture(at(next, t), world.size) },
        { label: 'predicted', picture: greyPicture(at(guess, t), world.size) },
        { label: 'best possible', picture: greyPicture(bayesPrediction(world, episode.now[t]!, noisy), world.size) },
      ],
      scale,
    ),
  );
}

/** Part 2. */
export const pixelsBlur: StoryPart = {
  id: '2-pixels-blur',
  title: '2. Pixel prediction goes blurry',
  lead:
    'One picture does not tell which way the ball moves. The best single answer in pixels is the mean of both futures, and a ' +
    'trained network finds it.',
  jobs: (seeds) => [
    ...forSeeds(seeds, 'pixel-clean'),
    { variant: 'pixel-noisy', seed: seeds[0]! },
    { variant: 'pixel-default', seed: seeds[0]! },
  ],
  async run(context) {
    const { config, out, seeds } = context;
    const first = seeds[0]!;
    const floors = ballFloors(config.world);
    const clean: Smear[] = [];
    for (const seed of seeds) clean.push(await smearOf(context, { variant: 'pixel-clean', seed }));
    const noisy = await smearOf(context, { variant: 'pixel-noisy', seed: first });
    const stuck = await smearOf(context, { variant: 'pixel-default', seed: first });
    const films = await film(context, 'pixel-clean', first);
    const noisyFilm = await film(context, 'pixel-noisy', first);
    const animation = context.figure(
      'pixels.gif',
      gif(films, 220),
      'an unseen episode: now, next, predicted, best possible',
    );
    const noisyAnimation = context.figure(
      'pixels-noisy.gif',
      gif(noisyFilm.slice(0, 10), 300),
      'the same with distractors',
    );
    context.figure('pixels.png', png(films[4]!), 'one prediction');
    const lines = (variant: PixelName) => {
      const records = metricsOf(out, { variant, seed: first }).filter((r) => r.step <= config.train.plateauSteps * 2);
      return { x: records.map((r) => r.step), y: records.map((r) => r.loss ?? Number.NaN) };
    };
    const series = [
      { name: 'default initialisation', hue: 'red', ...lines('pixel-default') },
      { name: 'last bias -3', hue: 'blue', ...lines('pixel-clean') },
    ] as const;
    const chart = lineChart({
      title: 'The all-black plateau: training error per pixel',
      xLabel: 'step',
      series,
      log: true,
      rules: [
        { y: floors.allBlack, label: `all black ${floors.allBlack.toFixed(4)}`, hue: 'muted' },
        { y: floors.clean, label: `best possible ${floors.clean.toFixed(4)}`, hue: 'green' },
      ],
    });
    context.figure('plateau.svg', chartFile(chart, series), 'the all-black plateau');
    const cells = (name: string, where: string, all: readonly SmearMeasures[]): string[] => {
      const each = (field: keyof SmearMeasures): string =>
        overSeeds(
          all.map((s) => s[field]),
          4,
        );
      const two = (field: keyof SmearMeasures): string =>
        overSeeds(
          all.map((s) => s[field]),
          2,
        );
      return [
        name,
        where,
        each('error'),
        each('irreducible'),
        each('reducible'),
        two('sharpness'),
        two('bayesSharpness'),
        two('spread'),
        two('trueSpread'),
      ];
    };
    const smears = table(
      [
        'pictures',
        'where',
        'error',
        'irreducible',
        'reducible',
        'sharpness',
        'of the best possible',
        'spread, pixels',
        'true spread',
      ],
      [
        cells(
          'clean',
          'between the walls',
          clean.map((s) => s.interior),
        ),
        cells(
          'clean',
          'at the walls',
          clean.map((s) => s.walls),
        ),
        cells(
          'clean',
          'everywhere',
          clean.map((s) => s.all),
        ),
        cells('noisy', 'between the walls', [noisy.interior]),
        cells('noisy', 'at the walls', [noisy.walls]),
        cells('noisy', 'everywhere', [noisy.all]),
        cells('clean, default initialisation', 'everywhere', [stuck.all]),
      ],
    );
    const bounds = table(
      ['without training', 'clean', 'noisy'],
      [
        ['best possible (conditional mean)', floors.clean.toFixed(5), floors.noisy.toFixed(5)],
        ['all black', floors.allBlack.toFixed(5), ''],
        ['copy the present picture', floors.copyLast.toFixed(5), ''],
        ['published training error of the network, full size', '.018', '.060'],
        ['transitions with two possible futures', `${(100 * floors.ambiguous).toFixed(1)} %`, ''],
      ],
    );
    const error = meanOf(clean.map((s) => s.all.error));
    const sits = stuck.all.error > 0.9 * floors.allBlack;
    const html =
      captioned(
        animation,
        'An episode that no network has seen. Between the walls the prediction is two half balls; at a wall it is one whole ball.',
      ) +
      captioned(
        noisyAnimation,
        'With distractors the prediction is grey everywhere: nobody can know where the next dots will be.',
      ) +
      `<p>Sharpness is the energy of differences between neighbouring pixels, over that of the true next picture: 1 for a picture as sharp as the truth. ` +
      `Between the walls the predicted ball has ${meanOf(clean.map((s) => s.interior.sharpness)).toFixed(2)} of it, the best possible prediction ` +
      `${meanOf(clean.map((s) => s.interior.bayesSharpness)).toFixed(2)}; at the walls, where there is one future only, ` +
      `${meanOf(clean.map((s) => s.walls.sharpness)).toFixed(2)}. In a noisy world the distractors' mean is taken off first.</p>${smears}` +
      `<p>The error splits exactly into the error of the best possible prediction (irreducible) and the distance from it (reducible). ` +
      `${((100 * meanOf(clean.map((s) => s.all.reducible))) / error).toFixed(0)} % of the clean and ${((100 * noisy.all.reducible) / noisy.all.error).toFixed(0)} % of the noisy error could still be learned. ` +
      `That noisy pictures cost ${(noisy.all.error / error).toFixed(1)} times as much says nothing about the network: the best possible error grows ` +
      `${(floors.noisy / floors.clean).toFixed(1)} times.</p>${bounds}${narrow(chart)}` +
      `<p><b>The plateau.</b> With PyTorch's default initialisation the last layer starts at grey, and the fastest way down is to make everything black, which ` +
      `is wrong only at the 5 % of the pixels that are lit. There the sigmoid is flat, and so is the loss: some seeds sit there for ever. ` +
      `Ours ${sits ? `still sits there after ${config.train.plateauSteps} steps, at ${stuck.all.error.toFixed(4)}` : `left it, and was at ${stuck.all.error.toFixed(4)} after ${config.train.plateauSteps} steps`}. ` +
      `A last bias of &minus;3, about logit(0.05), starts with the right share of light, and the plateau is gone.</p>`;
    const metrics: Record<string, number> = {
      'pixel.clean.error': error,
      'pixel.clean.floor': floors.clean,
      'pixel.clean.sharpness.interior': meanOf(clean.map((s) => s.interior.sharpness)),
      'pixel.clean.sharpness.walls': meanOf(clean.map((s) => s.walls.sharpness)),
      'pixel.noisy.error': noisy.all.error,
      'pixel.noisy.floor': floors.noisy,
      'pixel.default.error': stuck.all.error,
    };
    return { html, metrics };
  },
};
