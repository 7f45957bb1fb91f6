// The story as a recipe: train all models, run all parts, write one page.

import { join } from 'node:path';
import type { Recipe, RunContext, RunSummary } from '../../src/experiment/index.ts';
import { escapeHtml, htmlPage } from '../../src/report/index.ts';
import { defaultRuntime } from '../../src/runtime/index.ts';
import type { StoryConfig } from './config.ts';
import { remembered, writeBytes, writeFigure } from './files.ts';
import type { PartContext, PartOutcome, StoryPart } from './part.ts';
import { trainAll } from './pool.ts';
import { checkStory, storySchema } from './schema.ts';
import { jobName, type StoryJob } from './variants.ts';

/** The jobs of all parts, each once. */
function jobsOf(parts: readonly StoryPart[], seeds: readonly number[]): StoryJob[] {
  const named = new Map(parts.flatMap((part) => part.jobs(seeds)).map((job) => [jobName(job), job]));
  return [...named.values()];
}

function page(config: StoryConfig, seeds: readonly number[], sections: readonly string[]): string {
  const { world, networks, train } = config;
  const header =
    `<header><div class="top"><span class="brand">jepa <em>the bouncing-ball story</em></span>` +
    `<button type="button" id="theme" aria-label="switch between light and dark">◐</button></div>` +
    `<h1>Why pixels blur and embeddings do not</h1>` +
    `<p class="lead">One synthetic ball. Predict its next picture in pixels, and it smears where the future is ambiguous; predict it in embedding space and it does not, if the embedding is kept from collapsing; ` +
    `give the predictor the action and the ambiguity disappears; then plan.</p>` +
    `<p class="record"><span>${world.size} pixels, radius ${world.radius}, ${world.speed} pixels per frame, ${world.dots} distractors</span>` +
    `<span>embeddings of ${networks.dim} numbers</span><span>${train.steps} steps of ${train.batchSize} pairs</span>` +
    `<span>seeds ${seeds.join(', ')}</span></p></header>`;
  return htmlPage('Why pixels blur and embeddings do not', header + sections.join(''));
}

/** Runs the parts and writes `story.html`; finished models and parts are taken as they are. */
export async function runStory(
  config: StoryConfig,
  context: RunContext,
  parts: readonly StoryPart[],
): Promise<RunSummary> {
  checkStory(config);
  const seeds = Array.from({ length: config.seeds }, (_, i) => context.seed + i);
  const { out, signal, log } = context;
  await trainAll(config, jobsOf(parts, seeds), {
    out,
    signal,
    log,
    progress: (step, total, terms) => context.progress({ stage: 'train', step, total, terms }),
  });
  const partContext: PartContext = {
    config,
    seeds,
    out,
    runtime: defaultRuntime(),
    signal,
    log,
    figure: (name, bytes, alt) => writeFigure(out, name, bytes, alt),
  };
  const outcomes: PartOutcome[] = [];
  for (const [i, part] of parts.entries()) {
    signal.throwIfAborted();
    context.progress({ stage: 'parts', step: i, total: parts.length });
    outcomes.push(await remembered(join(out, 'parts', `${part.id}.json`), () => part.run(partContext)));
    log(`part ${part.id} done`);
  }
  const sections = parts.map(
    ({ id, title, lead }, i) =>
      `<section id="${id}"><h2>${escapeHtml(title)}</h2><p class="lead">${escapeHtml(lead)}</p>${outcomes[i]!.html}</section>`,
  );
  const report = join(out, 'story.html');
  writeBytes(report, new TextEncoder().encode(page(config, seeds, sections)));
  return { metrics: Object.assign({}, ...outcomes.map((o) => o.metrics)) as Record<string, number>, report };
}

/** The recipe of a story. */
export function storyRecipe(
  name: string,
  summary: string,
  config: () => StoryConfig,
  parts: readonly StoryPart[],
): Recipe<StoryConfig> {
  return {
    name,
    summary,
    config,
    schema: storySchema,
    check: checkStory,
    run: (c, context) => runStory(c, context, parts),
  };
}
