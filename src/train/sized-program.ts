// One model and a method whose tensors change size from batch to batch, as the masks of I-JEPA's code do. Programs have fixed
// shapes, so each size that comes is a program of its own; all of them share parameters, buffers and gradients.

import { cache } from '../compile/index.ts';
import { JepaError } from '../core/index.ts';
import type { Condition, JepaSpec } from '../jepa/index.ts';
import { type JepaProgram, type JepaProgramOptions, jepaProgram } from './jepa-program.ts';

/** Options of `sizedJepaProgram`. S is plain data. */
export interface SizedJepaOptions<M, Z extends Condition, B, S> extends Omit<JepaProgramOptions<M, Z, B>, 'spec'> {
  /** The method at a size; its parameters are the same at all of them. */
  readonly spec: (size: S) => JepaSpec<M, Z>;
  readonly sizeOf: (batch: B) => S;
  /** Compiled at once, so that mistakes show before training. */
  readonly first: S;
  /** Programs that are kept; beyond it the one that waited longest is freed. Each holds the memory of a step. @default 6 */
  readonly keep?: number;
}

/**
 * The loss program of a method over all sizes. `program` and `observed` are those of the last step. A size that was not seen
 * lately costs a compilation.
 *
 * @throws JepaError `usage` when no program may be kept, or as `jepaProgram`, also from `step` at a new size
 */
export async function sizedJepaProgram<M, Z extends Condition, B, S>(
  options: SizedJepaOptions<M, Z, B, S>,
): Promise<JepaProgram<B>> {
  const { spec, sizeOf, first, keep = 6, ...rest } = options;
  if (!(Number.isInteger(keep) && keep >= 1)) {
    throw new JepaError('usage', `sizedJepaProgram: keep must be a whole number of at least 1, got ${keep}`);
  }
  const model = await jepaProgram({ ...rest, spec: spec(first) });
  const { values, grads } = model;
  const programs = cache<JepaProgram<B>>({ keep, free: ({ program }) => program.dispose() });
  await programs.use(
    JSON.stringify(first),
    async () => model,
    () => {},
  );
  let last = model;
  return {
    ...model,
    get program() {
      return last.program;
    },
    get observed() {
      return last.observed;
    },
    async step(batch, key, step) {
      const size = sizeOf(batch);
      const make = (): Promise<JepaProgram<B>> => jepaProgram({ ...rest, spec: spec(size), values, grads });
      return programs.use(JSON.stringify(size), make, (program) => {
        last = program;
        return program.step(batch, key, step);
      });
    },
  };
}
