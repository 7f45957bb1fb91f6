// The story from end to end with networks that hardly train, and what it refuses.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunContext } from '../../src/experiment/index.ts';
import { xmlFault } from '../../src/report/xml.law.ts';
import { fullStory, liteStory, type StoryConfig } from './config.ts';
import type { StoryPart } from './part.ts';
import { storyParts } from './parts/index.ts';
import { runStory } from './story.ts';
import { isTrained, trainModel } from './train-model.ts';

let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'jepa-story-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

const context = (signal: AbortSignal = new AbortController().signal): RunContext => ({
  seed: 0,
  out,
  signal,
  log: () => {},
  progress: () => {},
  resume: false,
});

/** Sixteen-pixel pictures, a handful of steps, in this thread. */
function tiny(): StoryConfig {
  const steps = { steps: 4, actionSteps: 4, contrastiveSteps: 4, eyesSteps: 4, plateauSteps: 4 };
  return {
    ...liteStory(),
    world: { size: 16, radius: 2, speed: 2, dots: 12 },
    networks: { imageSize: 16, frames: 1, channels: [2, 3, 4], dim: 4, hidden: 5 },
    seeds: 1,
    train: { ...liteStory().train, ...steps, pairs: 60, batchSize: 8, workers: 0 },
    collapse: { steps: 4, shift: 1, snapshots: 2 },
    evals: { pairs: 80, draws: 3 },
    plan: { episodes: 6, horizons: [2, 3] },
  };
}

test('all parts run, write their figures and one page that needs nothing else', async () => {
  const { metrics, report } = await runStory(tiny(), context(), storyParts);
  const page = readFileSync(report!, 'utf8');
  for (const { id } of storyParts) expect(page).toContain(`<section id="${id}">`);
  expect(page).not.toMatch(/src="(?!data:)|href="http/);
  expect(page).not.toMatch(/NaN|undefined/);
  expect(existsSync(join(out, 'media', 'collapse.gif'))).toBe(true);
  const charts = readdirSync(join(out, 'media')).filter((name) => name.endsWith('.svg'));
  expect(charts.length).toBeGreaterThan(3);
  expect(charts.map((name) => xmlFault(readFileSync(join(out, 'media', name), 'utf8')))).toEqual(
    charts.map(() => undefined),
  );
  expect(Object.values(metrics).every((v) => Number.isFinite(v))).toBe(true);
  expect(metrics['planning.h2.enumeration']).toBeGreaterThanOrEqual(0);
}, 240_000);

test('a part that is done is not done again, and a model that is trained is left alone', async () => {
  let runs = 0;
  const part: StoryPart = {
    id: 'own',
    title: 'A part',
    lead: 'of somebody else.',
    jobs: () => [{ variant: 'jepa-clean', seed: 0 }],
    run: async (c) => {
      runs++;
      return { html: c.figure('dot.png', Uint8Array.of(1, 2, 3), 'a dot'), metrics: { runs } };
    },
  };
  await runStory(tiny(), context(), [part]);
  const checkpoint = join(out, 'models', 'jepa-clean-seed0', 'outcome.json');
  const before = readFileSync(checkpoint, 'utf8');
  const again = await runStory(tiny(), context(), [part]);
  expect([runs, again.metrics.runs]).toEqual([1, 1]);
  expect(readFileSync(checkpoint, 'utf8')).toBe(before);
});

test('an interrupted model continues, and ends with the numbers of one that was not interrupted', async () => {
  const job = { variant: 'jepa-noisy', seed: 3 } as const;
  const config = { ...tiny(), train: { ...tiny().train, steps: 6 } };
  const quiet = { log: () => {}, onProgress: () => {} };
  const controller = new AbortController();
  const stopping = {
    ...quiet,
    onProgress: ({ step }: { step: number }) => step === 3 && controller.abort(new Error('stop')),
  };
  await expect(trainModel(config, job, { ...stopping, out, signal: controller.signal })).rejects.toThrow('stop');
  expect(isTrained(out, job)).toBe(false);
  const signal = new AbortController().signal;
  await trainModel(config, job, { ...quiet, out, signal });
  const whole = join(out, 'whole');
  await trainModel(config, job, { ...quiet, out: whole, signal });
  const loss = (dir: string): number => {
    const lines = readFileSync(join(dir, 'models', 'jepa-noisy-seed3', 'metrics.jsonl'), 'utf8')
      .trim()
      .split('\n');
    return (JSON.parse(lines.at(-1)!) as { loss: number }).loss;
  };
  expect(loss(out)).toBe(loss(whole));
});

test('a story that contradicts itself is refused before anything is trained', async () => {
  const refused = async (change: Partial<StoryConfig>): Promise<string> => {
    try {
      await runStory({ ...tiny(), ...change }, context(), []);
    } catch (error) {
      return (error as Error).message;
    }
    return 'accepted';
  };
  expect(await refused({ world: { size: 16, radius: 8, speed: 2, dots: 0 } })).toMatch(/the ball must fit/);
  expect(await refused({ plan: { episodes: 0, horizons: [2] } })).toMatch(
    /'plan.episodes' must be a whole number of at least 1, got 0/,
  );
  expect(await refused({ networks: liteStory().networks })).toMatch(
    /networks.imageSize must be world.size = 16, got 32/,
  );
  expect(await refused({ train: { ...tiny().train, pairs: 0 } })).toMatch(/'train.pairs' must be .* at least 1, got 0/);
  expect(await refused({ train: { ...tiny().train, batchSize: 1 } })).toMatch(/'train.batchSize' must be .* from 2/);
  expect(await refused({ networks: { ...tiny().networks, frames: 2 } })).toMatch(/networks.frames must be 1 .* got 2/);
  const odd = { world: { ...tiny().world, size: 20 }, networks: { ...tiny().networks, imageSize: 20 } };
  expect(await refused(odd)).toMatch(/divisible by 8, got image size 20/);
  const photograph = { ...tiny().photograph, image: 'no-such.jpg' };
  expect(await refused({ photograph })).toMatch(/photograph.image must be a file, got 'no-such.jpg'/);
  expect(await refused({ photograph: { ...tiny().photograph, trained: out } })).toMatch(/holds no run.json/);
  expect(existsSync(join(out, 'models'))).toBe(false);
});

test('training on no transitions is refused, and so is measuring a model that was never trained', async () => {
  const job = { variant: 'jepa-clean', seed: 0 } as const;
  const given = { out, signal: new AbortController().signal, log: () => {}, onProgress: () => {} };
  const none = { ...tiny(), train: { ...tiny().train, pairs: 0 } };
  await expect(trainModel(none, job, given)).rejects.toThrow(/at least one transition/);
  await expect(trainModel(tiny(), { variant: 'eyes-clean', seed: 0 }, given)).rejects.toThrow(
    /jepa-clean-seed0 has no checkpoint/,
  );
});

test('the published sizes are a configuration of their own', () => {
  const { world, train, networks } = fullStory();
  expect([world.size, networks.dim, train.steps, train.actionSteps]).toEqual([64, 128, 3000, 6000]);
  writeFileSync(join(out, 'config.json'), JSON.stringify(fullStory()));
  expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toEqual(fullStory());
});
