// `jepa export RUN`: the model of a run as ONNX graphs.

import { join } from 'node:path';
import { executedText, executeOnRun } from '../../experiment/index.ts';
import { type CommonOptions, withOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const exportCommand: CommandFile = (program, session) => {
  const command = program
    .command('export')
    .description('write the ONNX graphs of a run: encode, predict, rollout cost')
    .argument('<run>', 'run folder');
  withOptions(command, { seed: true, out: 'folder for the graphs (default: RUN/export)', set: true }).action(
    async (run: string, options: CommonOptions) => {
      const out = options.out ?? join(run, 'export');
      const done = await executeOnRun(session, 'export', run, { ...options, out });
      const { recipe, seed, metrics } = done;
      session.output.answer({ recipe, seed, run, out, metrics }, `${executedText(done)}\nwritten ${out}`);
    },
  );
};
