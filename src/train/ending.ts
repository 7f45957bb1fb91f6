// What run.json says of a training: only in a run that no recipe made, for a recipe has more to do than to train, and whoever
// runs it writes how it ended.

import { JepaError } from '../core/index.ts';
import type { RunFile } from '../run/index.ts';
import type { RunFolder } from '../run/node.ts';
import type { Clock } from './clock.ts';
import type { TrainOutcome } from './options.ts';

/** How a training ended, errors included. */
export type TrainEnd = TrainOutcome | { readonly kind: 'interrupted' | 'error'; readonly error: unknown };

/** Marks the run as begun, or begun again. */
export function recordStart(run: RunFolder): void {
  if (run.file.recipe === '') run.update({ status: 'unfinished' });
}

/** Records status, minutes over all sittings, the rates of a training that is done, and why one failed. */
export function recordEnd(run: RunFolder, end: TrainEnd, clock: Clock): void {
  if (run.file.recipe !== '') return;
  const minutes = Math.round((clock.totals().wall / 60) * 1000) / 1000;
  try {
    run.update({ ...fieldsOf(end, run.file), minutes });
  } catch (error) {
    // A failing disk must not hide why the training failed.
    if (end.kind !== 'error') throw error;
  }
}

function fieldsOf(end: TrainEnd, { metrics = {} }: RunFile): Partial<RunFile> {
  if (end.kind === 'interrupted') return { status: 'interrupted' };
  if (end.kind === 'done') {
    const { imagesPerSecond, waitShare } = end.timing;
    return {
      status: 'done',
      metrics: { ...metrics, 'train.imagesPerSecond': imagesPerSecond, 'train.waitShare': waitShare },
    };
  }
  if (end.kind === 'non-finite') {
    const message = `training stopped at step ${end.step}: ${end.term} is ${end.value}`;
    return { status: 'failed', failure: { code: 'numeric', message } };
  }
  const { error } = end;
  const code = error instanceof JepaError ? error.code : 'internal';
  return { status: 'failed', failure: { code, message: error instanceof Error ? error.message : String(error) } };
}
