// Part 1: one question, three energies. Trained models are asked how well every possible next picture fits a given one.

import { type ChartSpec, lineChart, type Series } from '../../../src/report/index.ts';
import { type EnergyCurves, energyCurves } from '../energies.ts';
import { chartFile } from '../figures.ts';
import { trainedJoint, trainedPixel } from '../models.ts';
import type { PartContext, StoryPart } from '../part.ts';

const HUES = { pixel: 'orange', contrastive: 'green', joint: 'blue' } as const;
const NAMES = { pixel: 'pixels', contrastive: 'contrastive', joint: 'joint embedding' } as const;

/** A curve moved and scaled to lie between 0 and 1. */
function unit(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return values.map((v) => (v - low) / (high - low || 1));
}

function chart(curves: EnergyCurves, title: string): ChartSpec {
  const energies = (['pixel', 'contrastive', 'joint'] as const).map(
    (name): Series => ({ name: NAMES[name], hue: HUES[name], x: curves.columns, y: unit(curves[name]) }),
  );
  const answers = curves.next.map(
    (x): Series => ({ name: 'where the ball can be', hue: 'muted', x: [x, x], y: [0, 1], dashed: true }),
  );
  return { title, xLabel: 'column of the ball in the candidate', series: [...energies, ...answers.slice(0, 2)] };
}

/** Energy at the columns nearest to the possible ones, and the least energy elsewhere, both as shares of the range. */
function contrast(
  curves: EnergyCurves,
  energy: readonly number[],
  speed: number,
): { readonly at: number; readonly off: number } {
  const scaled = unit(energy);
  const near = (x: number): boolean => curves.next.some((n) => Math.abs(n - x) < speed / 4);
  const far = (x: number): boolean => curves.next.every((n) => Math.abs(n - x) >= speed / 2);
  const pick = (where: (x: number) => boolean): number[] => scaled.filter((_, i) => where(curves.columns[i]!));
  return { at: Math.min(...pick(near)), off: Math.min(...pick(far)) };
}

/** Part 1. */
export const theArgument: StoryPart = {
  id: '1-the-argument',
  title: '1. The argument',
  lead:
    'A model of the world says how well a future fits a present: an energy, low for what can happen. Three ways to learn one ' +
    'ask for different things.',
  jobs: (seeds) => [
    { variant: 'pixel-clean', seed: seeds[0]! },
    { variant: 'jepa-contrastive', seed: seeds[0]! },
    { variant: 'jepa-clean', seed: seeds[0]! },
  ],
  async run(context: PartContext) {
    const { config, out, runtime } = context;
    const { world } = config;
    const seed = context.seeds[0]!;
    const models = {
      pixel: await trainedPixel(config, out, { variant: 'pixel-clean', seed }, runtime),
      contrastive: await trainedJoint(config, out, { variant: 'jepa-contrastive', seed }, runtime),
      joint: await trainedJoint(config, out, { variant: 'jepa-clean', seed }, runtime),
    };
    const columns = Array.from({ length: 193 }, (_, i) => world.radius + (i / 193) * (world.size - 2 * world.radius));
    const inner = await energyCurves(world, models, world.size / 2, columns);
    const wall = await energyCurves(world, models, world.radius + world.speed / 3, columns);
    const charts = [
      lineChart(chart(inner, `Between the walls: the ball is at column ${inner.x} and can go both ways`)),
      lineChart(chart(wall, `At the wall: the ball is at column ${wall.x} and must turn`)),
    ];
    const legend = [...Object.entries(NAMES).map(([k, name]) => ({ name, hue: HUES[k as keyof typeof HUES] }))];
    context.figure('energies-interior.svg', chartFile(charts[0]!, legend), 'energies between the walls');
    context.figure('energies-wall.svg', chartFile(charts[1]!, legend), 'energies at the wall');
    const speed = world.speed;
    const [pixel, joint, contrastive] = [inner.pixel, inner.joint, inner.contrastive].map((e) =>
      contrast(inner, e, speed),
    );
    const html =
      `<div class="charts">${charts.join('')}</div>` +
      `<p>Each curve is an energy of trained models, from the lowest (0) to the highest (1) of its candidates; dashed lines mark where the ball can be next.</p>` +
      `<p><b>Pixels.</b> E = mean (predicted picture &minus; candidate)&sup2;. The model must answer with one picture, and the picture with the least ` +
      `expected error is the mean of both futures: half a ball on either side. <b>Contrastive.</b> E = &minus;log softmax of the cosine of ` +
      `predicted and candidate embedding: push down the true future, push up those of other pictures in the batch. ` +
      `<b>Joint embedding.</b> E = mean (predicted embedding &minus; candidate's embedding)&sup2;: nothing is pushed up, so something else ` +
      `must keep all embeddings from becoming the same (part 3). It need not describe what cannot be predicted.</p>` +
      `<p>Between the walls the lowest energy near a possible future is ${pixel!.at.toFixed(2)} (pixels), ${contrastive!.at.toFixed(2)} (contrastive), ` +
      `${joint!.at.toFixed(2)} (joint embedding); the lowest of impossible ones is ${pixel!.off.toFixed(2)}, ${contrastive!.off.toFixed(2)}, ` +
      `${joint!.off.toFixed(2)}. The pixel energy hardly tells a ball between the two futures, which cannot be, from one at either. The contrastive energy is jagged: its encoder was ` +
      `paid for telling pictures apart, pixel by pixel. The joint embedding dips two steps from a possible future as well: with a constant speed the column modulo two steps is what one picture tells for certain, and the embedding knows it too well (part 3).</p>` +
      `<p class="after">Models of the first seed: pixel-clean, jepa-contrastive, jepa-clean.</p>`;
    return {
      html,
      metrics: {
        'energy.pixel.possible': pixel!.at,
        'energy.pixel.impossible': pixel!.off,
        'energy.joint.possible': joint!.at,
        'energy.joint.impossible': joint!.off,
      },
    };
  },
};
