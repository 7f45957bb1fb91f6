// Trains and judges one configuration in a run folder of its own, unless it is there already.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JepaError } from '../../src/core/index.ts';
import { libraryVersion } from '../../src/data/node.ts';
import type { ImageExperiment, RunContext } from '../../src/experiment/index.ts';
import {
  encoderValues,
  featureProgram,
  methodOf,
  onRuntime,
  spread,
  trainStage,
  writeJson,
} from '../../src/experiment/index.ts';
import type { Cifar10 } from '../../src/images/node.ts';
import { evaluateFeatures } from '../../src/measure/index.ts';
import { finalLoss } from '../../src/report/index.ts';
import { createRun, readMetrics, readRunFile, writeRunFile } from '../../src/run/node.ts';
import type { Choice } from './config.ts';
import type { Outcome } from './correlate.ts';

/** The folder of a configuration inside the run. */
export function folderOf({ lambda, learningRate }: Choice): string {
  return join('configurations', `lambda=${lambda}_learningRate=${learningRate}`);
}

/** The trainer has an outcome.json of its own, which only says how training ended. */
const OUTCOME = 'evals/outcome.json';

/** Reads the outcome of a configuration that was finished before, or makes it. A loss that is not finite is an outcome. */
export async function measure(
  choice: Choice,
  config: ImageExperiment,
  context: RunContext,
  data: Cifar10,
): Promise<Outcome> {
  const dir = join(context.out, folderOf(choice));
  const file = join(dir, OUTCOME);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Outcome;
  const began = performance.now();
  const resume = existsSync(join(dir, 'run.json'));
  const versions = { jepa: libraryVersion() };
  if (!resume) createRun(dir, { config: { ...config }, seed: context.seed, versions }).close();
  const inner: RunContext = { ...context, out: dir, model: dir, resume };
  const outcome: Outcome = { ...choice, ...(await numbers(config, inner, data)) };
  const before = readRunFile(dir);
  const minutes = (before.minutes ?? 0) + (performance.now() - began) / 60_000;
  const status = outcome.ok ? 'done' : 'failed';
  writeRunFile(dir, { ...before, recipe: 'lejepa-selection', status, minutes });
  writeJson(inner, OUTCOME, outcome);
  return outcome;
}

type Numbers = Omit<Extract<Outcome, { ok: true }>, keyof Choice> | { readonly ok: false; readonly why: string };

async function numbers(config: ImageExperiment, context: RunContext, data: Cifar10): Promise<Numbers> {
  try {
    await trainStage(config, context, data);
  } catch (error) {
    if (error instanceof JepaError && error.code === 'numeric') return { ok: false, why: error.message };
    throw error;
  }
  context.signal.throwIfAborted();
  const lines = readMetrics(join(context.out, 'metrics.jsonl'));
  const mean = (name: string): number =>
    finalLoss(lines.map(({ step, terms }) => ({ step, loss: terms?.[name] ?? Number.NaN }))) ?? Number.NaN;
  const { spec } = methodOf(config, context.seed);
  const features = await featureProgram(
    spec,
    config.data.size,
    encoderValues(config, spec, context.seed, context.out, context.log),
    onRuntime(context),
  );
  try {
    const scores = await evaluateFeatures(
      { seed: context.seed, knn: { k: [20] }, ridge: {}, instruments: {} },
      {
        train: await features.of(data.train, spread(data.train.count, config.evals.train)),
        test: await features.of(data.test, spread(data.test.count, config.evals.test)),
        classes: data.train.classes.length,
      },
    );
    writeJson(context, 'evals/features.json', { method: spec.name, ...scores });
    const accuracy = (probe: string): number => scores.probes.find((p) => p.probe === probe)!.accuracy;
    return {
      ok: true,
      loss: finalLoss(lines)!,
      invariance: mean('invariance'),
      sigreg: mean('sigreg'),
      knn: accuracy('knn-20'),
      ridge: accuracy('ridge'),
      effectiveRank: scores.instruments!.effectiveRank,
    };
  } finally {
    await features.dispose();
  }
}
