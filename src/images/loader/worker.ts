// The module that each thread of an image loader runs. Started by the ring, never imported.

import { workerData } from 'node:worker_threads';
import { type RingWork, serveRing } from '../../data/node.ts';
import { imageFiller } from './fill.ts';
import type { ImagePlan } from './plan.ts';

const work: RingWork<ImagePlan> = workerData;
serveRing(work, (alive) => imageFiller(work.plan, alive).fill);
