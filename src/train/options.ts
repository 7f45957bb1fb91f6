// What the training loop is asked for, and how it can end.

import type { Optimiser, Schedule } from '../optim/index.ts';
import type { InstrumentValues, Timing } from '../run/index.ts';
import type { InstrumentMemory, RunFolder } from '../run/node.ts';
import type { NonFinite } from './finite.ts';
import type { BatchSource, LossProgram } from './program.ts';

/** Where a run stands after a step. */
export interface Progress {
  /** Updates done. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  /** Smoothed over the last steps. */
  readonly imagesPerSecond: number;
  readonly secondsLeft: number;
}

/** What is measured every so many updates: collapse instruments, probes. */
export interface InstrumentSchedule {
  readonly every: number;
  /** Measures after `step` updates. It must not change the program, and draw only from keys of the step. */
  measure(step: number): InstrumentValues | Promise<InstrumentValues>;
  /** What later measurements need of earlier ones; it goes into every checkpoint. */
  memory?(): InstrumentMemory;
  /** Takes up again what a checkpoint remembers. */
  recall?(memory: InstrumentMemory): void;
}

/** Everything that `train` needs. */
export interface TrainOptions<B> {
  readonly run: RunFolder;
  readonly program: LossProgram<B>;
  /** Opens the batches, of which the first is that of `firstStep` (0, or the step that a resumed run continues with). */
  readonly batches: (firstStep: number) => BatchSource<B>;
  readonly optimiser: Optimiser;
  readonly learningRate: Schedule;
  /** Assigned to the optimiser before each step; without it the optimiser keeps its own. */
  readonly weightDecay?: Schedule | undefined;
  /** Largest global gradient norm. Default: no clipping. */
  readonly clip?: number | undefined;
  /** Updates in all. */
  readonly steps: number;
  readonly seed: number;
  readonly imagesPerStep: number;
  readonly checkpointEvery: number;
  readonly logEvery: number;
  /** Stored in every checkpoint: normalisers, action bounds, frame skip, environment, split, library version. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly instruments?: InstrumentSchedule | undefined;
  /** Continue the run from its newest whole checkpoint. Default false. */
  readonly resume?: boolean | undefined;
  /** Told in words where a resumed run starts, and about damaged checkpoints. Nothing is passed over in silence. */
  readonly onMessage: (message: string) => void;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** When aborted, the step in progress is finished and a checkpoint written. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * How training ended. `step` is the number of updates done; in `non-finite` it is the number of the update that failed,
 * which was not made unless `term` names a parameter. `lastGood` is the newest checkpoint, null when there is none.
 */
export type TrainOutcome =
  | {
      readonly kind: 'done';
      readonly step: number;
      readonly checkpoint: string;
      /** Over the whole run, earlier sittings included. */
      readonly timing: Timing;
    }
  | { readonly kind: 'interrupted'; readonly step: number; readonly checkpoint: string }
  | (NonFinite & { readonly kind: 'non-finite'; readonly step: number; readonly lastGood: string | null });
