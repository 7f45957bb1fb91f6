// The benchmarks of `jepa bench`, in the order in which they run.

import type { Bench } from './bench.ts';

/** All benchmarks. */
export const benches: readonly Bench[] = [];
