// `jepa export RUN`: the model of a run as ONNX graphs.

import { join } from 'node:path';
import { executedText, executeOnRun } from '../../experiment/index.ts';
import { type CommonOptions, type ModelOptions, withOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const exportCommand: CommandFile = (program, session) => {
  const command = program
    .command('export')
    .description('write the ONNX graphs of a run: encode, predict, rollout cost')
    .argument('<run>', 'run folder');
  const about = 'folder for the graphs (default: RUN/export)';
  withOptions(command, { seed: true, out: about, set: true, model: true }).action(
    async (run: string, options: CommonOptions & ModelOptions) => {
      const done = await executeOnRun(session, 'export', run, options, join(run, 'export'));
      const { recipe, seed, metrics, checkpoint, out } = done;
      const older = checkpoint === undefined ? {} : { checkpoint };
      session.output.answer({ recipe, seed, run, out, metrics, ...older }, `${executedText(done)}\nwritten ${out}`);
    },
  );
};
