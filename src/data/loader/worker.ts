// The module that each loader thread runs. Started by `ring.ts`, never imported.

import { workerData } from 'node:worker_threads';
import { loadFormat } from '../formats/registry.ts';
import { filler } from './fill.ts';
import type { LoaderPlan } from './plan.ts';
import { type RingWork, serveRing } from './ring.ts';

const work: RingWork<LoaderPlan> = workerData;
// Kept until the ring is served: only then is there a way to tell the consumer.
const failed = await loadFormat(work.plan.source).then(
  () => undefined,
  (error: unknown) => error,
);
serveRing(work, (alive) => {
  if (failed !== undefined) throw failed;
  return filler(work.plan, alive).fill;
});
