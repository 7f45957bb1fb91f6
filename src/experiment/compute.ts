// Where an experiment computes: the device, its threads, and the threads that load data.

import { JepaError } from '../core/index.ts';
import type { RuntimeRecord } from '../run/index.ts';
import { type Device, runtimeFor } from '../runtime/index.ts';
import type { RunContext } from './recipe.ts';

/** Where to compute; what is left out is as the configuration or the library has it. */
export interface ComputeOptions {
  /** @default 'cpu' */
  readonly device?: string;
  /** Threads inside one operator on the CPU. @default the machine's cores */
  readonly threads?: number;
  /** Threads that load data, in place of the configuration's `data.workers`. */
  readonly loaders?: number;
}

/** The part of a context that says where to compute, and what `run.json` records of it. */
export interface Computing {
  readonly context: Pick<RunContext, 'runtime' | 'loaders'>;
  readonly record?: RuntimeRecord;
}

/**
 * Tries the device and says where it computes.
 *
 * @throws JepaError 'usage' for a device that there is not or that does not work here, or no whole number of threads
 */
export async function computingOn(options: ComputeOptions, log: (line: string) => void): Promise<Computing> {
  const { device, threads, loaders } = options;
  if (threads !== undefined && !(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new JepaError('usage', `threads must be a whole number of at least 1, got ${threads}`, { threads });
  }
  if (loaders !== undefined && !(Number.isSafeInteger(loaders) && loaders >= 0)) {
    throw new JepaError('usage', `loaders must be a whole number, got ${loaders}; 0 loads in the training thread`);
  }
  const loading = loaders === undefined ? {} : { loaders };
  if (device === undefined && threads === undefined) return { context: loading };
  const runtime = await runtimeFor({
    device: (device ?? 'cpu') as Device, // any other name is refused there, with the names of those that work
    ...(threads === undefined ? {} : { threads }),
  });
  const { name, version, ...where } = runtime.describe;
  log(`computing on ${where.device} by ${name}${version === undefined ? '' : ` ${version}`}`);
  const record: RuntimeRecord = {
    ...{ name, device: where.device },
    ...(version === undefined ? {} : { version }),
    ...(where.threads === undefined ? {} : { threads: where.threads }),
  };
  return { context: { runtime, ...loading }, record };
}
