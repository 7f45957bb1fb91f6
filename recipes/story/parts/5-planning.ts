// Part 5: given the action, the future is no longer ambiguous; then plan in the latent space.

import { join } from 'node:path';
import { fold, key } from '../../../src/core/index.ts';
import { lineChart } from '../../../src/report/index.ts';
import { enumeration } from '../enumeration.ts';
import { chartFile, greyPicture, pictureGrid, png } from '../figures.ts';
import { remembered } from '../files.ts';
import { captioned, jointMeasures, meanOf, narrow, overSeeds, table } from '../joint-measures.ts';
import type { JointMeasures } from '../measure.ts';
import { trainedEyes, trainedJoint } from '../models.ts';
import { forSeeds, type PartContext, type StoryPart } from '../part.ts';
import {
  ballTasks,
  finalPosition,
  latentProblem,
  measurePlanning,
  type PlanScore,
  picturesAt,
  rolloutUnexplained,
} from '../planning.ts';

const ROLLOUT = [1, 2, 4, 8, 16];

interface Planned {
  readonly scores: readonly PlanScore[];
  readonly rollout: readonly number[];
}

function planned(context: PartContext, seed: number): Promise<Planned> {
  const { config, out, runtime } = context;
  return remembered(join(out, 'measures', `planning-seed${seed}.json`), async () => {
    context.signal.throwIfAborted();
    const model = await trainedJoint(config, out, { variant: 'jepa-action', seed }, runtime);
    return {
      scores: await measurePlanning(config, model, seed),
      rollout: await rolloutUnexplained(config, model, seed, ROLLOUT),
    };
  });
}

/** One planned episode: what happens, and what the model imagines, drawn by the decoder for eyes. */
async function strip(context: PartContext, seed: number): Promise<string> {
  const { config, out, runtime } = context;
  const { world } = config;
  const horizon = 6;
  const model = await trainedJoint(config, out, { variant: 'jepa-action', seed }, runtime);
  const decode = await trainedEyes(config, out, { variant: 'eyes-action', seed }, runtime);
  // The first task whose goal is at least three steps away: one that needs a plan.
  const tasks = ballTasks(world, horizon, 50, fold(key(1000 + seed), 'strip'));
  const task = tasks.find((t) => Math.abs(t.goal - t.start) > 2.5 * world.speed) ?? tasks[0]!;
  const z = await model.embed(picturesAt(world, [task.start]));
  const goal = await model.embed(picturesAt(world, [task.goal]));
  const { plan } = await enumeration([-1, 1]).solve(latentProblem(model.predict, z, goal, model.dim, horizon), {
    key: key(0),
  });
  const columns = Array.from({ length: horizon + 1 }, (_, t) => finalPosition(world, task.start, plan.subarray(0, t)));
  const states = [z];
  for (let t = 0; t < horizon; t++) states.push(await model.predict(states[t]!, Float32Array.of(plan[t]!)));
  const drawn = await decode(Float32Array.from(states.flatMap((s) => [...s])));
  const pixels = world.size * world.size;
  const pictures = (data: Float32Array, count: number) =>
    Array.from({ length: count }, (_, t) => greyPicture(data.subarray(t * pixels, (t + 1) * pixels), world.size));
  const truth = pictures(picturesAt(world, [...columns, task.goal]), horizon + 2);
  const scale = Math.max(1, Math.floor(96 / world.size));
  const grid = pictureGrid(
    [
      { label: 'what happens - the last picture is the goal', pictures: truth },
      { label: 'what the model imagines', pictures: pictures(drawn, horizon + 1) },
    ],
    scale,
  );
  return context.figure('plan.png', png(grid), 'a planned episode and how the model imagines it');
}

/** Part 5. */
export const planning: StoryPart = {
  id: '5-planning',
  title: '5. Planning in latent space',
  lead: 'Give the predictor the action, and the ambiguity is gone. Then a plan is a search for the actions whose imagined end is the goal.',
  jobs: (seeds) => [...forSeeds(seeds, 'jepa-action'), { variant: 'eyes-action', seed: seeds[0]! }],
  async run(context) {
    const { seeds, config } = context;
    const all: Planned[] = [];
    const action: JointMeasures[] = [];
    const single: JointMeasures[] = [];
    for (const seed of seeds) {
      all.push(await planned(context, seed));
      action.push(await jointMeasures(context, 'jepa-action', seed));
      single.push(await jointMeasures(context, 'jepa-clean', seed));
    }
    const picture = await strip(context, seeds[0]!);
    const rate = ({ successes, episodes, interval: [low, high] }: PlanScore): string =>
      `${((100 * successes) / episodes).toFixed(1)} % <small>${(100 * low).toFixed(0)} to ${(100 * high).toFixed(0)}</small>`;
    const planners = [...new Set(all[0]!.scores.map((s) => s.planner))];
    const rows = config.plan.horizons.flatMap((horizon) =>
      planners.map((planner) => [
        String(horizon),
        planner,
        ...all.map(({ scores }) => rate(scores.find((s) => s.planner === planner && s.horizon === horizon)!)),
      ]),
    );
    const success = (planner: string, horizon: number): number =>
      meanOf(
        all.map(({ scores }) => {
          const s = scores.find((p) => p.planner === planner && p.horizon === horizon)!;
          return s.successes / s.episodes;
        }),
      );
    const series = all.map(({ rollout }, i) => ({
      name: `seed ${seeds[i]}`,
      hue: (['blue', 'teal', 'purple'] as const)[i % 3]!,
      x: ROLLOUT,
      y: rollout,
    }));
    const chart = lineChart({
      title: 'Imagined embeddings: FVU after k steps without looking',
      xLabel: 'k',
      series,
      log: true,
      rules: [{ y: 1, label: 'predicting the mean', hue: 'muted' }],
    });
    context.figure('rollout.svg', chartFile(chart, series), 'error of imagined embeddings');
    const factor = meanOf(single.map((m) => m.unexplained)) / meanOf(action.map((m) => m.unexplained));
    const html =
      `<p>The action is the direction that the ball wants to go; a wall still turns it. With it the held-out FVU is ` +
      `${overSeeds(
        action.map((m) => m.unexplained),
        4,
      )}, without it ${overSeeds(single.map((m) => m.unexplained))}: ${factor.toFixed(0)} times as much.</p>` +
      `<p>A task is a picture of now and a picture of the goal, which is where the bouncing ball would be at the horizon. The planner embeds both, imagines candidate directions, and takes those whose last ` +
      `embedding is nearest to the goal's. Success is judged in the true world: the ball ends within half a step of the goal. ${config.plan.episodes} tasks per cell, with 95 % intervals.</p>` +
      table(['horizon', 'planner', ...seeds.map((s) => `seed ${s}`)], rows) +
      `<p class="after">enumeration tries all 2<sup>H</sup> sequences; cem draws 6 times 64 candidates of real numbers, whose signs are the directions.</p>` +
      captioned(picture, 'One planned episode, and the imagined embeddings drawn by a decoder for eyes.') +
      narrow(chart);
    const metrics: Record<string, number> = {
      'action.fvu': meanOf(action.map((m) => m.unexplained)),
      'action.factor': factor,
      'action.deviation': meanOf(action.map((m) => m.deviation)),
      'action.rankMe': meanOf(action.map((m) => m.rankMe)),
    };
    for (const horizon of config.plan.horizons)
      for (const planner of planners) metrics[`planning.h${horizon}.${planner}`] = success(planner, horizon);
    return { html, metrics };
  },
};
