// The benchmarks of `jepa bench`, in the order in which they run.

import {
  augmentBench,
  cemSolve,
  envBench,
  loaderBench,
  operators,
  planningBench,
  referenceSize,
  resNetStepBench,
  trainingStep,
} from '../bench/index.ts';
import type { Bench } from '../src/cli/index.ts';

/** All benchmarks. */
export const benches: readonly Bench[] = [
  trainingStep,
  resNetStepBench,
  cemSolve,
  planningBench,
  loaderBench,
  augmentBench,
  envBench,
  operators,
  referenceSize,
];
