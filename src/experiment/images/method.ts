// From the configuration to a method: its specification and the host arrays of a step.

import { fold, key } from '../../core/index.ts';
import type { ImageBatch } from '../../images/node.ts';
import type { JepaSpec } from '../../jepa/index.ts';
import type { StepInputs } from '../../train/index.ts';
import type { ImageExperiment } from './config.ts';
import { encoderFor } from './encoder.ts';
import { type SizedMethod, viewsOf } from './methods/kind.ts';
import { imageMethodNamed } from './methods/registry.ts';

/** The method of an experiment at work. */
export interface ExperimentMethod {
  readonly spec: JepaSpec<unknown>;
  feed(batch: ImageBatch): StepInputs;
  readonly sized: SizedMethod | undefined;
}

/** Builds the method of an experiment. Errors: `usage` when its parts do not fit each other. */
export function methodOf(config: ImageExperiment, seed: number, classes: number = 10): ExperimentMethod {
  const { method, train, data } = config;
  const made = imageMethodNamed(method.name).method(method, {
    encoder: encoderFor(config.encoder, data.size),
    batch: train.batchSize,
    views: config.views.map((view) => view.size),
    size: data.size,
    steps: train.steps,
    classes,
    key: fold(key(seed), 'masks'),
  });
  return { spec: made.spec, feed: (batch) => made.feed?.(batch) ?? viewsOf(batch), sized: made.sized };
}
