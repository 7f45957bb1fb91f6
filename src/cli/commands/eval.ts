// `jepa eval RUN`: evaluates the model of a run again.

import { type ComputeOptions, executedJson, executedText, executeOnRun } from '../../experiment/index.ts';
import { type CommonOptions, type ModelOptions, withOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const evalCommand: CommandFile = (program, session) => {
  const command = program
    .command('eval')
    .description('evaluate the model of a run: planning, probes, surprise')
    .argument('<run>', 'run folder');
  const out = 'folder for the results (default: the run folder)';
  withOptions(command, { seed: true, out, set: true, model: true, compute: true }).action(
    async (run: string, options: CommonOptions & ModelOptions & ComputeOptions) => {
      const done = await executeOnRun(session, 'eval', run, options);
      session.output.answer(executedJson(done), executedText(done));
    },
  );
};
