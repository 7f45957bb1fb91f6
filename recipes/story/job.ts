// One model of the story to be trained: its folder, its keys, its data, and what its training consists of.

import { join } from 'node:path';
import { fold, type Key, key } from '../../src/core/index.ts';
import type { BatchSource, LossProgram } from '../../src/train/index.ts';
import type { InstrumentSchedule } from '../../src/train/node.ts';
import type { StoryConfig } from './config.ts';
import { jobName, type StoryJob } from './variants.ts';
import { type BallTransitions, ballTransitions } from './world/transitions.ts';

/** How one model is trained: its program and its batches. `B` is what a batch is. */
export interface Training<B> {
  readonly program: LossProgram<B>;
  batches(firstStep: number): BatchSource<B>;
  readonly instruments?: InstrumentSchedule;
}

/** The folder of a model. */
export function modelDir(out: string, job: StoryJob): string {
  return join(out, 'models', jobName(job));
}

/** The key of one purpose of a job; models of one seed share their data and differ in their initial numbers by name only. */
export function jobKey({ seed }: StoryJob, purpose: string): Key {
  return fold(key(seed), 'story', purpose);
}

/** The transitions that the models of a seed learn from. */
export function trainingTransitions(config: StoryConfig, job: StoryJob): BallTransitions {
  return ballTransitions(config.world, config.train.pairs, jobKey(job, 'transitions'));
}
