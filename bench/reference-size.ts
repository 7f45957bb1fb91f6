// `jepa bench reference-size`: LeWorldModel at its published size (224-pixel images, 18,034,478 parameters), a few training
// steps in a process of its own. No target: it is reported as it is.

import type { Bench, BenchContext, BenchResult } from '../src/cli/index.ts';
import { JepaError } from '../src/core/index.ts';
import { LE_WM_REFERENCE, type LeWmConfig } from '../src/world/index.ts';
import { inChild } from './child.ts';
import { least, median } from './measure.ts';
import type { ReferenceSizePlan, ReferenceSteps } from './reference-steps.ts';
import { mib, ms, table } from './table.ts';

/** What is measured. */
export interface ReferenceSizeOptions {
  readonly config: LeWmConfig;
  /** The parameter count that must come out. */
  readonly parameters: number;
  readonly clips: number;
  readonly steps: number;
  readonly threads: number;
}

/** The published size; 2 clips of 4 frames, 6 steps. */
export const REFERENCE_SIZE: ReferenceSizeOptions = {
  config: LE_WM_REFERENCE,
  parameters: 18_034_478,
  clips: 2,
  steps: 6,
  threads: 2,
};

/** Runs the whole benchmark. Errors: `runtime` when the parameter count is another. */
export async function measureReferenceSize(options: ReferenceSizeOptions, context: BenchContext): Promise<BenchResult> {
  const { config, parameters, clips, steps, threads } = options;
  const plan: ReferenceSizePlan = { config, clips, steps, threads, seed: context.seed };
  const done = await inChild<ReferenceSteps>('reference-steps', plan, context.signal);
  if (done.parameters !== parameters) {
    throw new JepaError('runtime', `bench: the model must have ${parameters} parameters, it has ${done.parameters}`);
  }
  const later = done.seconds.slice(1);
  const images = clips * (config.history + 1);
  const seconds = median(later);
  return {
    metrics: {
      'referenceSize.parameters': done.parameters,
      'referenceSize.stepMs': 1000 * seconds,
      'referenceSize.imagesPerSecond': images / seconds,
      'referenceSize.peakMiB': done.peakBytes / 2 ** 20,
    },
    text: table([
      ['parameters', `${done.parameters}`],
      ['batch', `${clips} clips of ${config.history + 1} frames of ${config.encoder.imageSize} pixels`],
      ['training step, median of', `${later.length}: ${ms(seconds)} (least ${ms(least(later))})`],
      ['images per second', (images / seconds).toFixed(2)],
      ['first step', ms(done.seconds[0]!)],
      ['compiling', ms(done.compileSeconds)],
      ['peak memory', mib(done.peakBytes)],
    ]),
    record: { options, ...done },
  };
}

/** The benchmark. */
export const referenceSize: Bench = {
  name: 'reference-size',
  summary: 'training steps of the 18,034,478-parameter LeWorldModel: time and memory',
  run: (context) => measureReferenceSize(REFERENCE_SIZE, context),
};
