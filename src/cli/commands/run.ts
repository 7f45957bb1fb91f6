// `jepa run RECIPE`: a whole experiment.

import { executedJson, executedText, executeRun } from '../execute.ts';
import { type CommonOptions, withCommonOptions } from '../options.ts';
import type { CommandFile } from '../session.ts';

/** Adds the command. */
export const runCommand: CommandFile = (program, session) => {
  const command = program
    .command('run')
    .description('do a whole experiment: collect or load, train, evaluate, plan, report')
    .argument('<recipe>', 'name of a recipe (see `jepa list`), or the path of a module that exports one')
    .option('--data <folder>', 'dataset to use instead of collecting one');
  withCommonOptions(command, 'run folder (default: runs/<recipe>-seed<k>)').action(
    async (recipe: string, options: CommonOptions & { data?: string }) => {
      const done = await executeRun(session, 'run', recipe, options);
      session.output.answer(executedJson(done), executedText(done));
    },
  );
};
