// The checkpoints of a run: checkpoints/step-000123.safetensors, where 123 is the number of updates done. The newest two
// are kept, and beside them the final one. A damaged newest file is never passed over in silence.

import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { JepaError } from '../core/index.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';

/** Checkpoints kept while training; the final one comes on top. */
export const KEPT = 2;

const NAME = /^step-(\d+)\.safetensors$/;

/** The path of the checkpoint after `step` updates, inside the run folder `dir`. */
export function checkpointPath(dir: string, step: number): string {
  return join(dir, 'checkpoints', `step-${String(step).padStart(6, '0')}.safetensors`);
}

/** The checkpoints of a run, oldest first, unread. */
export function listCheckpoints(dir: string): readonly { readonly step: number; readonly path: string }[] {
  const folder = join(dir, 'checkpoints');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const digits = NAME.exec(name)?.[1];
      return digits === undefined ? [] : [{ step: Number(digits), path: join(folder, name) }];
    })
    .sort((a, b) => a.step - b.step);
}

/** Removes all but the newest `kept` checkpoints. */
export function pruneCheckpoints(dir: string, kept: number): void {
  for (const { path } of listCheckpoints(dir).slice(0, -kept)) rmSync(path, { force: true });
}

/** How the newest checkpoint of a run is looked for. */
export interface NewestOptions {
  /** Take the newest whole one where the newest is damaged, and tell `onMessage`. @default false: it is refused */
  readonly allowOlder?: boolean;
  onMessage?(message: string): void;
}

/**
 * The newest checkpoint of a run, or null when the run has none yet.
 *
 * @throws JepaError 'corrupt' when the newest is damaged, with its path and what to do, unless an older one is allowed; when
 * all are damaged
 */
export function newestCheckpoint(
  dir: string,
  { allowOlder = false, onMessage }: NewestOptions = {},
): Checkpoint | null {
  const { checkpoint, damaged, problems, why } = newest(dir);
  if (damaged.length > 0 && checkpoint !== null && !allowOlder) {
    throw new JepaError(
      'corrupt',
      `the newest checkpoint of ${dir} is damaged: ${problems}; go on training to make it again (--resume), or take the one of step ${checkpoint.step} with --allow-older-checkpoint`,
      { path: damaged[0], step: checkpoint.step },
    );
  }
  if (why !== undefined) onMessage?.(why);
  return checkpoint;
}

/**
 * The newest checkpoint of a run that is whole, or null when the run has none yet.
 *
 * A damaged file is passed over, and `onMessage` is told its path, what is wrong with it and which one is used instead.
 * Errors: `corrupt` when there are checkpoints and all are damaged.
 */
export function latestCheckpoint(dir: string, onMessage: (message: string) => void): Checkpoint | null {
  return newestCheckpoint(dir, { allowOlder: true, onMessage });
}

/**
 * `latestCheckpoint` for a run that continues: damaged files are set aside as `*.corrupt`, so that they are neither
 * counted nor met again.
 */
export function claimLatestCheckpoint(dir: string, onMessage: (message: string) => void): Checkpoint | null {
  const { checkpoint, damaged, why } = newest(dir);
  if (why !== undefined) onMessage(why);
  for (const path of damaged) renameSync(path, `${path}.corrupt`);
  return checkpoint;
}

function newest(dir: string): {
  readonly checkpoint: Checkpoint | null;
  readonly damaged: readonly string[];
  readonly problems: string;
  /** What is damaged, and what is used instead. */
  readonly why?: string;
} {
  const damaged: string[] = [];
  const found: string[] = [];
  for (const { path } of listCheckpoints(dir).toReversed()) {
    try {
      const checkpoint = readCheckpoint(path);
      const problems = found.join('; ');
      if (damaged.length === 0) return { checkpoint, damaged, problems };
      const steps = `step ${checkpoint.step} (${basename(path)})`;
      const why = `damaged: ${problems}. The run goes on from the checkpoint before, ${steps}`;
      return { checkpoint, damaged, problems, why };
    } catch (error) {
      // A damaged header can look like a foreign file, so every complaint but a failing disk counts as damage.
      if (!(error instanceof JepaError) || error.code === 'io') throw error;
      damaged.push(path);
      found.push(error.message);
    }
  }
  if (damaged.length === 0) return { checkpoint: null, damaged, problems: '' };
  throw new JepaError(
    'corrupt',
    `all ${damaged.length} checkpoints of ${dir} are damaged: ${found.join('; ')}; start the run again in a new folder`,
    { dir, damaged },
  );
}
