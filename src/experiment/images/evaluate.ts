// The evaluation stage: probes and collapse instruments on the frozen encoder, neighbours and patch maps of a few images.

import type { Cifar10 } from '../../images/node.ts';
import { evaluateFeatures, type FeatureScores, neighbourPanel, standardEvaluation } from '../../measure/index.ts';
import { onRuntime, type RunContext, type RunSummary } from '../recipe.ts';
import { writeJson } from '../run-files.ts';
import type { ImageExperiment } from './config.ts';
import { spread } from './data.ts';
import { featureProgram } from './features.ts';
import { methodOf } from './method.ts';
import { patchPictures, thumbnails } from './pictures.ts';
import { encoderValues } from './trained.ts';

const NEIGHBOURS = 6;

/** Judges the frozen encoder; writes evals/features.json and evals/pictures.json. */
export async function evaluateStage(config: ImageExperiment, context: RunContext, data: Cifar10): Promise<RunSummary> {
  const { spec } = methodOf(config, context.seed, data.train.classes.length);
  const values = encoderValues(config, spec, context.seed, context.model ?? context.out, context.log);
  const features = await featureProgram(spec, config.data.size, values, onRuntime(context));
  try {
    context.log('evaluating: features of the frozen encoder');
    const { train, test, attentive, show } = config.evals;
    const trainRows = spread(data.train.count, train);
    const testRows = spread(data.test.count, test);
    const frozen = {
      train: await features.of(data.train, trainRows, attentive),
      test: await features.of(data.test, testRows, attentive),
      classes: data.train.classes.length,
    };
    context.signal.throwIfAborted();
    context.log('evaluating: probes and instruments');
    const scores = await evaluateFeatures(
      {
        ...standardEvaluation,
        seed: context.seed,
        knn: { k: config.evals.knn },
        lowShot: { shots: config.evals.lowShot, seeds: [0, 1, 2] },
        ...(attentive ? { attentive: {} } : {}),
      },
      frozen,
      onRuntime(context),
    );
    writeJson(context, 'evals/features.json', { method: spec.name, ...scores });
    const queries = Array.from(spread(testRows.length, show));
    const panel = await neighbourPanel(frozen.train, frozen.test, queries, NEIGHBOURS, onRuntime(context));
    const shown = await features.of(
      data.test,
      Int32Array.from(queries, (q) => testRows[q]!),
      true,
    );
    writeJson(context, 'evals/pictures.json', {
      neighbours: panel.map(({ query, label, neighbours }) => ({
        query: thumbnails(data.test, [testRows[query]!])[0],
        label: data.test.classes[label],
        neighbours: neighbours.map(({ row, label: l, similarity }) => ({
          image: thumbnails(data.train, [trainRows[row]!])[0],
          label: data.train.classes[l],
          similarity,
        })),
      })),
      patches:
        shown.tokens === undefined
          ? []
          : patchPictures(
              data.test,
              queries.map((q) => testRows[q]!),
              shown.tokens,
            ),
    });
    return { metrics: metricsOf(scores) };
  } finally {
    await features.dispose();
  }
}

function metricsOf({ probes, instruments }: FeatureScores): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const { probe, accuracy } of probes) metrics[`eval.${probe}`] = accuracy;
  if (instruments !== undefined) {
    metrics['eval.rankMe'] = instruments.rankMe;
    metrics['eval.effectiveRank'] = instruments.effectiveRank;
    metrics['eval.meanStd'] = instruments.meanStd;
  }
  return metrics;
}
