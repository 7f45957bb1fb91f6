// Choosing among configurations without labels: 24 small LeJEPAs over lambda and learning rate, and how well their training
// losses rank them. About twenty minutes on two quiet cores.

import { join } from 'node:path';
import { check } from '../src/core/index.ts';
import { writeFileAtomic } from '../src/data/node.ts';
import type { Recipe, RunContext, RunSummary } from '../src/experiment/index.ts';
import { openData, writeJson } from '../src/experiment/index.ts';
import { augmentation } from '../src/images/index.ts';
import { LE_JEPA } from '../src/jepa/index.ts';
import { markdownTable } from '../src/report/index.ts';
import { checkSelection, choices, experimentOf, type LeJepaSelection, selectionSchema } from './selection/config.ts';
import { type Outcome, outcomeRows, rankingRows, select, selectionText } from './selection/correlate.ts';
import { measure } from './selection/measure.ts';
import { selectionPage } from './selection/page.ts';

/** `jepa run lejepa-selection`. */
export const leJepaSelection: Recipe<LeJepaSelection> = {
  name: 'lejepa-selection',
  summary: 'CIFAR-10, can the loss of LeJEPA choose lambda and learning rate without labels?',
  config: () => ({
    lambdas: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2],
    learningRates: [3e-4, 1e-3, 3e-3, 1e-2],
    exponent: 0.4,
    experiment: {
      data: { name: 'cifar10', size: 32, skipCorrupt: false, workers: 1 },
      encoder: { kind: 'vit', patchSize: 8, dim: 96, depth: 3, heads: 3, mlpDim: 384 },
      method: { name: 'lejepa', projector: [256, 256, 32], globalViews: 2, loss: LE_JEPA.minimal },
      views: augmentation('cifar-lejepa'),
      train: {
        steps: 200,
        batchSize: 128,
        learningRate: 1e-3,
        warmup: 0.1,
        weightDecay: [0.05, 0.05],
        clip: 3,
        checkpointEvery: 100,
        logEvery: 1,
        evaluateEvery: 200,
      },
      evals: {
        onlineTrain: 2000,
        onlineTest: 500,
        train: 10_000,
        test: 5000,
        knn: [20],
        lowShot: [{ perClass: 12 }],
        attentive: false,
        show: 6,
      },
    },
  }),
  schema: selectionSchema,
  check: checkSelection,
  run,
};

async function run(config: LeJepaSelection, context: RunContext): Promise<RunSummary> {
  checkSelection(check(selectionSchema, config));
  const data = await openData(config.experiment, context);
  const grid = choices(config);
  const outcomes: Outcome[] = [];
  for (const [i, choice] of grid.entries()) {
    context.signal.throwIfAborted();
    const { lambda, learningRate } = choice;
    const stage = `${i + 1}/${grid.length} lambda ${lambda} lr ${learningRate}`;
    // The progress of the whole: a configuration is one step, its training fractions of it.
    const inner: RunContext = {
      ...context,
      progress: ({ secondsLeft: _, ...line }) =>
        context.progress({ ...line, stage, step: i * line.total + line.step, total: grid.length * line.total }),
    };
    const outcome = await measure(choice, experimentOf(config, choice), inner, data);
    outcomes.push(outcome);
    context.log(
      outcome.ok
        ? `${stage}: k-NN ${(100 * outcome.knn).toFixed(1)} %, loss ${outcome.loss.toPrecision(4)}`
        : `${stage}: ${outcome.why}`,
    );
  }
  const { exponent } = config;
  const selection = select(outcomes, exponent);
  writeJson(context, 'evals/selection.json', { exponent, ...selection, outcomes });
  const text = (name: string, content: string): string => {
    const path = join(context.out, name);
    writeFileAtomic(path, [new TextEncoder().encode(content)]);
    return path;
  };
  text('table.md', `${markdownTable(rankingRows(selection))}\n${markdownTable(outcomeRows(outcomes, exponent))}`);
  context.log(selectionText(outcomes, selection, exponent));
  const rankings = selection.rankings.map(
    ({ score, accuracy, rho }) => [`spearman.${score.replaceAll(' ', '')}.${accuracy}`, rho] as const,
  );
  return {
    metrics: { ...Object.fromEntries(rankings), 'best.knn': selection.best.knn, broken: selection.broken },
    report: text('report.html', selectionPage(outcomes, selection, exponent)),
  };
}
