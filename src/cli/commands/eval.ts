// `jepa eval RUN`: evaluates the model of a run again.

import { executedJson, executedText, executeOnRun } from '../../experiment/index.ts';
import { type CommonOptions, withOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const evalCommand: CommandFile = (program, session) => {
  const command = program
    .command('eval')
    .description('evaluate the model of a run: planning, probes, surprise')
    .argument('<run>', 'run folder');
  withOptions(command, { seed: true, out: 'folder for the results (default: the run folder)', set: true }).action(
    async (run: string, options: CommonOptions) => {
      const done = await executeOnRun(session, 'eval', run, options);
      session.output.answer(executedJson(done), executedText(done));
    },
  );
};
