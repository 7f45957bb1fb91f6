// The module that each decoding thread runs. Started by `decode-all.ts`, never imported.

import { parentPort, workerData } from 'node:worker_threads';
import { type DecodeWork, decodeJobs } from './job.ts';

const work: DecodeWork = workerData;
const { skipped, failure } = await decodeJobs(work);
parentPort?.postMessage({
  skipped,
  failure:
    failure === undefined
      ? undefined
      : {
          position: failure.position,
          code: failure.error.code,
          message: failure.error.message,
          details: { ...failure.error.details },
        },
});
