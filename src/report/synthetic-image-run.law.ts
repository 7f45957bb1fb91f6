// A made-up run folder of an image experiment, for the tests of the comparison. Images per step, pace and k-NN are given,
// so that what the comparison must say can be worked out by hand.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../raster/node.ts';
import type { FeaturesFile, PicturesFile } from '../run/index.ts';

/** What to make up. */
export interface SyntheticImageRun {
  readonly recipe: string;
  readonly seed?: number;
  readonly status?: string;
  readonly config?: object;
  readonly metrics?: Readonly<Record<string, number>>;
  /** No metrics.jsonl when left out, as for an encoder that is not trained. */
  readonly training?: {
    readonly imagesPerStep: number;
    readonly imagesPerSecond: number;
    /** Step and online k-NN of each line. */
    readonly knn: readonly (readonly [step: number, accuracy: number])[];
    /** Alarms of the lines by their steps. */
    readonly alarms?: Readonly<Record<number, readonly string[]>>;
  };
  /** No evals/features.json when left out. */
  readonly probes?: Readonly<Record<string, number>>;
}

/** Fills `dir`. A quarter of the recorded time is pauses; the loss is 1 / step; 1000 test images. */
export function writeSyntheticImageRun(dir: string, made: SyntheticImageRun): void {
  const { recipe, seed = 0, status = 'done', config = {}, metrics = {}, training, probes } = made;
  mkdirSync(join(dir, 'evals'), { recursive: true });
  const json = (name: string, value: unknown): void => writeFileSync(join(dir, name), JSON.stringify(value));
  json('run.json', { recipe, seed, status, config, metrics, minutes: 2 });
  if (training !== undefined) {
    const { imagesPerStep, imagesPerSecond, knn, alarms = {} } = training;
    const lines = knn.map(([step, accuracy], i) => {
      const steps = step - (knn[i - 1]?.[0] ?? 0);
      const standing = alarms[step] ?? [];
      return {
        step,
        loss: 1 / step,
        terms: { prediction: 1 / step },
        lr: 0.1,
        gradNorm: 1,
        instruments: {
          knn: accuracy,
          effectiveRank: 3,
          alarms: standing.length,
          ...Object.fromEntries(standing.map((code) => [`alarm.${code}`, 0.5])),
        },
        timing: { seconds: (steps * imagesPerStep) / imagesPerSecond / 0.75, imagesPerSecond, pauseShare: 0.25 },
      };
    });
    writeFileSync(join(dir, 'metrics.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }
  if (probes === undefined) return;
  const features: FeaturesFile = {
    method: recipe,
    probes: Object.entries(probes).map(([probe, accuracy]) => ({ probe, accuracy, n: 1000 })),
    instruments: { rankMe: 5, effectiveRank: 4, spectrum: [4, 2, 1], deviations: [2, 1.4, 1] },
  };
  json('evals/features.json', features);
  const dot = `data:image/png;base64,${encodePng(new Uint8Array(12), 2, 2).toString('base64')}`;
  const pictures: PicturesFile = {
    neighbours: [{ query: dot, label: 'cat', neighbours: [{ image: dot, label: 'dog', similarity: 0.5 }] }],
    patches: [{ image: dot, components: dot, similarity: dot }],
  };
  json('evals/pictures.json', pictures);
}
