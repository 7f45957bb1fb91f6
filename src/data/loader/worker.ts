// The module that each loader thread runs. Started by `ring.ts`, never imported.

import { workerData } from 'node:worker_threads';
import { filler } from './fill.ts';
import type { LoaderPlan } from './plan.ts';
import { type RingWork, serveRing } from './ring.ts';

const work: RingWork<LoaderPlan> = workerData;
serveRing(work, (alive) => filler(work.plan, alive).fill);
